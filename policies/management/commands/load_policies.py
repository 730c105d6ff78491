"""`manage.py load_policies [--from 2026-01-01]`: put policy version 1 in force; safe to run again."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.queries import business_today
from policies.services import load_default_version


class Command(BaseCommand):
    help = "Put the default policy tables (version 1) in force; does nothing when they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from", dest="effective_from", type=date.fromisoformat, help="first day, YYYY-MM-DD (today)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        version = load_default_version(options["effective_from"] or business_today())
        self.stdout.write(
            f"Policy version {version.number} is in force from {version.effective_from} ({version.digest_short})."
        )

"""`manage.py load_policies [--from 2026-01-01]`: put the shipped policy tables in force; safe to run again.

A database that holds the tables of an older edition gets those of this one as its next version.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from policies.services import load_shipped


class Command(BaseCommand):
    help = "Put the shipped policy tables in force; does nothing when they are, or when their owners made their own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from", dest="effective_from", type=date.fromisoformat, help="first day of version 1, YYYY-MM-DD (today)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        version = load_shipped(options["effective_from"])
        self.stdout.write(
            f"Policy version {version.number} is in force from {version.effective_from} ({version.digest_short})."
        )

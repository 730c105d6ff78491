"""manage.py check_segregation: exit 0 when the trail shows no breach of segregation of duties, 1 with findings."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from workflows.segregation import Report, report


class Command(BaseCommand):
    help = "Judge the whole trail by the rules of segregation of duties. Exit code 0: no breach, 1: findings."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = report()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found), ensure_ascii=False, indent=1))
        else:
            self._print(found)
        if found.findings:
            sys.exit(1)

    def _print(self, found: Report) -> None:
        for each in found.findings:
            who = ", ".join(found.names.get(person, "?") for person in each.persons) or "-"
            events = ", ".join(map(str, each.events)) or "-"
            self.stdout.write(f"FINDING {each.rule} {each.request or '-'}: {each.detail} ({who}; events {events})")
        for pair in found.pairs:
            names = " and ".join(found.names.get(person, "?") for person in (pair.one, pair.two))
            self.stdout.write(f"note: {names} approved everything of each other, {pair.approvals} times")
        self.stdout.write(f"{found.decisions} decisions in {found.events} events: {len(found.findings)} findings")

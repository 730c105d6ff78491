"""``manage.py import_feed UNIT KIND FILE --as-of 2026-06-30T18:00:00+08:00 [--actor EMAIL] [--dry-run]``"""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Unit, User
from accounts.problems import Problem
from audit import origin
from customers.models import FeedKind
from customers.services import import_feed


class Command(BaseCommand):
    help = "Import a CSV or XLSX file of trade data, all of it or nothing. Exit code 1 when it is refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("unit", help="code of the company")
        parser.add_argument("kind", choices=FeedKind.values)
        parser.add_argument("file", type=Path)
        parser.add_argument("--as-of", required=True, help="time of the data; without a zone, the unit's")
        parser.add_argument("--actor", help="e-mail of the person who imports; default: the system")
        parser.add_argument("--dry-run", action="store_true", help="check and count, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        unit = Unit.objects.filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(f"There is no company with the code {options['unit']}.")
        try:
            data = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}.") from error
        with origin.channel("command"):
            try:
                result = import_feed(
                    unit, options["kind"], data, options["file"].name, actor=self._actor(options["actor"]),
                    data_as_of=self._as_of(options["as_of"], unit), dry_run=options["dry_run"],
                )  # fmt: skip
            except Problem as problem:
                raise CommandError(str(problem)) from problem
        for each in result.errors:
            self.stderr.write(f"row {each.row} {each.column}: {each.message} [{each.code}]")
        if result.errors:
            raise CommandError(f"{len(result.errors)} problems; nothing was imported.")
        verb = "would be imported" if result.dry_run else "imported"
        self.stdout.write(
            f"{result.rows} rows {verb}: {result.inserted} new, {result.updated} changed, "
            f"{result.unchanged} unchanged. sha256 {result.sha256}"
        )

    def _as_of(self, text: str, unit: Unit) -> datetime:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise CommandError("--as-of is not a time such as 2026-06-30T18:00:00+08:00.") from error
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(unit.time_zone))

    def _actor(self, email: str | None) -> User | None:
        if email is None:
            return None
        person = User.objects.filter(email=User.normal_email(email), is_active=True).first()
        if person is None:
            raise CommandError(f"There is no active account {email}.")
        return person

"""manage.py erase_pii: take personal values out of the trail's vault; the chain stays valid."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import services


class Command(BaseCommand):
    help = "Erase personal values from the audit vault and record that it was done."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--event", type=int, help="all values of this event")
        parser.add_argument("--field", default="", help="all values of this field")
        parser.add_argument("--value", default="", help="all values equal to this one")
        parser.add_argument("--reason", required=True, help="why; becomes part of the trail")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = services.erase_pii(
                actor=None,
                reason=options["reason"],
                event_id=options["event"],
                field=options["field"],
                value=options["value"],
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} values erased")

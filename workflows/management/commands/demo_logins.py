"""`manage.py demo_logins`: who can log in to the demo."""

from typing import Any

from django.core.management.base import BaseCommand

from workflows.demo.logins import table


class Command(BaseCommand):
    """Print the demo logins as a table; nothing without a demo company."""

    help = "Print the demo logins: e-mail, password, name, roles, place, language."

    def handle(self, *args: Any, **options: Any) -> None:
        if text := table():
            self.stdout.write(text)

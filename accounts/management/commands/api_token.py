from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import services
from accounts.models import User


class Command(BaseCommand):
    help = "Print a new API token for the account; it is stored as a hash and cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="command line")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=User.normal_email(options["email"]), is_active=True).first()
        if user is None:
            raise CommandError(f"no active account {options['email']}")
        self.stdout.write(services.issue_token(user, name=options["name"]))

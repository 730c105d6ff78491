"""`manage.py seed_demo`: make the demo company once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from workflows.demo import company, rolls


class Command(BaseCommand):
    """Make the demo company: people, policy, customers, two years of trade, requests in every state."""

    help = "Make the demo company. Does nothing when there is a company already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customers", type=int, default=rolls.CUSTOMERS, help="customers of the roll unit")

    def handle(self, *args: Any, **options: Any) -> None:
        if not company.exists():
            company.build(options["customers"])

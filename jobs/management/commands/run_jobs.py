"""manage.py run_jobs: do the jobs that are due in this process, without a broker."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jobs import dispatcher, executor


class Command(BaseCommand):
    help = "Execute due jobs in this process; with --until-idle only those that are due now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--until-idle", action="store_true", help="stop when no job is due")

    def handle(self, *args: Any, **options: Any) -> None:
        done = executor.run_until_idle()
        while not options["until_idle"]:
            time.sleep(1)
            dispatcher.enqueue_periodic()
            done += executor.run_until_idle()
        self.stdout.write(f"{done} jobs run")

"""manage.py verify_audit: exit 0 when the trail is as it was written, 1 with findings, 2 when unreadable."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error

from audit import verify


class Command(BaseCommand):
    help = "Recompute the whole audit trail. Exit code 0: clean, 1: findings, 2: could not be verified."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument("--no-record", action="store_true", help="do not keep the result for finance's page")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = verify.verify()
            if not options["no_record"]:
                verify.keep(report)
        except (Error, OSError) as error:
            self.stderr.write(f"could not verify: {type(error).__name__}: {error}")
            sys.exit(2)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(report), ensure_ascii=False, indent=1))
        else:
            self._print(report)
        if not report.clean:
            sys.exit(1)

    def _print(self, report: verify.Report) -> None:
        for finding in report.findings:
            mark = "warning" if finding.warning else "FINDING"
            place = f"{finding.stream}#{finding.seq}" if finding.seq else finding.stream or "-"
            self.stdout.write(f"{mark} {finding.kind} {place} (event {finding.event_id or '-'})")
            self.stdout.write(f"    {finding.zh}\n    {finding.en}")
        self.stdout.write(
            f"{report.events} events up to number {report.up_to_id}: "
            f"{report.errors} findings, {report.warnings} warnings"
        )


def _as_json(report: verify.Report) -> dict[str, Any]:
    return {
        "clean": report.clean,
        "events": report.events,
        "up_to_id": report.up_to_id,
        "errors": report.errors,
        "warnings": report.warnings,
        "findings": [finding.to_json() for finding in report.findings],
    }

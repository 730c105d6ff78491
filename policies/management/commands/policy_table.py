"""`manage.py policy_table export CL > cl.dmn` and `manage.py policy_table import CL cl.dmn --from 2027-01-01`.

Export writes a table of a version as DMN 1.3. Import drafts a new version: the tables of the latest one with the rows
of this table replaced. The draft is checked, not activated.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Max

from policies.models import PolicyVersion
from policies.queries import content, pack, version_numbered
from policies.rules.cells import PolicyError
from policies.rules.check import check
from policies.rules.dmn import read
from policies.rules.dmn_tables import replace_rows, write
from policies.services import draft_version


class Command(BaseCommand):
    help = "Export a policy table as DMN 1.3, or draft a new version with the rows of a DMN decision table."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["export", "import"])
        parser.add_argument("code", help="code of the table, such as CL")
        parser.add_argument("file", nargs="?", type=Path, help="the DMN file to import")
        parser.add_argument("--policy", type=int, help="number of the version (the latest)")
        parser.add_argument(
            "--from", dest="effective_from", type=date.fromisoformat, help="first day of the new version"
        )
        parser.add_argument("--note", default="", help="why the table changes")

    def handle(self, *args: Any, **options: Any) -> None:
        latest = PolicyVersion.objects.aggregate(latest=Max("number"))["latest"]
        if latest is None:
            raise CommandError("There is no policy version yet: run load_policies.")
        try:
            stored = content(version_numbered(options["policy"] or latest))
            table = _table(stored, options["code"])
            if options["what"] == "export":
                self.stdout.write(write(table).decode())
            else:
                self._import(stored, table, latest + 1, options)
        except PolicyError as error:
            raise CommandError(str(error)) from error

    def _import(self, stored: dict[str, Any], table: dict[str, Any], number: int, options: dict[str, Any]) -> None:
        if options["file"] is None or options["effective_from"] is None:
            raise CommandError("An import needs a file and --from.")
        decisions = read(options["file"].read_bytes())
        if len(decisions) != 1:
            raise CommandError(f"The file has {len(decisions)} decision tables instead of one.")
        replaced = replace_rows(table, decisions[0])
        tables = [replaced if each is table else each for each in stored["tables"]]
        note = options["note"] or f"{table['code']} from {options['file'].name}"
        version = draft_version(number, {"tables": tables}, options["effective_from"], note, None)
        findings = check(pack(version))
        for finding in findings:
            self.stdout.write(f"{'blocks' if finding.blocking else 'note'}: {finding.sentence}")
        blocking = sum(finding.blocking for finding in findings)
        self.stdout.write(f"Drafted policy version {number} ({version.digest_short}); {blocking} findings block it.")


def _table(stored: dict[str, Any], code: str) -> dict[str, Any]:
    for table in stored["tables"]:
        if table["code"] == code:
            found: dict[str, Any] = table
            return found
    raise PolicyError(f"No table {code} in this version.")

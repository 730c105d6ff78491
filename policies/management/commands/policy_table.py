"""`manage.py policy_table export CL > cl.dmn` and `manage.py policy_table import CL cl.dmn --from 2027-01-01`.

Export writes a table of a version as DMN 1.3. Import drafts a new version: the tables of the latest one (or of the one
that `--policy` names) with the rows of this table replaced by those of the decision table that has its code as name,
or of the only one in the file. The draft is checked, not activated.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import Max

from accounts.problems import Problem
from policies.editing_tables import check_rows
from policies.models import PolicyVersion
from policies.queries import content, pack, version_numbered
from policies.rules.cells import PolicyError
from policies.rules.check import check
from policies.rules.dmn import LARGEST, read
from policies.rules.dmn_decisions import Decision
from policies.rules.dmn_tables import replace_rows, write
from policies.services import draft_version
from policies.services.drafts import next_number
from policies.services.trail import note


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
                self._import(stored, table, options)
        except PolicyVersion.DoesNotExist as error:
            raise CommandError(f"There is no policy version {options['policy']}.") from error
        except PolicyError as error:
            raise CommandError(str(error)) from error
        except Problem as refusal:
            places = (f"{each['field']}: {each['message']}" for each in refusal.errors)
            raise CommandError(" ".join([refusal.title, *places])) from refusal

    def _import(self, stored: dict[str, Any], table: dict[str, Any], options: dict[str, Any]) -> None:
        if options["file"] is None or options["effective_from"] is None:
            raise CommandError("An import needs a file and --from.")
        replaced = replace_rows(table, _decision(table["code"], _bytes(options["file"])))
        check_rows([replaced], "dmn")
        tables = [replaced if each is table else each for each in stored["tables"]]
        reason = options["note"] or f"{table['code']} from {options['file'].name}"
        version = _draft({"tables": tables}, options["effective_from"], reason)
        findings = check(pack(version))
        for finding in findings:
            self.stdout.write(f"{'blocks' if finding.blocking else 'note'}: {finding.sentence}")
        blocking = sum(finding.blocking for finding in findings)
        self.stdout.write(
            f"Drafted policy version {version.number} ({version.digest_short}); {blocking} findings block it."
        )


@transaction.atomic
def _draft(tables: dict[str, Any], effective_from: date, reason: str) -> PolicyVersion:
    version = draft_version(next_number(), tables, effective_from, reason, None)
    note("draft_started", version, None, reason=reason, after={"from": effective_from})
    return version


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error


def _decision(code: str, data: bytes) -> Decision:
    """The decision table that is meant for a table. Raises PolicyError when that is not clear."""
    decisions = read(data)
    named = [each for each in decisions if each.name == code] or decisions
    if len(named) != 1:
        raise PolicyError(f"The file has {len(named)} decision tables, none of them called {code}.")
    return named[0]


def _table(stored: dict[str, Any], code: str) -> dict[str, Any]:
    for table in stored["tables"]:
        if table["code"] == code:
            found: dict[str, Any] = table
            return found
    raise PolicyError(f"No table {code} in this version.")

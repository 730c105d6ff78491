"""Files that bring tables into a draft: a workbook of the whole version, or decision tables in DMN.

A DMN file may come from anywhere: each of its decisions replaces the rows of the table whose code is its name.
"""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.language import pick
from accounts.problems import Problem
from policies import workbook
from policies.editing_tables import check_rows
from policies.models import PolicyVersion
from policies.queries import content
from policies.rules import dmn
from policies.rules.cells import PolicyError
from policies.rules.dmn_tables import replace_rows, write
from policies.rules.dmn_xml import NotDmn

LARGEST: Final = workbook.LARGEST
_PACKED: Final = b"PK"  # an XLSX file is a ZIP archive


def read(data: bytes, version: PolicyVersion) -> list[dict[str, Any]]:
    """The tables of a workbook or DMN file in the stored form, those that it says something about.

    Args:
        data: the file; what it is says its content and not its name.
        version: the draft that the tables are for.

    Raises:
        Problem: as `policies.workbook.read`; 422 ``dmn`` for a DMN file that cannot be read or says what a policy
            table cannot say, in the words of the DMN reader.
    """
    return workbook.read(data, version) if data.startswith(_PACKED) else _decisions(data, version)


def export_dmn(version: PolicyVersion, code: str) -> bytes:
    """One table of a version as a DMN 1.3 file.

    Raises:
        Problem: 404 for a table that the version does not have, 422 ``dmn`` for one that DMN cannot say.
    """
    table = {table["code"]: table for table in content(version)["tables"]}.get(code)
    if table is None:
        raise Problem("not_found", 404, _("There is no such table."))
    try:
        return write(table)
    except PolicyError as error:
        raise _refusal(_("This table cannot be written as DMN."), pick(error.zh, error.en)) from error


def _decisions(data: bytes, version: PolicyVersion) -> list[dict[str, Any]]:
    if len(data) > dmn.LARGEST:
        raise _refusal(_("The file is larger than %(most)s MB.") % {"most": dmn.LARGEST // 1_000_000})
    stored = {table["code"]: table for table in content(version)["tables"]}
    try:
        decisions = dmn.read(data)
        if strangers := [each.name for each in decisions if each.name not in stored]:
            said = _("There is no table called %(names)s. Name each decision by the code of its table, such as CL.")
            raise _refusal(said % {"names": ", ".join(strangers)[:200]})
        tables = [replace_rows(stored[each.name], each) for each in decisions]
    except NotDmn as error:
        said = _("The file cannot be taken over as DMN 1.3, nor is it an XLSX workbook.")
        raise _refusal(said, pick(error.zh, error.en)) from error
    except PolicyError as error:
        said = pick("该文件无法作为 DMN 1.3 采用。", "The file cannot be taken over as DMN 1.3.")
        raise _refusal(said, pick(error.zh, error.en)) from error
    if not tables:
        raise _refusal(_("The file has no decision table."))
    check_rows(tables, "dmn")
    return tables


def _refusal(sentence: str, detail: str = "") -> Problem:
    return Problem("dmn", 422, sentence, [{"field": "file", "message": detail}] if detail else [])

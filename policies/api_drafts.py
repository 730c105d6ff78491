"""REST resource `policies`, its tables: the same services as the editor's pages."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Status

from accounts.language import pick
from accounts.problems import Problem
from accounts.queries import business_today, has_role
from accounts.schemas import Name, acting, idempotency_key
from jobs.idempotency import once
from policies import editing, editing_tables, schemas_drafts, table_files, trial, workbook
from policies.editing import Saved
from policies.findings import findings_of
from policies.models import MAKERS, PolicyVersion
from policies.page_grid import Draft, sentence
from policies.rules.diff import diff, sentences
from policies.rules.grid import fields, get, wrong
from policies.rules.plan import compile_plan
from policies.schemas_drafts import (
    ChangesOut,
    ColumnIn,
    DraftChange,
    DraftIn,
    DraftOut,
    FieldsIn,
    MoveIn,
    RevisionIn,
    RowIn,
    SavedOut,
    SettingsIn,
    TableList,
    TableOut,
    TrialIn,
    TrialOut,
    WorkbookIn,
    WorkbookOut,
)
from policies.services import check_may_write, start_draft

drafts = Router(tags=["policies"])
TABLE = "/{int:number}/tables/{code}"


def _draft(number: int) -> Draft:
    return Draft(get_object_or_404(PolicyVersion.objects.select_related("based_on"), number=number), business_today())


def _out(version: PolicyVersion) -> dict[str, Any]:
    names = ("number", "state", "revision", "digest", "effective_from", "change_note")
    return {name: getattr(version, name) for name in names}


def _once(request: HttpRequest, what: list[Any], run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A write and its answer in one transaction: whoever repeats it after a crash gets that answer."""
    return once(acting(request), idempotency_key(request), ["policies", *what], run)[0]


def _saved(saved: Saved) -> dict[str, Any]:
    return {"revision": saved.revision, "changed": list(saved.changed)}


@drafts.post("/drafts", response={201: DraftOut}, summary="Draft a policy version")
def start(request: HttpRequest, body: DraftIn) -> Status[Any]:
    """Begin a version with the tables that are in force today."""
    user, said = acting(request), body.model_dump()

    def write() -> dict[str, Any]:
        return _out(start_draft(user, **said))

    return Status(201, _once(request, ["start", body.model_dump(mode="json")], write))


@drafts.patch("/{int:number}/draft", response=DraftOut, summary="Describe a draft")
def describe(request: HttpRequest, number: int, body: DraftChange) -> dict[str, Any]:
    """Say why the policy changes, and from which day on."""
    user, said = acting(request), body.model_dump()

    def write() -> dict[str, Any]:
        return _out(editing_tables.describe(number, actor=user, **said))

    return _once(request, ["describe", number, body.model_dump(mode="json", exclude_unset=True)], write)


@drafts.get("/{int:number}/tables", response=TableList, summary="List the tables of a version")
def tables(request: HttpRequest, number: int) -> dict[str, Any]:
    """Every table with what it is for and how many rows it has."""
    draft = _draft(number)
    items = [
        {
            "code": table["code"],
            "kind": table["kind"],
            "title": pick(table["title_zh"], table["title_en"]),
            "request_kind": table.get("routing", {}).get("request_kind", ""),
            "rows": len(table["rows"]),
        }
        for table in draft.content["tables"]
    ]
    version = draft.version
    return {"version": number, "revision": version.revision, "digest": version.digest, "items": items}


@drafts.get(TABLE, response=TableOut, summary="Read a table")
def show(request: HttpRequest, number: int, code: Name) -> dict[str, Any]:
    """Its fields, and its rows with what is wrong with them."""
    draft = _draft(number)
    table = draft.table(code)
    if table is None:
        raise Http404
    named = fields(table)
    writes = draft.version.state == PolicyVersion.State.DRAFT and has_role(acting(request), *MAKERS)
    return {
        "version": number,
        "revision": draft.version.revision,
        "editable": writes,
        "code": code,
        "kind": table["kind"],
        "title": pick(table["title_zh"], table["title_en"]),
        "hit_policy": table["hit_policy"],
        "routing": table.get("routing", {}),
        "fields": [{"name": f.name, "kind": f.kind, "zh": f.zh, "en": f.en, "hint": pick(*f.hint)} for f in named],
        "rows": [
            {
                "code": row["code"],
                "fields": {f.name: get(row, f.name) for f in named},
                "wrong": {f.name: pick(*said) for f in named if (said := wrong(f, get(row, f.name)))},
                "sentence": sentence(draft.pack, table, row),
            }
            for row in table["rows"]
        ],
    }


@drafts.patch(TABLE, response=SavedOut, summary="Write fields of a table")
def write_fields(request: HttpRequest, number: int, code: Name, body: FieldsIn) -> dict[str, Any]:
    """Write fields of rows; 409 `policy_conflict` says who wrote the same field since your revision."""
    user, written = acting(request), {(each.row, each.field): each.text for each in body.fields}

    def write() -> dict[str, Any]:
        return _saved(editing.save_fields(number, code, written, actor=user, revision=body.revision))

    return _once(request, ["fields", number, code, body.model_dump(mode="json")], write)


@drafts.post(f"{TABLE}/rows", response={201: SavedOut}, summary="Add a row")
def add_row(request: HttpRequest, number: int, code: Name, body: RowIn) -> Status[Any]:
    """Add a blank row, or a copy of another one."""
    user, key = acting(request), idempotency_key(request)
    said = {"after": body.after, "copy_of": body.copy_of, "new_code": body.code}
    return Status(201, _saved(editing.add_row(number, code, actor=user, idempotency_key=key, **said)))


@drafts.post(f"{TABLE}/rows/{{row}}/move", response=SavedOut, summary="Move a row")
def move_row(request: HttpRequest, number: int, code: Name, row: Name, body: MoveIn) -> dict[str, Any]:
    """Move a row among the others; their order counts where the first that holds decides."""
    user, key = acting(request), idempotency_key(request)
    return _saved(editing.move_row(number, code, row, body.by, actor=user, idempotency_key=key))


@drafts.post(f"{TABLE}/rows/{{row}}/remove", response=SavedOut, summary="Remove a row")
def remove_row(request: HttpRequest, number: int, code: Name, row: Name, body: RevisionIn) -> dict[str, Any]:
    """Take a row out, unless somebody wrote in it since your revision."""
    user, key = acting(request), idempotency_key(request)
    return _saved(editing.remove_row(number, code, row, actor=user, idempotency_key=key, revision=body.revision))


@drafts.patch(f"{TABLE}/settings", response=SavedOut, summary="Say how a table is read")
def settings(request: HttpRequest, number: int, code: Name, body: SettingsIn) -> dict[str, Any]:
    """Hit policy, the ladder of its bands, how many bands its escalators may add."""
    user, said = acting(request), {**body.model_dump(), "ladder": " ".join(body.ladder)}

    def write() -> dict[str, Any]:
        return _saved(editing_tables.save_settings(number, code, actor=user, **said))

    return _once(request, ["settings", number, code, body.model_dump()], write)


@drafts.post(f"{TABLE}/columns", response=SavedOut, summary="Add or take away a condition")
def columns(request: HttpRequest, number: int, code: Name, body: ColumnIn) -> dict[str, Any]:
    """Let a table ask for a fact of its kind of request, or no longer."""
    user, change = acting(request), editing_tables.add_column if body.do == "add" else editing_tables.remove_column

    def write() -> dict[str, Any]:
        return _saved(change(number, code, body.fact, actor=user, revision=body.revision))

    return _once(request, ["column", number, code, body.model_dump()], write)


@drafts.get("/{int:number}/changes", response=ChangesOut, summary="Read what a version changes")
def changes(request: HttpRequest, number: int) -> dict[str, Any]:
    """Every difference from the version in force, or from the one that it was drawn up from."""
    draft = _draft(number)
    items = _lines(draft.changes)
    return {"version": number, "compared_with": draft.base.number if draft.base else None, "items": items}


def _lines(found: Any) -> list[dict[str, str]]:
    return [{"mark": mark, "zh": zh, "en": en} for mark, zh, en in sentences(found)]


@drafts.post("/{int:number}/trial", response=TrialOut, summary="Try a version")
def try_it(request: HttpRequest, number: int, body: TrialIn) -> dict[str, Any]:
    """The plan for facts under this version and under the one that it is compared with; nothing is stored."""
    draft = _draft(number)
    base = findings_of(draft.base_content, draft.base.number)[1] if draft.base else None
    packs = [pack for pack in (draft.pack, base) if pack is not None]
    shown, facts = trial.read(packs, body.kind, body.facts, fill=False)

    def plan(pack: Any) -> dict[str, Any]:
        found = trial.outcome(pack, body.kind, facts)
        return found if "problem" in found else compile_plan(pack, body.kind, facts).to_json()

    return {
        "version": plan(draft.pack),
        "compared_with": plan(base) if draft.base else None,
        "wrong": {each.column.key: each.error for each in shown if each.error},
    }


@drafts.get("/{int:number}/workbook", summary="Export the tables as a workbook")
def export(request: HttpRequest, number: int) -> HttpResponse:
    """All tables of a version as XLSX, one sheet each."""
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(workbook.export(_draft(number).version), content_type=media)


@drafts.get("/{int:number}/tables/{code}/dmn", summary="Export a table as DMN")
def export_dmn(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """One table of a version as a DMN 1.3 file."""
    return HttpResponse(table_files.export_dmn(_draft(number).version, code), content_type="application/xml")


@drafts.post("/{int:number}/workbook", response=WorkbookOut, summary="Import a workbook or DMN file")
def import_workbook(request: HttpRequest, number: int, body: WorkbookIn) -> dict[str, Any]:
    """What an exported workbook, or a file of DMN decisions named like tables, changes; with `apply` it is done."""
    user = acting(request)
    check_may_write(user)

    def write() -> dict[str, Any]:
        draft = _draft(number)
        found = table_files.read(_bytes(body), draft.version)
        new = {table["code"]: table for table in found}
        after = {"tables": [new.get(table["code"], table) for table in draft.content["tables"]]}
        items = _lines(diff(draft.content, after))
        revision = draft.version.revision
        if body.apply:
            digest, reason = draft.version.digest, body.name
            revision = editing_tables.put_tables(number, found, digest=digest, reason=reason, actor=user).revision
        return {"applied": body.apply, "revision": revision, "items": items}

    return _once(request, ["workbook", number, body.model_dump()], write)


def _bytes(body: schemas_drafts.WorkbookIn) -> bytes:
    try:
        return base64.b64decode(body.file, validate=True)
    except (binascii.Error, ValueError) as error:
        sentence = _("The file is not Base64.")
        raise Problem("workbook", 422, sentence, [{"field": "file", "message": sentence}]) from error

"""Writing on the draft of a policy version: what it is for, how its tables are read, and whole tables at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.language import pick
from accounts.models import User
from accounts.problems import Problem
from accounts.queries import business_today
from jobs.idempotency import once
from policies.editing import MOST_ROWS, Saved, add_row, noted, save_fields, table_of
from policies.models import DecisionTable, PolicyVersion, TableRow
from policies.queries import content, version_in_force
from policies.rules.diff import TableChange, diff, table_diff
from policies.rules.grid import CONTROL, clean, fields, get, unstorable, wrong
from policies.services.drafts import open_draft, touched, write_about
from policies.services.trail import note


@transaction.atomic
def describe(
    number: int,
    *,
    actor: User,
    change_note: str | None = None,
    effective_from: date | None = None,
    revision: int | None = None,
) -> PolicyVersion:
    """Say why a draft changes the policy, and from which day on; None keeps what stands there.

    Raises:
        Problem: not a draft (409), not one of its makers (403), no note or a day that has passed (422).
    """
    draft = open_draft(number, actor, revision)
    said: dict[str, Any] = {}
    if change_note is not None:
        if not clean(change_note):
            raise _at("change_note", _("Say in a sentence what changes, and why."))
        said["change_note"] = clean(change_note)
    if effective_from is not None:
        if effective_from < business_today():
            raise _at("effective_from", _("A policy cannot take effect in the past."))
        said["effective_from"] = effective_from
    write_about(draft, said, actor)
    return draft


@transaction.atomic
def save_settings(
    number: int, code: str, *, hit_policy: str, ladder: str, cap: int | None, actor: User, revision: int | None
) -> Saved:
    """How a table is read: what happens when several rows hold, its bands from lowest to highest, the most escalations.

    Args:
        ladder: bands separated by ``<``, commas or spaces; only tables that lead to bands have one.
        cap: how many bands the rows together may raise; only escalators have one.

    Raises:
        Problem: as `policies.editing.save_fields`; 409 when anybody changed the draft since `revision`.
    """
    draft = open_draft(number, actor, revision)
    table, _rows = table_of(draft, code)
    if hit_policy not in DecisionTable.HitPolicy.values:
        raise _at("hit_policy", _("Choose one of the ways that the list offers."))
    was = {"hit_policy": table.hit_policy, "routing": dict(table.routing)}
    routing = dict(table.routing)
    if routing.get("use") == "band" and (bands := ladder.replace("<", " ").replace(",", " ").split()):
        routing["ladder"] = list(dict.fromkeys(bands))
    if routing.get("use") == "escalator" and cap is not None:
        routing["cap"] = max(0, min(cap, 9))
    table.hit_policy, table.routing = hit_policy, routing
    now = {"hit_policy": hit_policy, "routing": routing}
    if was == now:
        return Saved(draft.revision, ())
    table.save(update_fields=["hit_policy", "routing"])
    return noted(draft, actor, code, _plain(was), _plain(now))


def _plain(settings: Mapping[str, Any]) -> dict[str, str]:
    """Settings as the trail and the diff say them."""
    routing = {
        key: " < ".join(value) if isinstance(value, list) else str(value) for key, value in settings["routing"].items()
    }
    return {"hit_policy": settings["hit_policy"], **routing}


@transaction.atomic
def add_column(number: int, code: str, fact: str, *, actor: User, revision: int | None = None) -> Saved:
    """Let a table ask for one more fact of its kind of request; no row asks for it yet.

    Raises:
        Problem: as `policies.editing.save_fields`; 404 for a fact that the kind does not have.
    """
    draft = open_draft(number, actor, revision)
    table, _rows = table_of(draft, code)
    column = known_facts(content(draft), code).get(fact)
    if column is None:
        raise Problem("not_found", 404, _("This kind of request has no fact %(fact)s.") % {"fact": fact[:80]})
    table.columns = [*table.columns, column]
    table.save(update_fields=["columns"])
    return noted(draft, actor, code, {}, {f"column/{fact}": column["en"]})


@transaction.atomic
def remove_column(number: int, code: str, fact: str, *, actor: User, revision: int | None = None) -> Saved:
    """Take away a fact that no row of the table asks for.

    Raises:
        Problem: as `policies.editing.save_fields`; 409 when a row asks for it.
    """
    draft = open_draft(number, actor, revision)
    table, rows = table_of(draft, code)
    if asking := [row.code for row in rows.values() if row.cells.get(fact)]:
        said = _("These rows still ask for it: %(rows)s.") % {"rows": ", ".join(asking)}
        raise Problem("policy_column_used", 409, said)
    gone = [each for each in table.columns if each["key"] == fact]
    if not gone:
        raise Problem("not_found", 404, _("The table has no column %(fact)s.") % {"fact": fact[:80]})
    table.columns = [each for each in table.columns if each["key"] != fact]
    table.save(update_fields=["columns"])
    return noted(draft, actor, code, {f"column/{fact}": gone[0]["en"]}, {})


def known_facts(stored_content: Mapping[str, Any], code: str) -> dict[str, dict[str, Any]]:
    """Facts that other tables of the same kind of request ask for and this one does not."""
    tables = {table["code"]: table for table in stored_content["tables"]}
    mine = tables[code]
    kind = mine.get("routing", {}).get("request_kind")
    has = {each["key"] for each in mine["columns"]}
    return {
        column["key"]: {key: value for key, value in column.items() if key != "required"}
        for table in tables.values()
        if kind and table.get("routing", {}).get("request_kind") == kind
        for column in table["columns"]
        if column["key"] not in has
    }


@transaction.atomic
def restore_row(number: int, code: str, row: str, *, actor: User, idempotency_key: str) -> Saved:
    """Bring a row back that the draft took out, as it is in the version in force, at the end of its table.

    Raises:
        Problem: as `policies.editing.save_fields`; 404 when the version in force has no such row.
    """
    tables = {table["code"]: table for table in content(version_in_force(business_today()))["tables"]}
    table = tables.get(code, {"rows": []})
    was = next((each for each in table["rows"] if each["code"] == row), None)
    if was is None:
        raise Problem("not_found", 404, _("The version in force has no row %(row)s.") % {"row": row[:60]})
    saved = add_row(number, code, actor=actor, idempotency_key=idempotency_key, new_code=row)
    written = {(row, field.name): get(was, field.name) for field in fields(table) if field.part != "code"}
    return save_fields(number, code, written, actor=actor, revision=saved.revision)


def replace_tables(
    number: int, tables: Iterable[Mapping[str, Any]], *, digest: str, reason: str, actor: User, idempotency_key: str
) -> Saved:
    """`put_tables`, once for its key."""

    def run() -> dict[str, Any]:
        saved = put_tables(number, tables, digest=digest, reason=reason, actor=actor)
        return {"revision": saved.revision, "changed": list(saved.changed)}

    answer, _again = once(actor, idempotency_key, ["policy", number, "replace", digest, reason], run)
    return Saved(answer["revision"], tuple(answer["changed"]))


@transaction.atomic
def put_tables(number: int, tables: Iterable[Mapping[str, Any]], *, digest: str, reason: str, actor: User) -> Saved:
    """Put whole tables in place of those of the draft with the same codes, as one change.

    Args:
        tables: in the stored form; what cannot be read is kept and found by the checks.
        digest: of the draft that the tables were written for.
        reason: where they come from.

    Raises:
        Problem: as `policies.editing.save_fields`; 409 ``policy_stale`` when the draft has another digest by now.
    """
    draft = open_draft(number, actor)
    if draft.digest != digest:
        said = _("The draft has changed since these tables were written for it. Export it again.")
        raise Problem("policy_stale", 409, said, extra={"revision": draft.revision})
    before = content(draft)
    was = {table["code"]: table for table in before["tables"]}
    for each in tables:
        if each["code"] not in was or table_diff(was[each["code"]], each):
            _replace(draft, each)
    changes = diff(before, content(draft))
    if changes:
        _note_replaced(draft, actor, changes, reason)
    return Saved(draft.revision, tuple(change.code for change in changes))


def _replace(draft: PolicyVersion, new: Mapping[str, Any]) -> None:
    table, _rows = table_of(draft, new["code"])
    if len(new["rows"]) > MOST_ROWS:
        raise Problem("policy_rows", 422, _("A table has at most %(most)s rows.") % {"most": MOST_ROWS})
    table.hit_policy, table.columns, table.routing = new["hit_policy"], new["columns"], new.get("routing", {})
    table.save(update_fields=["hit_policy", "columns", "routing"])
    table.rows.all().delete()
    TableRow.objects.bulk_create(TableRow(table=table, position=n, **row) for n, row in enumerate(new["rows"]))


def _note_replaced(draft: PolicyVersion, actor: User, changes: list[TableChange], reason: str) -> None:
    """One event with every field that differs."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for change in changes:
        for row in change.rows:
            for each in row.fields:
                place = f"{change.code}/{row.code}/{each.field.name}"
                before |= {place: each.before} if each.before else {}
                after |= {place: each.after} if each.after else {}
            if row.moved:
                place = f"{change.code}/{row.code}/position"
                before[place], after[place] = str(row.before), str(row.after)
        for each in change.settings:
            place = f"{change.code}/{each.field.name}"
            before[place], after[place] = each.before, each.after
    touched(draft, actor)
    extra = {"tables": [change.code for change in changes], "revision": draft.revision}
    note("draft_changed", draft, actor, before=before, after=after, reason=reason, extra=extra)


def check_rows(tables: Iterable[Mapping[str, Any]], code: str) -> None:
    """Refuse what could not even be kept: a row without a code, a code twice, a field that is too long or no text.

    Args:
        code: of the refusal, after the kind of file that the rows come from.

    Raises:
        Problem: 422 with the table, the row and what is wrong of each.
    """
    if found := [*_wrong_rows(tables)]:
        errors = [{"field": place, "message": pick(*said)} for place, said in found]
        raise Problem(code, 422, _("These rows cannot be kept."), errors)


def _wrong_rows(tables: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, tuple[str, str]]]:
    for table in tables:
        seen: set[str] = set()
        code, *others = fields(table)
        for row in table["rows"]:
            place = f"{table['code']} {CONTROL.sub('�', row['code'])}".strip()
            said = wrong(code, row["code"]) if row["code"] else ("每行都要有编号。", "Every row needs a code.")
            if row["code"] in seen:
                said = ("编号重复。", "This code occurs twice.")
            seen.add(row["code"])
            if said:
                yield place, said
            for field in others:
                if said := unstorable(get(row, field.name)):
                    yield f"{place} {field.name}", said


def _at(field: str, sentence: str) -> Problem:
    return Problem("invalid", 422, sentence, [{"field": field, "message": sentence}])

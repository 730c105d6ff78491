"""Writing on the draft of a policy version: fields and rows, each change one event with what it was before.

A change names the revision that its author had before him. A later change of the same field, or of the row itself, by
whomever, refuses it and says who wrote what; changes elsewhere in the draft do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from accounts.language import pick
from accounts.models import User
from accounts.problems import Problem
from audit.models import Event
from jobs.idempotency import once
from policies.models import DecisionTable, PolicyVersion, TableRow
from policies.rules.grid import blank_row, clean, fields, get, put, unstorable, wrong
from policies.services.drafts import open_draft, touched
from policies.services.trail import note

MOST_ROWS: Final = 500
# Positions are unique; rows step aside while they change places.
_ASIDE: Final = 20_000


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a change: the draft's revision now, and the fields that were written."""

    revision: int
    changed: tuple[str, ...]


def stored(table: DecisionTable, rows: Iterable[TableRow] | None = None) -> dict[str, Any]:
    """A table of the database in the stored form."""
    return {
        "code": table.code, "kind": table.kind, "hit_policy": table.hit_policy,
        "title_zh": table.title_zh, "title_en": table.title_en, "columns": table.columns, "routing": table.routing,
        "rows": [stored_row(row) for row in (table.rows.all() if rows is None else rows)],
    }  # fmt: skip


def stored_row(row: TableRow) -> dict[str, Any]:
    """A row of the database in the stored form."""
    return {
        "code": row.code, "cells": row.cells, "outputs": row.outputs,
        "rationale_zh": row.rationale_zh, "rationale_en": row.rationale_en,
    }  # fmt: skip


@transaction.atomic
def save_fields(
    number: int, code: str, written: Mapping[tuple[str, str], str], *, actor: User, revision: int | None
) -> Saved:
    """Write fields of a table of a draft; what stands there already is no change.

    Args:
        written: (code of the row, name of the field) → text; what cannot be read is kept and found by the checks, but a
            row keeps a code of its own.
        revision: of the draft that the actor had before him; None does not ask.

    Raises:
        Problem: not a draft (409), not one of its makers (403), no such table, row or field (404), a code that is taken
            or no code (422), or somebody wrote the same field since (409 ``policy_conflict`` with who wrote what).
    """
    draft = open_draft(number, actor)
    table, rows = table_of(draft, code)
    form = stored(table, rows.values())
    names = {field.name: field for field in fields(form)}
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for (row_code, name), text in written.items():
        if row_code not in rows or name not in names:
            raise _gone(draft, code, row_code, revision)
        was, now = get(stored_row(rows[row_code]), name), clean(text)
        if was != now:
            before[f"{row_code}/{name}"], after[f"{row_code}/{name}"] = was, now
    if not after:
        return Saved(draft.revision, ())
    _check_conflict(draft, revision, code, set(after))
    _check_codes(rows, after)
    renamed = [rows[place.removesuffix("/code")].pk for place in after if place.endswith("/code")]
    TableRow.objects.filter(pk__in=renamed).update(code=Concat(Value("~"), Cast("pk", CharField())))
    for place, text in after.items():
        row_code, _slash, name = place.rpartition("/")
        if name != "code" and (said := unstorable(text)):
            raise _at(place, "policy_field", pick(*said))
        changed = put(form, stored_row(rows[row_code]), name, text)
        for attribute, value in changed.items():
            setattr(rows[row_code], attribute, value)
    TableRow.objects.bulk_update(
        [rows[key] for key in {place.rpartition("/")[0] for place in after}],
        ["code", "cells", "outputs", "rationale_zh", "rationale_en"],
    )
    return noted(draft, actor, code, before, after)


def add_row(
    number: int, code: str, *, actor: User, idempotency_key: str, after: str = "", copy_of: str = "", new_code: str = ""
) -> Saved:
    """Add a row to a table of a draft: blank, or like another one.

    Args:
        after: code of the row that it follows; empty for the end, or after the one that it copies.
        new_code: its code; by default one that is free.

    Raises:
        Problem: as `save_fields`; too many rows (422).
    """

    def change(draft: PolicyVersion, table: DecisionTable, rows: dict[str, TableRow]) -> Saved:
        for named in (each for each in (after, copy_of) if each and each not in rows):
            raise _gone(draft, code, named, None)
        if len(rows) >= MOST_ROWS:
            raise Problem("policy_rows", 422, _("A table has at most %(most)s rows.") % {"most": MOST_ROWS})
        mine = new_code or _free(rows, copy_of or after or table.code)
        _check_codes(rows, {f"{mine}/code": mine})
        form = stored(table, rows.values())
        row = {**(stored_row(rows[copy_of]) if copy_of else blank_row(form, mine)), "code": mine}
        made = TableRow(table=table, position=_ASIDE - 1, **row)
        order = list(rows.values())
        order.insert(order.index(rows[after or copy_of]) + 1 if after or copy_of else len(order), made)
        made.save()
        _place(table, order)
        written = {f"{mine}/{f.name}": get(row, f.name) for f in fields(form) if get(row, f.name)}
        return noted(draft, actor, code, {}, written)

    return _once(number, code, actor, idempotency_key, ["add", after, copy_of, new_code], change)


def move_row(number: int, code: str, row: str, by: int, *, actor: User, idempotency_key: str) -> Saved:
    """Move a row up (negative) or down among the others; at the end it stays.

    Raises:
        Problem: as `save_fields`.
    """

    def change(draft: PolicyVersion, table: DecisionTable, rows: dict[str, TableRow]) -> Saved:
        if row not in rows:
            raise _gone(draft, code, row, None)
        order = list(rows.values())
        old = order.index(rows[row])
        new = min(max(old + by, 0), len(order) - 1)
        if old == new:
            return Saved(draft.revision, ())
        order.insert(new, order.pop(old))
        _place(table, order)
        return noted(draft, actor, code, {f"{row}/position": str(old + 1)}, {f"{row}/position": str(new + 1)})

    return _once(number, code, actor, idempotency_key, ["move", row, by], change)


def remove_row(
    number: int, code: str, row: str, *, actor: User, idempotency_key: str, revision: int | None = None
) -> Saved:
    """Take a row out of a table of a draft.

    Raises:
        Problem: as `save_fields`; 409 also when somebody wrote anything in the row since `revision`.
    """

    def change(draft: PolicyVersion, table: DecisionTable, rows: dict[str, TableRow]) -> Saved:
        if row not in rows:
            raise _gone(draft, code, row, revision)
        _check_conflict(draft, revision, code, set(), row=row)
        form = stored(table, rows.values())
        was = {f"{row}/{f.name}": said for f in fields(form) if (said := get(stored_row(rows[row]), f.name))}
        rows.pop(row).delete()
        _place(table, list(rows.values()))
        return noted(draft, actor, code, was, {})

    return _once(number, code, actor, idempotency_key, ["remove", row], change)


def _once(
    number: int,
    code: str,
    actor: User,
    key: str,
    what: list[Any],
    change: Callable[[PolicyVersion, DecisionTable, dict[str, TableRow]], Saved],
) -> Saved:
    """A change of the rows of a table, once for its key; the answer of the first is the answer of every repetition."""

    def run() -> dict[str, Any]:
        draft = open_draft(number, actor)
        saved = change(draft, *table_of(draft, code))
        return {"revision": saved.revision, "changed": list(saved.changed)}

    answer, _again = once(actor, key, ["policy", number, code, *what], run)
    return Saved(answer["revision"], tuple(answer["changed"]))


def table_of(draft: PolicyVersion, code: str) -> tuple[DecisionTable, dict[str, TableRow]]:
    """A table of a draft, and its rows by code in their order. Raises Problem (404)."""
    table = draft.tables.filter(code=code).first()
    if table is None:
        raise Problem("not_found", 404, _("There is no such table in this policy version."))
    return table, {row.code: row for row in table.rows.order_by("position")}


def _place(table: DecisionTable, order: list[TableRow]) -> None:
    """Number the rows in this order."""
    for position, row in enumerate(order):
        row.position = _ASIDE + position
    moving = [row for row in order if row.pk]
    TableRow.objects.bulk_update(moving, ["position"])
    for position, row in enumerate(order):
        row.position = position
    TableRow.objects.bulk_update(moving, ["position"])


def noted(draft: PolicyVersion, actor: User, code: str, before: Mapping[str, str], after: Mapping[str, str]) -> Saved:
    """Digest and revision follow, and the trail says what was written."""
    touched(draft, actor)
    extra = {"table": code, "revision": draft.revision}
    note("draft_changed", draft, actor, before=_named(code, before), after=_named(code, after), extra=extra)
    return Saved(draft.revision, tuple(after) or tuple(before))


def _named(code: str, values: Mapping[str, str]) -> dict[str, str]:
    return {f"{code}/{place}": text for place, text in values.items()}


def _free(rows: Mapping[str, TableRow], stem: str) -> str:
    stem = stem[:55]
    return next(code for n in range(2, MOST_ROWS + 3) if (code := f"{stem}-{n}") not in rows)


def _check_codes(rows: Mapping[str, TableRow], after: Mapping[str, str]) -> None:
    """Every row has a code, and one of its own."""
    wanted = {place.rpartition("/")[0]: text for place, text in after.items() if place.endswith("/code")}
    code = fields({"rows": [], "columns": [], "kind": "", "routing": {}})[0]
    for row, text in wanted.items():
        said = wrong(code, text) if text else ("每行都要有编号。", "Every row needs a code.")
        if said:
            raise _at(f"{row}/code", "policy_code", pick(*said))
        taken = {wanted.get(other, other) for other in rows if other != row}
        if text in taken:
            said_taken = _("The code %(code)s is taken by another row.") % {"code": text}
            raise _at(f"{row}/code", "policy_code", said_taken)


def _at(place: str, code: str, sentence: str) -> Problem:
    return Problem(code, 422, sentence, [{"field": place, "message": sentence}])


def changes_since(draft: PolicyVersion, revision: int) -> list[Event]:
    """The changes of a draft after a revision, the latest first."""
    found = []
    rows = Event.objects.filter(action="policy.draft_changed", object_id=str(draft.number)).order_by("-pk")
    for event in rows.iterator(chunk_size=50):
        if event.content["extra"]["revision"] <= revision:
            break
        found.append(event)
    return found


def _check_conflict(
    draft: PolicyVersion, revision: int | None, code: str, places: set[str], *, row: str | None = None
) -> None:
    if revision is None or revision >= draft.revision:
        return
    wanted = {f"{code}/{place}" for place in places}
    for event in changes_since(draft, revision):
        written = {**event.content.get("before", {}), **event.content.get("after", {})}
        hit = [name for name in written if name in wanted or (row is not None and name.startswith(f"{code}/{row}/"))]
        if hit:
            raise _conflict(draft, event, hit)


def _conflict(draft: PolicyVersion, event: Event, places: list[str]) -> Problem:
    """Who wrote what there meanwhile."""
    after = event.content.get("after", {})
    said = {"name": event.actor_name, "place": places[0], "text": after.get(places[0], "") or "–"}
    sentence = _("%(name)s has changed %(place)s meanwhile: it says “%(text)s” now.") % said
    changes = [{"field": place, "before": event.content.get("before", {}).get(place, ""),
                "after": after.get(place, "")} for place in places]  # fmt: skip
    extra = {"revision": draft.revision, "by": event.actor_name, "at": event.at.isoformat(), "changes": changes}
    return Problem("policy_conflict", 409, sentence, extra=extra)


def _gone(draft: PolicyVersion, code: str, row: str, revision: int | None) -> Problem:
    """The row is not there: somebody removed or renamed it, or it never was."""
    for event in changes_since(draft, revision or 0):
        if any(place.startswith(f"{code}/{row}/") for place in event.content.get("before", {})):
            return _conflict(draft, event, [f"{code}/{row}/code"])
    return Problem("not_found", 404, _("There is no row %(row)s in table %(table)s.") % {"row": row, "table": code})

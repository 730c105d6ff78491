"""Policy changes of the demo group: an emergency waits for the CFO, an ordinary one is drafted and being replayed."""

from datetime import date, timedelta
from typing import Final

from accounts.models import User
from policies.models import PolicyVersion, TableRow
from policies.services import begin_change, open_draft, save_change, start_draft, touched
from workflows import replaying
from workflows.demo.cases import until
from workflows.demo.people import Group
from workflows.demo.stories import tell
from workflows.kinds.policy import KIND

EMERGENCY: Final = "集采新政落地，超出公式额度一成即须提高一档，先行收紧三十天。"
ORDINARY: Final = "Small repeat orders need no director: finance managers decide credit up to 400,000."
MONTHS: Final = 12


def open_all(group: Group, today: date) -> None:
    """Let the medical company ask for an emergency, and the roll company draft an ordinary change."""
    medical, rolls = group.people["so.med"], group.people["so.rolls"]
    urgent = _drafted(medical, EMERGENCY, "ES", "ES-1", "cells", {"over_formula_pct": "> 10"})
    letter = save_change(begin_change(urgent.number, medical), {"emergency": True}, medical)
    tell(group, KIND, KIND.lock(letter.pk), until("CFO"), lambda letter, changes: letter)
    wider = _drafted(rolls, ORDINARY, "AUTH", "credit-FM", "outputs", {"ceiling": "400000"})
    save_change(begin_change(wider.number, rolls), {"effective_from": today + timedelta(days=30)}, rolls)
    replaying.start(wider, MONTHS, actor=rolls, idempotency_key="demo:policy:replay")


def _drafted(maker: User, note: str, table: str, code: str, part: str, said: dict[str, str]) -> PolicyVersion:
    """The tables in force with one row that says something else."""
    draft = open_draft(start_draft(maker, change_note=note).number, maker)
    row = TableRow.objects.get(table__version=draft, table__code=table, code=code)
    setattr(row, part, {**getattr(row, part), **said})
    row.save(update_fields=[part])
    return touched(draft, maker)

"""The sum of a replay: a plain JSON value that grows case by case, so that it can be stored half-way and go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from policies.rules.replay import CHANGES, EASED, SAME, TIGHTENED, Judge, NotJudged, Path, change

EXAMPLES: Final = 20
REFUSED: Final = frozenset({"rejected", "returned"})
_LABEL_LENGTH: Final = 120


@dataclass(frozen=True, slots=True)
class Case:
    """One stored submission.

    Args:
        facts: as stored.
        amount: what a decision about it releases; None where nothing is released or the amount was counted with a later
            submission of the same request.
        currency: of the amount, and so of the company; amounts of two currencies are never added up.
        place: name of the place whose people decide.
        outcome: how this submission ended so far; empty where it was sent on under another version.
    """

    no: str
    kind: str
    facts: Mapping[str, Any]
    amount: Decimal | None
    currency: str
    place: str
    outcome: str


@dataclass(slots=True)
class Tally:
    """Counts of both versions over the cases so far; `data` is what is stored and shown."""

    data: dict[str, Any] = field(
        default_factory=lambda: {"kinds": {}, "roles": {}, "places": {}, "not_judged": {}, "examples": {}}
    )

    def add(self, case: Case, before: Judge, after: Judge) -> None:
        """Judge one case by both versions and count it; a case that either cannot judge is counted by its reason."""
        kind = self.data["kinds"].setdefault(case.kind, _empty())
        kind["read"] += 1
        try:
            old, new = before.path(case.kind, case.facts), after.path(case.kind, case.facts)
        except NotJudged as missing:
            reasons = self.data["not_judged"]
            name = f"{missing.why}:{missing.name}"[:_LABEL_LENGTH]
            reasons[name] = reasons.get(name, 0) + 1
            return
        kind["judged"] += 1
        for side, path in (("before", old), ("after", new)):
            self._count(kind, side, path, case.place)
        changed = change(old, new)
        kind["changes"][changed] = kind["changes"].get(changed, 0) + 1
        if changed != SAME:
            self._changed(kind, changed, case, old, new)

    def _count(self, kind: dict[str, Any], side: str, path: Path, place: str) -> None:
        counts = kind[side]
        counts["automatic"] += path.automatic
        counts["blocked"] += bool(path.blocks)
        roles = path.roles
        counts["steps"] += len(roles)
        counts["hours"] += 0 if path.blocks else path.hours
        here = self.data["places"].setdefault(place, {})
        for role in roles:
            for held in (self.data["roles"], here):
                load = held.setdefault(role, {"before": 0, "after": 0})
                load[side] += 1

    def _changed(self, kind: dict[str, Any], changed: str, case: Case, old: Path, new: Path) -> None:
        refused = case.outcome in REFUSED
        if changed in EASED:
            kind["eased_refused"] += refused
        if case.amount is not None:
            for name, holds in (
                ("released", changed in EASED),
                ("automatic_amount", changed == CHANGES[0]),
                ("held", changed in TIGHTENED),
            ):
                if holds:
                    kind[name][case.currency] = str(Decimal(kind[name].get(case.currency, 0)) + case.amount)
        shown = self.data["examples"].setdefault(changed, [])
        if len(shown) < EXAMPLES:
            shown.append(
                {"no": case.no, "kind": case.kind, "before": old.words, "after": new.words, "outcome": case.outcome}
            )


def _empty() -> dict[str, Any]:
    sides = {"automatic": 0, "blocked": 0, "steps": 0, "hours": 0}
    money: dict[str, dict[str, str]] = {"released": {}, "automatic_amount": {}, "held": {}}
    return {
        "read": 0, "judged": 0, "changes": {}, "before": dict(sides), "after": dict(sides), "eased_refused": 0, **money
    }  # fmt: skip

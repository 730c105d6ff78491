"""Knock-outs (worst grade whatever the score) and caps (best grade possible): policy tables KO and CAP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from policies.rules.cells import Fact
from policies.rules.tables import Reason, Table


@dataclass(frozen=True, slots=True)
class Cap:
    """The best grade that may be given, and why."""

    grade: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What is known about reputation, payment record and file on the day of scoring.

    `undisputed_overdue_days` leaves out invoices under an accepted dispute. The field names are the
    fact keys of the tables; `new_customer` here also covers too little payment history to be scored on.
    """

    dishonest_record: bool = False
    payment_lawsuit_24m: bool = False
    undisputed_overdue_days: int = 0
    overdue_days: int = 0
    bounced_bills_12m: int = 0
    licence_expired: bool = False
    forged_document: bool = False
    insolvency: bool = False
    refused_to_sign: bool = False
    mandatory_document_missing: bool = False
    evaluation_age_days: int | None = None
    new_customer: bool = False
    has_statements: bool = True
    controller_changed: bool = False

    def facts(self) -> dict[str, Fact]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def knock_outs(tables: Mapping[str, Table], facts: GateFacts) -> tuple[Reason, ...]:
    """The reasons that give the worst grade whatever the score (policy table KO)."""
    return tuple(reason for match in tables["KO"].evaluate(facts.facts()) for reason in match.reasons)


def caps(tables: Mapping[str, Table], facts: GateFacts) -> tuple[Cap, ...]:
    """The bounds of the grade from above, whatever the score (policy table CAP)."""
    return tuple(
        Cap(match.outputs["grade"], reason)
        for match in tables["CAP"].evaluate(facts.facts())
        for reason in match.reasons
    )


def months_between(start: date, end: date) -> int:
    """Whole calendar months from `start` to `end` (31 January to 28 February is 0)."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if end.day < start.day else months

"""Reads about contracts: the list, its states, what ends soon, the seal register, the stages of one contract."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, SealEntry
from contracts.rules.signing import WARNING_DAYS, warning

STATES: Final = ("approved", "sealed", "signed", "effective", "expired", "terminated")
REGISTER: Final = 500


def contracts(visible: QuerySet[Contract], *, text: str = "", state: str = "") -> QuerySet[Contract]:
    """Contracts whose number or customer contains the text, in a state."""
    words = text.strip()[:100].replace("\x00", "")
    if words:
        visible = visible.filter(
            Q(number__icontains=words)
            | Q(customer__name__icontains=words)
            | Q(customer__code__istartswith=words)
            | Q(customer__pinyin__contains=words.casefold())
        )
    return visible.in_state(state) if state in STATES else visible  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Ending:
    """A contract in force whose end is near; `left` days, `stage` 60, 30 or 0."""

    contract: Contract
    left: int
    stage: int


def ending(visible: QuerySet[Contract], today: date) -> list[Ending]:
    """Contracts in force that end within 60 days, the nearest first."""
    rows = visible.ending(today + timedelta(days=max(WARNING_DAYS)))  # type: ignore[attr-defined]
    found = []
    for contract in rows.select_related("customer__owner").order_by("valid_to", "pk"):
        stage = warning(contract.valid_to, today)
        if stage is not None:
            found.append(Ending(contract, (contract.valid_to - today).days, max(stage, 0)))
    return found


def register(visible: QuerySet[SealEntry], *, text: str = "") -> QuerySet[SealEntry]:
    """The seal register, newest first."""
    words = text.strip()[:100].replace("\x00", "")
    if words:
        visible = visible.filter(
            Q(contract__number__icontains=words)
            | Q(contract__customer__name__icontains=words)
            | Q(document_number__icontains=words)
        )
    return visible.select_related("contract__customer", "keeper")[:REGISTER]


@dataclass(frozen=True)
class Stage:
    """One stage in the life of a contract, with the moment when it was reached."""

    name: str
    label: object
    at: datetime | None
    state: str


def stages(contract: Contract) -> Sequence[Stage]:
    """Approved, sealed, signed, in force, ended: reached or still ahead (defaults 2(h))."""
    reached = [
        ("approved", _("Approved"), contract.approved_at),
        ("sealed", _("Sealed by us"), contract.sealed_at),
        ("signed", _("Signed by both"), contract.signed_at),
        ("effective", _("In force"), contract.effective_at),
    ]
    last = ("expired", _("Expired") if contract.expired_at else _("Ends"), contract.expired_at)
    if contract.terminated_at:
        reached = [each for each in reached if each[2]]
        last = ("terminated", _("Terminated"), contract.terminated_at)
    found = []
    waiting = "open"
    for name, label, at in (*reached, last):
        found.append(Stage(name, label, at, "approved" if at else waiting))
        waiting = "open" if at else "waiting"
    return found

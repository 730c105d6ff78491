"""What a customer may cost us at most today: exposure by component. Source: reference/credit.md 2.2."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from customers.rules.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Component:
    """One part of the exposure, in the customer's currency."""

    code: str
    zh: str
    en: str
    amount: Decimal

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "label_zh": self.zh, "label_en": self.en, "amount": str(self.amount)}


@dataclass(frozen=True, slots=True)
class Exposure:
    """Components and their sum; unallocated cash is taken off the receivable, which never gets negative."""

    components: tuple[Component, ...]

    @property
    def total(self) -> Decimal:
        return sum((component.amount for component in self.components), Decimal(0))

    def __add__(self, other: Exposure) -> Exposure:
        """Exposure of both, component by component."""
        return Exposure(
            tuple(
                Component(mine.code, mine.zh, mine.en, mine.amount + theirs.amount)
                for mine, theirs in zip(self.components, other.components, strict=True)
            )
        )


def exposure_of(ledger: Ledger, on: date) -> Exposure:
    """AR less unallocated cash, delivered but not invoiced, and confirmed but not delivered orders."""
    return Exposure(
        (
            Component("ar", "应收余额", "Receivables", ledger.ar_balance(on)),
            Component("delivered", "已发货未开票", "Delivered, not invoiced", ledger.delivered_not_invoiced(on)),
            Component("orders", "未发货订单", "Open orders", ledger.open_orders(on)),
        )
    )

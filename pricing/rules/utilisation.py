"""How much of a granted quantity is taken: order, delivery, invoice, return, cancellation (approval.md 2.3)."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

Kind = Literal["ordered", "delivered", "invoiced", "returned", "cancelled"]
ORDERED: Final = "ordered"
KINDS: Final[tuple[Kind, ...]] = ("ordered", "delivered", "invoiced", "returned", "cancelled")
ZERO: Final = Decimal(0)
STEPS: Final = (80, 100, 120)


class Refused(ValueError):
    """A movement that does not fit; `code` says why, `most` how much would."""

    def __init__(self, code: str, most: Decimal) -> None:
        super().__init__(code)
        self.code, self.most = code, most


@dataclass(frozen=True, slots=True)
class Use:
    """What has happened so far, in stock units: of one order line, or of all on an agreement line."""

    ordered: Decimal = ZERO
    delivered: Decimal = ZERO
    invoiced: Decimal = ZERO
    returned: Decimal = ZERO
    cancelled: Decimal = ZERO

    @property
    def taken(self) -> Decimal:
        """What counts against the cap: a return or cancellation opens the quantity again (D365, case P15)."""
        return self.ordered - self.cancelled - self.returned


@dataclass(frozen=True, slots=True)
class Cap:
    """The granted quantity; None has no end. A hard cap is never exceeded, a soft one warns."""

    quantity: Decimal | None
    hard: bool = True

    def remaining(self, use: Use) -> Decimal | None:
        """What is left, never below zero; None without a cap."""
        return None if self.quantity is None else max(self.quantity - use.taken, ZERO)

    def over(self, use: Use) -> Decimal:
        """How far a soft cap is exceeded."""
        return ZERO if self.quantity is None else max(use.taken - self.quantity, ZERO)

    def coverable(self, use: Use, quantity: Decimal) -> Decimal:
        """How much of a quantity may still be taken."""
        remaining = self.remaining(use)
        return quantity if remaining is None or not self.hard else min(remaining, quantity)

    def state(self, use: Use) -> str:
        """open, low (80 % taken), used_up, over (soft only), or none without a cap."""
        if self.quantity is None:
            return "none"
        if use.taken > self.quantity:
            return "over"
        return {0: "open", 80: "low"}.get(self.reached(use), "used_up")

    def reached(self, use: Use) -> int:
        """The highest of 80, 100 and 120 per cent that is reached, else 0."""
        if self.quantity is None:
            return 0
        return max((step for step in STEPS if use.taken * 100 >= self.quantity * step), default=0)


def most_of(kind: Kind, of_order: Use) -> Decimal:
    """How much of an order line may still be delivered, invoiced, returned or cancelled.

    A return may be told without its delivery; what was delivered or came back can no longer be cancelled.
    """
    held = of_order.ordered - of_order.cancelled
    return {
        "delivered": held - of_order.delivered,
        "invoiced": held - of_order.invoiced,
        "returned": held - of_order.returned,
        "cancelled": held - max(of_order.delivered, of_order.invoiced, of_order.returned),
    }[kind]


def moved(use: Use, kind: Kind, quantity: Decimal) -> Use:
    """The use after a movement that was checked."""
    return replace(use, **{kind: getattr(use, kind) + quantity})


def check(kind: Kind, quantity: Decimal, *, line: Use, of_order: Use, cap: Cap) -> None:
    """Let a movement pass or say why it does not fit.

    Args:
        line: what has happened on the agreement line; of_order: on this order line alone.

    Raises:
        Refused: ``above_cap`` for an order beyond a hard cap; ``not_ordered`` for more than the order line holds.
    """
    if kind == ORDERED:
        if (most := cap.coverable(line, quantity)) < quantity:
            raise Refused("above_cap", most)
    elif (most := most_of(kind, of_order)) < quantity:
        raise Refused("not_ordered", most)

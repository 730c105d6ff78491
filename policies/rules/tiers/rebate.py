"""Rebate arithmetic (defaults 2(c)): accrual, payment gate, set-off against placement; all exact to the cent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from policies.rules.pack import Pack
from policies.rules.tiers.terms import TierTerms
from policies.rules.tiers.trade import HUNDRED, ZERO, shown


@dataclass(frozen=True, slots=True)
class Accrual:
    """A year's rebate: what the purchases earn, the share that punctual payment leaves (percent), what is payable."""

    projected: Decimal
    gate_pct: Decimal
    payable: Decimal


@dataclass(frozen=True, slots=True)
class SetOff:
    """The payable rebate against unpaid placement: taken for it, paid out, placement still unpaid."""

    set_off: Decimal
    paid_out: Decimal
    placement_left: Decimal


@dataclass(frozen=True, slots=True)
class Segment:
    """Purchases above `over` earn `pct` percent, up to the next segment."""

    over: Decimal
    pct: Decimal


def payment_gate(terms: TierTerms, wadl_days: Decimal) -> Decimal:
    """Share of the rebate that is paid, in percent, by the weighted days late of the year; late beyond all steps 0."""
    for days, pct in sorted(terms.payment_steps):
        if wadl_days <= days:
            return pct
    return ZERO


def accrual(paid_purchases: Decimal, rate_pct: Decimal, gate_pct: Decimal) -> Accrual:
    """`paid net purchases × rate × gate`: 1,800,000 at 2 % is 36,000; paid 9 days late on average, 28,800.

    Rounded to the cent, half up, once for the projected and once for the payable amount.
    """
    exact = max(ZERO, paid_purchases) * rate_pct / HUNDRED
    return Accrual(shown(exact), gate_pct, shown(exact * gate_pct / HUNDRED))


def set_off(payable: Decimal, unpaid_placement: Decimal) -> SetOff:
    """The rebate pays unpaid placement first; the rest is paid out."""
    taken = min(payable, max(ZERO, unpaid_placement))
    return SetOff(taken, payable - taken, max(ZERO, unpaid_placement) - taken)


def segments(pack: Pack) -> tuple[Segment, ...]:
    """The progressive alternative of a policy version (table TIER-REBATE)."""
    rows = pack.tables["TIER-REBATE"].rows
    return tuple(Segment(Decimal(row.outputs["over"]), Decimal(row.outputs["pct"])) for row in rows)


def progressive(paid_purchases: Decimal, steps: Iterable[Segment]) -> Decimal:
    """Each segment at its own rate, so that one more purchase never earns less; to the cent, half up."""
    ordered = sorted(steps, key=lambda step: step.over)
    ends = [step.over for step in ordered[1:]] + [paid_purchases]
    parts = (
        max(ZERO, min(paid_purchases, end) - step.over) * step.pct / HUNDRED
        for step, end in zip(ordered, ends, strict=True)
    )
    return shown(sum(parts, ZERO))

"""The tier policy table (form 7) as plain values: one `TierTerms` per star.

The table is written in the words of the domain; this module reads them. What cannot be read is a `PolicyError`
when the version is built, never a silent zero later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from policies.rules.cells import PolicyError

STARS = (4, 3, 2, 1)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_ROWS = {
    "entry": "进入标准",
    "grade": "信用等级门槛",
    "gates": "其他门槛",
    "discount": "价格折扣带",
    "std": "标准账期",
    "max": "账期上限",
    "limit": "信用额度规则",
    "placement": "铺货额度",
    "rebate": "年返利",
    "hidden": "年终暗返",
    "payment": "返利兑付系数",
    "expense": "销售费用率",
    "visits": "走访",
    "commission": "提成率",
    "regime": "信用管控模式",
    "rerating": "评级频率",
}
_MONTHS = {"yearly": 12, "half-yearly": 6, "quarterly": 3}


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits per year; None for technical visits on request."""

    executive: int
    technical: int | None
    business: int


@dataclass(frozen=True, slots=True)
class Regime:
    """How orders are held: shares of the limit in percent, grace for overdue in days (None: no grace at all)."""

    warn_pct: Decimal | None
    block_pct: Decimal | None
    tolerance_pct: Decimal
    grace_days: int


@dataclass(frozen=True, slots=True)
class TierTerms:
    """Form 7, one star: gates to enter it and everything it gives.

    Terms are days, percentages in percent. `unsecured_months` bounds the unsecured limit to that many monthly averages
    (None = the tier sets no bound); `secured_only` allows only the part covered by security. `volume_class_max` and
    `overdue_max` (days) are None where the star does not ask. `payment_steps`: up to so many weighted days late, that
    share of the rebate in percent is paid.
    """

    tier: int
    entry_score: Decimal
    grade_gate: str
    std_term: int
    max_term: int
    discount_pct: Decimal
    unsecured_months: Decimal | None
    secured_only: bool
    placement_factor: Decimal
    rebate_pct: Decimal
    limit_rule: str = ""
    volume_class_max: Decimal | None = None
    overdue_max: int | None = None
    no_false_account: bool = False
    licences_valid: bool = False
    security_share: Decimal = Decimal(100)
    rebate_withheld: bool = False
    hidden_rebate_pct: Decimal = Decimal(0)
    payment_steps: tuple[tuple[int, Decimal], ...] = ()
    expense_pct: Decimal = Decimal(0)
    visits: Visits = Visits(0, None, 0)
    commission_pct: Decimal = Decimal(0)
    growth_commission_pct: Decimal = Decimal(0)
    regime: Regime = Regime(None, None, Decimal(0), 0)
    rerating_months: int = 12


def tier_terms(rows: Iterable[Mapping[str, str]]) -> dict[int, TierTerms]:
    """Read the tier policy table (form 7, `tier_policy` of the defaults) into one `TierTerms` per star.

    Raises PolicyError naming the item that is missing or cannot be read.
    """
    table = list(rows)
    cells = {key: _item(table, label) for key, label in _ROWS.items()}
    return {star: _terms(star, {key: written(row, star) for key, row in cells.items()}) for star in STARS}


def written(row: Mapping[str, str], star: int) -> str:
    """The text of a star; ``same`` is what the highest star has."""
    text = row[str(star)]
    return row["4"] if text == "same" else text


def _item(table: list[Mapping[str, str]], label: str) -> Mapping[str, str]:
    for row in table:
        if row["item"].startswith(label):
            return row
    raise PolicyError(f"The tier policy has no item {label!r}.")


def _terms(star: int, cell: Mapping[str, str]) -> TierTerms:
    limit, gates = cell["limit"], cell["gates"]
    secured = limit.startswith("secured")
    return TierTerms(
        tier=star,
        entry_score=Decimal(0) if cell["entry"].startswith("<") else _first(cell["entry"]),
        grade_gate=cell["grade"].removeprefix("≥").strip() if "≥" in cell["grade"] else "",
        std_term=int(_first(cell["std"])),
        max_term=int(_first(cell["max"])),
        discount_pct=_first(cell["discount"]),
        unsecured_months=_after(r"unsecured ≤ ", limit),
        secured_only=secured,
        placement_factor=_placement(cell["placement"]),
        rebate_pct=_first(cell["rebate"]),
        limit_rule=limit,
        volume_class_max=_after(r"volume class ≤ ", gates),
        overdue_max=_days(_after(r"no overdue > ", gates)),
        no_false_account="no false" in gates,
        licences_valid="licences valid" in gates,
        security_share=_first(limit) if secured else Decimal(100),
        rebate_withheld="withheld" in cell["rebate"],
        hidden_rebate_pct=_optional(cell["hidden"]),
        payment_steps=tuple((int(d), Decimal(p)) for d, p in re.findall(r"≤ (\d+) d (\d+) %", cell["payment"])),
        expense_pct=_first(cell["expense"]),
        visits=_visits(cell["visits"]),
        commission_pct=_first(cell["commission"]),
        growth_commission_pct=_after(r"\+ ", cell["commission"]) or Decimal(0),
        regime=_regime(cell["regime"]),
        rerating_months=_months(cell["rerating"]),
    )


def _first(text: str) -> Decimal:
    found = _NUMBER.search(text)
    if found is None:
        raise PolicyError(f"No number in the tier policy's {text!r}.")
    return Decimal(found.group())


def _optional(text: str) -> Decimal:
    return Decimal(0) if text == "—" else _first(text)


def _after(sign: str, text: str) -> Decimal | None:
    found = re.search(sign + r"(\d+(?:\.\d+)?)", text)
    return Decimal(found.group(1)) if found else None


def _days(value: Decimal | None) -> int | None:
    return None if value is None else int(value)


def _placement(text: str) -> Decimal:
    if "rebate" not in text:
        return _first(text)
    return _after("× ", text) or Decimal(1)


def _visits(text: str) -> Visits:
    executive, technical, business = (part.strip() for part in text.split("/"))
    return Visits(int(executive), int(technical) if technical.isdigit() else None, int(business))


def _regime(text: str) -> Regime:
    return Regime(
        warn_pct=_after("warn ", text),
        block_pct=_after("block ", text),
        tolerance_pct=_after(r"\+", text) or Decimal(0),
        grace_days=_days(_after("grace ", text)) or 0,
    )


def _months(text: str) -> int:
    word = text.split(" ")[0]
    if word not in _MONTHS:
        raise PolicyError(f"The tier policy does not say how often {text!r} is.")
    return _MONTHS[word]

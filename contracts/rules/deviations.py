"""What makes a contract non-standard: figures unlike the approved ones, and clauses unlike the published ones."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

CATEGORIES: Final = (
    "general",
    "payment",
    "liability",
    "confidentiality",
    "quality",
    "jurisdiction",
    "territory",
    "term",
    "delivery",
)
Value = Decimal | int | date | str | None


@dataclass(frozen=True)
class Price:
    """The approved price of one product for the customer.

    price: money a unit, as granted or as the list and the tier's discount say; number: of the price agreement, ""
    for an ordinary price; left: quantity that the agreement still covers, None without a cap.
    """

    product: str
    price: Decimal
    basis: str
    number: str = ""
    valid_to: date | None = None
    left: Decimal | None = None


@dataclass(frozen=True)
class Approved:
    """Everything that was decided for the customer and that a contract may state; None is: nothing was decided.

    term_days: 0 is payment before delivery. limit_state: not_set | zero | amount | unlimited.
    discount, rebate: per cent. prices: by product code. The `*_source` say in words where a value comes from.
    """

    tier: int | None = None
    discount: Decimal | None = None
    rebate: Decimal | None = None
    term_days: int = 0
    limit_state: str = "not_set"
    limit: Decimal | None = None
    limit_valid_to: date | None = None
    limit_no: str = ""
    placement: Decimal | None = None
    security: Decimal = Decimal(0)
    price_list: str = ""
    prices: Mapping[str, Price] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """A figure of the contract that is not the approved or the standard one: a deviation of its category."""

    field: str
    category: str
    zh: str
    en: str
    asked: str
    approved: str
    source_zh: str = ""
    source_en: str = ""

    def to_json(self) -> dict[str, str]:
        """Plain JSON types."""
        return dict(vars(self))


@dataclass(frozen=True)
class Term:
    """One figure of a contract with the value that was approved for it or that our standard says.

    asked: None keeps the approved value.
    """

    field: str
    category: str
    zh: str
    en: str
    asked: Value
    approved: Value
    source: tuple[str, str] = ("", "")


def differences(terms: Iterable[Term]) -> tuple[Difference, ...]:
    """The terms whose figure is not the approved one, in either direction: also a better one was not decided."""
    return tuple(
        Difference(t.field, t.category, t.zh, t.en, said(t.asked), said(t.approved), *t.source)
        for t in terms
        if t.asked is not None and not _equal(t.asked, t.approved)
    )


def _equal(asked: Value, approved: Value) -> bool:
    return asked == approved if approved is not None else asked in (0, "", None)


def said(value: Value) -> str:
    """A value as text: amounts with separators, nothing as a dash."""
    if value is None or value == "":
        return "—"
    return f"{value:,}" if isinstance(value, Decimal | int) else str(value)


@dataclass(frozen=True)
class Line:
    """One product of the contract. price: None keeps the approved one."""

    product: str
    name: str
    quantity: Decimal
    price: Decimal | None = None


def price_differences(lines: Iterable[Line], approved: Approved) -> tuple[Difference, ...]:
    """Lines whose price nobody approved, or with which a product asks for more than its agreement still covers."""
    found = []
    asked: dict[str, Decimal] = {}
    for line in lines:
        price = approved.prices.get(line.product)
        whole = asked[line.product] = asked.get(line.product, Decimal(0)) + line.quantity
        label = (f"单价：{line.name}", f"unit price: {line.name}")
        source = approved.sources.get("prices", ("", ""))
        if price is None or (line.price is not None and line.price != price.price):
            known = said(price.price) if price else "—"
            found.append(Difference("price", "territory", *label, said(line.price), known, *source))
        elif price.left is not None and whole > price.left:
            label = (f"特价余量：{line.name}", f"quantity at the agreed price: {line.name}")
            origin = (price.number, price.number)
            found.append(Difference("quantity", "territory", *label, said(whole), said(price.left), *origin))
    return tuple(found)


@dataclass(frozen=True)
class Deviation:
    """A clause that shall say something else than the published text.

    allowed: whether the clause admits a deviation at all; removed: it is left out; mandatory: every contract needs it.
    """

    code: str
    category: str
    proposed: str
    reason: str
    allowed: bool = True
    mandatory: bool = False
    cap_removed: bool = False

    @property
    def removed(self) -> bool:
        """Nothing is proposed in its place."""
        return not self.proposed.strip()


def routing_facts(deviations: Iterable[Deviation], unlike: Iterable[Difference]) -> dict[str, Any]:
    """The facts of the clause-owner matrix: one flag for each category that is touched (defaults 2(d), CT-N)."""
    clauses, figures = list(deviations), list(unlike)
    touched = {each.category for each in clauses} | {each.category for each in figures}
    facts: dict[str, Any] = {f"dev_{category}": category in touched for category in CATEGORIES}
    facts["deviations"] = len(clauses) + len(figures)
    facts["cap_removed"] = any(each.cap_removed for each in clauses)
    facts["resale_price"] = any(fixes_resale_price(each.proposed) for each in clauses)
    facts["forbidden_deviations"] = sum(not each.allowed and not each.removed for each in clauses)
    facts["mandatory_missing"] = sum(each.mandatory and each.removed for each in clauses)
    return facts


_RESALE: Final = re.compile(
    r"(?P<no>[不无未禁非]\w{0,6})?"
    r"(?:(?:最低|固定|限定|统一|指定|不得低于)[^。；;.]{0,12}(?:转售|零售|再销售|销售)价|(?:转售|零售|再销售)价格?[^。；;.]{0,8}"
    r"(?:不得低于|不低于|不得高于|统一|固定|限定))"
)
_RESALE_EN: Final = re.compile(
    r"(?P<no>\b(?:no|not|nor|without|never)\b[^.;]{0,40})?"
    r"(?:(?:minimum|fixed|lowest|uniform)\s+(?:resale|retail)\s+price|(?:resale|retail)\s+prices?\b[^.;]{0,40}"
    r"\b(?:not\s+(?:be\s+)?(?:below|less|lower|under)|at\s+least|fixed|minimum))",
    re.IGNORECASE,
)


def fixes_resale_price(text: str) -> bool:
    """Whether a text binds the price at which the customer resells; a sentence that renounces this does not.

    A net for the obvious wordings, not a judgement: legal reads every price clause that deviates.
    """
    return any(match.group("no") is None for pattern in (_RESALE, _RESALE_EN) for match in pattern.finditer(text))


_CAP: Final = re.compile(r"上限|不超过|为限|\bcap(?:s|ped)?\b|\bexceeds?\b|\bat most\b|\blimited to\b", re.IGNORECASE)
# Words that name a limit in order to say that there is none.
_NO_CAP: Final = re.compile(
    r"(?:不设|不再|没有|未设|取消|删除|无(?!论)|不受|不以)[^，。；;,.]{0,10}?(?:上限|为限)"
    r"|\b(?:no|not|never|without)\b(?!\s+exceed)[^.;,]{0,20}?\b(?:cap(?:s|ped)?|limited to)\b",
    re.IGNORECASE,
)


def drops_cap(standard: Iterable[str], proposed: str) -> bool:
    """Whether the published clause limits the liability and the proposed one no longer speaks of a limit.

    The author says so himself by `cap_removed`; this is for when he forgets.
    """
    return any(_CAP.search(line) for line in standard) and not _CAP.search(_NO_CAP.sub("", proposed))


def longer_than(valid_from: date, valid_to: date, months: int) -> bool:
    """Whether the contract runs longer than so many months; `valid_to` is its last day."""
    year, month = divmod(valid_from.month - 1 + months, 12)
    try:
        limit = date(valid_from.year + year, month + 1, valid_from.day)
    except ValueError:  # the 31st of a month that has none: the period ends with the month
        limit = date(valid_from.year + year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return valid_to >= limit

"""What a star gives one customer: every item of form 7 with its amount; and two stars side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from policies.rules.pack import Pack
from policies.rules.standards import GradeStandard
from policies.rules.tables import Row, plain
from policies.rules.tiers.figures import Figures
from policies.rules.tiers.levers import gives, lever_row
from policies.rules.tiers.rebate import accrual, payment_gate
from policies.rules.tiers.terms import TierTerms, Visits
from policies.rules.tiers.trade import HUNDRED, ZERO, shown
from policies.rules.wording import number_words

_TEXTS = (("support", "支持措施"), ("control", "控制措施"), ("features", "特征"), ("rerating", "评级频率"))


@dataclass(frozen=True, slots=True)
class Item:
    """One benefit in words, with its amount where it has one. `higher` says whether more is better for the customer."""

    code: str
    zh: str
    en: str
    value_zh: str
    value_en: str
    amount: Decimal | None = None
    measure: Decimal | None = None
    higher: bool | None = True

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "code": self.code,
            "zh": self.zh,
            "en": self.en,
            "value_zh": self.value_zh,
            "value_en": self.value_en,
            "amount": None if self.amount is None else plain(self.amount),
        }


@dataclass(frozen=True, slots=True)
class Compared:
    """One benefit today and proposed; `better` is None when nothing changes or nothing can be said."""

    code: str
    zh: str
    en: str
    before_zh: str
    before_en: str
    after_zh: str
    after_en: str
    better: bool | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {each: getattr(self, each) for each in self.__slots__}


@dataclass(frozen=True, slots=True)
class Benefits:
    """A star's benefits for one customer; percentages in percent, terms in days, amounts in the customer's currency.

    `unsecured_limit` None: the tier sets no bound of its own, or the figure it rests on is not known.
    """

    star: int
    provisional: bool
    levers: tuple[str, ...]
    discount_pct: Decimal
    std_term: int
    max_term: int
    unsecured_limit: Decimal | None
    rebate_pct: Decimal
    projected_rebate: Decimal | None
    placement: Decimal | None
    expense_budget: Decimal | None
    visits: Visits
    items: tuple[Item, ...]

    def to_json(self) -> dict[str, Any]:
        """What the pages and papers show."""
        return {
            "star": self.star,
            "provisional": self.provisional,
            "levers": list(self.levers),
            "items": [item.to_json() for item in self.items],
        }


def compare(current: Benefits, proposed: Benefits) -> tuple[Compared, ...]:
    """Both stars, item by item."""
    return tuple(_compared(old, new) for old, new in zip(current.items, proposed.items, strict=True))


def _compared(old: Item, new: Item) -> Compared:
    better = None
    if new.higher is not None and old.measure is not None and new.measure is not None and old.measure != new.measure:
        better = (new.measure > old.measure) is new.higher
    return Compared(new.code, new.zh, new.en, old.value_zh, old.value_en, new.value_zh, new.value_en, better)


def effective_terms(terms: TierTerms, grade: GradeStandard | None, extra_days: int = 0) -> tuple[int, int]:
    """Standard and longest term: the shorter of tier and credit grade; a lever never lifts the grade's maximum."""
    std, longest = terms.std_term, terms.max_term
    if grade is None:
        return std, longest
    std, longest = min(std, grade.std_term), min(longest, grade.max_term)
    return min(std + extra_days, grade.max_term), min(longest + extra_days, grade.max_term)


def benefits(
    pack: Pack, star: int, figures: Figures, *, provisional: bool = False, levers: Iterable[str] = ()
) -> Benefits:
    """All items of form 7 for a customer (defaults 2(c)).

    A provisional star gives discount, term and unsecured limit of its line, but no rebate and no placement.
    """
    terms = pack.tier_terms[star]
    chosen = tuple(sorted(set(levers)))
    extra = _extra(pack, chosen)
    grade = next((each for each in pack.grades if each.grade == figures.grade), None)
    std, longest = effective_terms(terms, grade, int(extra["term_days"]))
    discount = terms.discount_pct + extra["discount_pp"]
    rebate_pct = ZERO if provisional else terms.rebate_pct
    gate = payment_gate(terms, figures.wadl_days) if figures.wadl_days is not None else None
    earned = accrual(figures.paid_purchases, rebate_pct, gate or ZERO) if figures.paid_purchases is not None else None
    projected = earned.projected if earned else ZERO if rebate_pct == 0 else None
    placement = None if projected is None else shown(projected * terms.placement_factor)
    limit, limit_item = _limit(pack, terms, figures)
    expense_pct = terms.expense_pct + extra["expense_pp"]
    expense = None if figures.net_sales is None else shown(figures.net_sales * expense_pct / HUNDRED)
    visits = Visits(
        terms.visits.executive, terms.visits.technical, int(terms.visits.business * (100 + extra["visits_pct"]) / 100)
    )
    items = (
        _percent("discount", "价格折扣带（免审批）", "Discount band without approval", discount),
        _days("std_term", "标准账期（与信用等级取短）", "Standard term (shorter of tier and grade)", std),
        _days("max_term", "账期上限（与信用等级取短）", "Maximum term (shorter of tier and grade)", longest),
        limit_item,
        _amount("placement", "铺货额度", "Stock-placement limit", placement),
        _percent("rebate", "年返利（明）", "Open annual rebate", rebate_pct, projected),
        _gated(terms, figures.wadl_days, gate, earned.payable if earned and gate is not None else None),
        _percent("hidden_rebate", "年终暗返上限", "Confidential year-end rebate, at most", _hidden(terms, provisional)),
        _percent("expense", "销售费用", "Sales-expense budget", expense_pct, expense),
        _visited(visits),
        _commission(terms, figures),
        *_texts(pack, star),
        _regime(pack, star, terms),
    )
    return Benefits(
        star, provisional, chosen, discount, std, longest, limit,
        rebate_pct, projected, placement, expense, visits, items,
    )  # fmt: skip


def _extra(pack: Pack, chosen: tuple[str, ...]) -> dict[str, Decimal]:
    total = dict.fromkeys(("discount_pp", "term_days", "expense_pp", "visits_pct"), ZERO)
    for row in (lever_row(pack, code) for code in chosen):
        for key, value in gives(row).items() if row else ():
            total[key] += value
    return total


def _hidden(terms: TierTerms, provisional: bool) -> Decimal:
    return ZERO if provisional else terms.hidden_rebate_pct


def _percent(code: str, zh: str, en: str, value: Decimal, amount: Decimal | None = None) -> Item:
    said = f"{plain(value)} %"
    if amount is None or value == 0:
        return Item(code, zh, en, said, said, amount, value)
    return Item(code, zh, en, f"{said}，{_money(amount)}", f"{said}, {_money(amount)}", amount, value)


def _days(code: str, zh: str, en: str, value: int) -> Item:
    measure = Decimal(value)
    return Item(code, zh, en, number_words(value, "days", "zh"), number_words(value, "days", "en"), None, measure)


def _amount(code: str, zh: str, en: str, value: Decimal | None) -> Item:
    if value is None:
        return Item(code, zh, en, "未知", "not known")
    return Item(code, zh, en, _money(value), _money(value), value, value)


def _money(value: Decimal) -> str:
    return number_words(value, "money", "en")


def _limit(pack: Pack, terms: TierTerms, figures: Figures) -> tuple[Decimal | None, Item]:
    """The bound that the tier sets on unsecured credit; of 1★ credit is only the secured part."""
    row = _row(pack, "信用额度规则")
    zh, en = row.outputs[f"{terms.tier}_zh"], row.outputs[f"{terms.tier}_en"]
    rank = Decimal(terms.tier)
    base, factor = figures.monthly_average, terms.unsecured_months
    if terms.secured_only:
        base, factor = figures.security_value, terms.security_share / HUNDRED
    if base is None or factor is None:
        return None, Item("limit", "信用额度规则", "Credit-limit rule", zh, en, None, rank)
    amount = shown(base * factor)
    said = _money(amount)
    return amount, Item("limit", "信用额度规则", "Credit-limit rule", f"{zh}：{said}", f"{en}: {said}", amount, rank)


def _gated(terms: TierTerms, wadl: Decimal | None, gate: Decimal | None, payable: Decimal | None) -> Item:
    zh, en = "返利兑付系数", "Rebate payment gate"
    if not terms.payment_steps or gate is None or wadl is None:
        none_zh, none_en = ("—", "—") if not terms.payment_steps else ("未知", "not known")
        return Item("payment_gate", zh, en, none_zh, none_en)
    late = plain(shown(wadl))
    paid = f"{plain(gate)} %"
    more_zh, more_en = (
        (f"，可兑付 {_money(payable)}", f", {_money(payable)} payable") if payable is not None else ("", "")
    )
    said_zh, said_en = f"加权逾期 {late} 天：{paid}{more_zh}", f"{late} weighted days late: {paid}{more_en}"
    return Item("payment_gate", zh, en, said_zh, said_en, payable, payable)


def _visited(visits: Visits) -> Item:
    zh, en = "走访/年：高层 / 技术 / 业务", "Visits per year: executive / technical / business"
    said_zh, said_en = (
        f"{visits.executive} / {asked if visits.technical is None else visits.technical} / {visits.business}"
        for asked in ("按需", "on request")
    )
    return Item("visits", zh, en, said_zh, said_en, None, Decimal(visits.business + visits.executive * 100))


def _commission(terms: TierTerms, figures: Figures) -> Item:
    """The rep's commission on collected sales, and on growth where the star pays for it."""
    zh, en = "提成率（回款净额）", "Commission on collected net sales"
    said_zh = said_en = f"{plain(terms.commission_pct)} %"
    amount = None
    if figures.net_sales is not None:
        grown = max(ZERO, figures.net_sales - (figures.sales_last_year or figures.net_sales))
        amount = shown((figures.net_sales * terms.commission_pct + grown * terms.growth_commission_pct) / HUNDRED)
    if terms.growth_commission_pct:
        growth = f"{plain(terms.growth_commission_pct)} %"
        said_zh, said_en = f"{said_zh} + 同比增量的 {growth}", f"{said_en} + {growth} on growth over last year"
    if amount is not None:
        said_zh, said_en = f"{said_zh}，{_money(amount)}", f"{said_en}, {_money(amount)}"
    return Item("commission", zh, en, said_zh, said_en, amount, None, None)


def _row(pack: Pack, label: str) -> Row:
    return next(row for row in pack.tables["TIER-POLICY"].rows if row.outputs["zh"].startswith(label))


def _texts(pack: Pack, star: int) -> tuple[Item, ...]:
    """What the policy says in words only."""
    return tuple(_text_item(pack, code, label, star) for code, label in _TEXTS)


def _text_item(pack: Pack, code: str, label: str, star: int) -> Item:
    out = _row(pack, label).outputs
    shared = 4 if out[str(star)] == "same" else star
    title_en = out["en"].replace(" (seed 002)", "")
    return Item(code, label, title_en, out[f"{shared}_zh"], out[f"{shared}_en"], None, None, None)


def _regime(pack: Pack, star: int, terms: TierTerms) -> Item:
    item = _text_item(pack, "regime", "信用管控模式", star)
    strength = Decimal(terms.regime.grace_days)
    return Item("regime", item.zh, item.en, item.value_zh, item.value_en, None, strength)

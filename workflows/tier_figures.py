"""Everything that is known of customers when their stars are worked out: from trade, credit, prices and requests.

Set-based: the number of statements does not depend on how many customers are asked for.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from credit.casefile import Company
from credit.ratings import ratings
from credit.rules.figures import Operand, operand
from credit.scoring import CaseScore
from customers.models import Customer, RatingResult
from customers.queries import ledgers
from customers.queries_tiers import tiers_in_force
from customers.rules.ledger import Ledger, add_months
from policies.rules.pack import Pack
from policies.rules.tiers import trade
from policies.rules.tiers.figures import Figures
from policies.rules.tiers.rating import Standing
from policies.rules.tiers.scorecard import rule, tier_card
from policies.rules.tiers.volume import VolumeClass, volume_classes
from workflows.models import Submission
from workflows.tier_population import Population, population
from workflows.tier_prices import Paid, prices_paid
from workflows.tier_reads import exception_requests, grades_shown, rated, security

ZERO = Decimal(0)
MONTHS = 12
COMPARED_MONTHS = 23
GRADE_MONTHS = 6
MOTIVATION = ("CE1a", "CE1b", "CE1c")
ANCHOR_TOP = 4
LEDGER, CREDIT, RATED = ("交易数据", "Trading data"), ("信用评分", "Credit score"), ("人工评分", "Rated by people")
PRICES = ("交易数据、价目表与特价执行", "Trading data, price lists and granted prices")


@dataclass(frozen=True)
class Gathered:
    """A customer's figures, the sales of each month, and where each factor of the scorecard comes from (T1 …)."""

    figures: Figures
    months: tuple[tuple[date, Decimal], ...] = ()
    operands: Mapping[str, tuple[Operand, ...]] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def derivation(self, code: str, on: date) -> dict[str, Any]:
        """Operands and source of a factor, as the tag `figure` shows them."""
        zh, en = self.sources.get(code, LEDGER)
        parts = [part.to_json() for part in self.operands.get(code, ())]
        return {"operands": parts, "source_zh": zh, "source_en": en, "as_of": on.isoformat()}


def figures_for(pack: Pack, customers: Collection[Customer], on: date) -> dict[int, Figures]:
    """The figures of customers on a business date of their company, by customer id."""
    return {pk: found.figures for pk, found in gather(pack, customers, on).items()}


def standing_of(pack: Pack, customers: Collection[Customer], on: date) -> dict[int, Standing]:
    """Stars in force, and what the newest evaluation before this one earned; three statements.

    Evaluations were kept with submitted tier changes and in re-ratings. Those of the last weeks (rule
    `consecutive_days`) are the same evaluation once more, not one before.
    """
    until = on - timedelta(days=int(rule(pack, "consecutive_days")))
    states = tiers_in_force(customers, on)
    rows = Submission.objects.filter(
        request__kind="tier_change", request__customer__in=customers, submitted_at__date__lte=until
    )
    asked = rows.order_by("request__customer_id", "-submitted_at").distinct("request__customer_id")
    rated = RatingResult.objects.filter(customer__in=customers, run__on__lte=until, run__trial=False)
    rated = rated.order_by("customer_id", "-run__on", "-pk").distinct("customer_id")
    earned: dict[int, tuple[date, int | None]] = {}
    for pk, day, star in (
        *asked.values_list("request__customer_id", "submitted_at__date", "content__evaluation__rating__earned"),
        *rated.values_list("customer_id", "run__on", "earned"),
    ):
        if pk not in earned or day >= earned[pk][0]:
            earned[pk] = (day, star)
    return {
        pk: Standing(state.tier, state.provisional, earned[pk][1] if pk in earned else None)
        for pk, state in states.items()
    }


def gather(pack: Pack, customers: Collection[Customer], on: date) -> dict[int, Gathered]:
    """Figures with their derivations. The customers are of one company, each with `unit` loaded."""
    groups: dict[tuple[int, str], list[Customer]] = {}
    for customer in customers:
        groups.setdefault((customer.unit_id, customer.currency), []).append(customer)
    found: dict[int, Gathered] = {}
    for (unit_id, currency), members in groups.items():
        everybody = population(unit_id, currency, on, pack.parameters.wacc)
        found |= _Group(pack, members, on, everybody).gathered()
    return found


class _Group:
    """Customers of one company and currency, with everything that was read about them."""

    def __init__(self, pack: Pack, members: Collection[Customer], on: date, everybody: Population) -> None:
        self.pack, self.members, self.on, self.everybody = pack, members, on, everybody
        self.start = add_months(on + timedelta(days=1), -MONTHS)
        self.ledgers = ledgers(members, on)
        company = Company(everybody.receivables, everybody.gross_margin_pct)
        self.ratings = ratings(members, pack, on, self.ledgers, company)
        self.classes = volume_classes(everybody.sales, tier_card(pack).bounds("T1"))
        self.exceptions = exception_requests(members, self.start, on)
        self.rated = rated(members)
        self.security = security(members)
        self.best_grades = grades_shown(members, add_months(on, -GRADE_MONTHS))
        self.states = tiers_in_force(members, on)
        years = {customer.pk: everybody.year(customer.pk) for customer in members}
        self.prices = prices_paid(pack, members, self.states, years, self.start, on)

    def gathered(self) -> dict[int, Gathered]:
        return {customer.pk: self._one(customer) for customer in self.members}

    def _one(self, customer: Customer) -> Gathered:
        pk = customer.pk
        ledger, rating = self.ledgers[pk], self.ratings[pk]
        figures = Figures(
            **self._trade(pk, ledger, rating),
            **self._money(pk, ledger, rating),
            **self._credit(pk, rating),
            **self._claims(ledger),
            **self._prices(pk),
            **self.rated.get(pk, {}),
            exception_requests=self.exceptions.get(pk, 0),
            key_account=self.states[pk].key_account,
            security_value=self.security.get(pk, ZERO),
        )
        sources = {"T2": PRICES, "T4": CREDIT, "T8": CREDIT, "T7": RATED, "T9": RATED}
        months = tuple((each.month, each.amount) for each in ledger.monthly_sales(self.on))
        return Gathered(figures, months, self._operands(pk, ledger, rating, figures), sources)

    def _trade(self, pk: int, ledger: Ledger, rating: CaseScore) -> dict[str, Any]:
        """Volume, growth and the shape of the year."""
        year, placed = self.everybody.year(pk), self.classes.get(pk)
        tomorrow = self.on + timedelta(days=1)
        starts = [add_months(tomorrow, -back) for back in range(MONTHS, -1, -1)]
        shape = trade.shape([ledger.sales(start, end) for start, end in pairwise(starts)])
        orders = [o for o in ledger.orders if o.ordered_on >= self.start and o.status != "cancelled"]
        return {
            "volume_class": placed.bound if placed else None,
            "growth_pct": rating.figures["DP1"].value,
            "peak_share_pct": shape.peak_share_pct,
            "active_months": shape.active_months if ledger.invoices else None,
            "cv": shape.cv,
            "trade_months": rating.evidence.trade_months if ledger.invoices else None,
            "orders": len(orders) if ledger.orders else None,
            "volume_rank_pct": self.everybody.volume_ranks.get(pk),
            "net_sales": year.sales if ledger.invoices else None,
            "sales_last_year": self._last_year(ledger) if self._compared(ledger) else None,
            "paid_purchases": year.paid if ledger.invoices else None,
            "monthly_average": year.sales / shape.active_months if shape.active_months else None,
        }

    def _money(self, pk: int, ledger: Ledger, rating: CaseScore) -> dict[str, Any]:
        """Margin against everybody's, and whether growth was fed by credit."""
        year, whole = self.everybody.year(pk), self.everybody.margin_pct
        margin = self.everybody.margins.get(pk)
        own = None if margin is None else trade.share(margin, year.sales)
        overdue = rating.overdue.amount
        balance = ledger.ar_balance(self.on)
        grown = None
        if self._compared(ledger):
            grown = trade.ar_to_sales(year.ar, year.ar_before, year.sales, self._last_year(ledger))
        return {
            "cm_pct": own,
            "cm_ratio": own / whole if own is not None and whole is not None and whole > 0 else None,
            "cm_rank_pct": self.everybody.margin_ranks.get(pk),
            "ar_to_sales": grown,
            "overdue_pct": (trade.share(overdue, balance) if balance else ZERO) if ledger.invoices else None,
            "overdue_days": rating.overdue.longest_days,
        }

    def _credit(self, pk: int, rating: CaseScore) -> dict[str, Any]:
        """Grade, payment behaviour and the ratings of the survey."""
        score = rating.score
        grade = score.grade if score.score is not None or score.knock_outs else None
        asked = [rating.figures[code].value for code in MOTIVATION if code in rating.figures]
        known = [value for value in asked if value is not None]
        flags = {flag.kind for flag in rating.case.flags if flag.closed_on is None or flag.closed_on > self.on}
        expired = rating.licence_expired()
        order = [standard.grade for standard in self.pack.grades]
        before = [order.index(each) for each in self.best_grades.get(pk, ()) if each in order]
        return {
            "grade": grade,
            "on_time_pct": rating.figures["HP1"].value,
            "wadl_days": rating.figures["HP3"].value,
            "motivation_pct": sum(known, ZERO) / len(known) / ANCHOR_TOP * 100 if known else None,
            "hp_score": score.sections["HP"].score,
            "dp_score": score.sections["DP"].score,
            "licence_expired": expired,
            "hard_red": expired or bool(flags & {"insolvency", "dishonest"}),
            "grade_fell": grade in order and any(place < order.index(grade) for place in before),
        }

    def _claims(self, ledger: Ledger) -> dict[str, Any]:
        """Complaints and market discipline in twelve months."""
        tomorrow = self.on + timedelta(days=1)
        quality = ledger.confirmed_claims("quality", self.start, tomorrow)
        sales = ledger.sales(self.start, tomorrow)
        open_ = [(self.on - claim.opened_on).days for claim in ledger.open_claims(self.on) if claim.kind != "dumping"]
        return {
            "claims_pct": trade.share(sum((claim.amount for claim in quality), ZERO), sales),
            "quality_claims": len(quality),
            "complaint_days": max(open_, default=0),
            "dumping_cases": len(ledger.confirmed_claims("dumping", self.start, tomorrow)),
        }

    def _prices(self, pk: int) -> dict[str, Any]:
        """Price realisation and concession, where prices are kept here."""
        paid = self.prices.get(pk)
        if paid is None:
            return {}
        given = paid.concession_pct(self.everybody.year(pk), self.everybody.wacc)
        return {"price_realisation_pct": paid.realisation_pct, "concession_pct": given}

    def _last_year(self, ledger: Ledger) -> Decimal:
        return ledger.sales(add_months(self.start, -MONTHS), self.start)

    def _compared(self, ledger: Ledger) -> bool:
        """Whether there is a year before to compare with."""
        begun = add_months(self.on + timedelta(days=1), -COMPARED_MONTHS)
        return any(invoice.invoiced_on <= begun for invoice in ledger.invoices)

    def _operands(self, pk: int, ledger: Ledger, rating: CaseScore, figures: Figures) -> dict[str, tuple[Operand, ...]]:
        """What each factor of the scorecard was computed from."""
        year, placed = self.everybody.year(pk), self.classes.get(pk)
        whole = self.everybody.margin_pct
        return {
            "T1": _volume_operands(placed, year.sales, len(self.everybody.sales)),
            "T2": _price_operands(self.prices.get(pk)),
            "T3": rating.figures["DP1"].operands,
            "T4": rating.figures["HP1"].operands,
            "T5": (
                Operand("客户贡献毛利率", "Contribution margin with the customer", figures.cm_pct, "pct"),
                Operand("公司贡献毛利率", "Contribution margin of the company", whole, "pct"),
                Operand("索赔", "Claims", year.claims),
                Operand("资金占用成本", "Cost of credit", year.credit(self.everybody.wacc)),
            ),
            "T6": (
                Operand("质量异议件数", "Quality claims", figures.quality_claims, "count"),
                operand("sales_12m", year.sales),
            ),
            "T8": (Operand("信用得分", "Credit score", rating.score.score, "count"),),
        }


def _price_operands(paid: Paid | None) -> tuple[Operand, ...]:
    if paid is None:
        return ()
    return (
        operand("sales_12m", paid.sales),
        Operand("其中按批复特价", "Of it at granted prices", paid.granted),
        Operand("按目录价（其余按星级价折算）", "At list (the rest was at the tier's price)", paid.list_value),
    )


def _volume_operands(placed: VolumeClass | None, sales: Decimal, customers: int) -> tuple[Operand, ...]:
    if placed is None:
        return (operand("sales_12m", sales),)
    return (
        operand("sales_12m", sales),
        Operand("名次", "Rank", f"{placed.rank} / {customers}", "text"),
        Operand("排名在前客户的累计占比", "Share of all larger customers", placed.before_pct, "pct"),
    )

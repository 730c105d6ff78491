"""The figures behind stars, from trade, credit and requests."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from customers.models import Claim, Customer, Invoice
from customers.queries_tiers import TierState
from policies.rules.tiers.rating import Standing, evaluate
from policies.seed import default_pack
from pricing.models import PriceList
from tests import factories
from tests.credit import factories as credit
from workflows.tier_figures import figures_for, gather, standing_of
from workflows.tier_population import Year
from workflows.tier_prices import prices_paid

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 20)


@pytest.fixture(scope="module")
def pack():
    return default_pack()


@pytest.fixture
def company():
    return factories.company()


def traded(company, monthly, **fields):
    made = credit.customer(company, **fields)
    credit.trade(made, ON, monthly=Decimal(monthly))
    return made


def test_figures_of_a_customer_with_two_steady_years(company, pack):
    large, small = traded(company, 900_000), traded(company, 100_000)
    found = figures_for(pack, [large, small], ON)[large.pk]
    assert (found.volume_class, found.active_months, found.peak_share_pct) == (50, 12, Decimal(100) / 12)
    assert (found.net_sales, found.sales_last_year, found.growth_pct) == (10_800_000, 10_800_000, 0)
    assert (found.volume_rank_pct, found.on_time_pct, found.overdue_days) == (50, 100, 0)
    assert found.ar_to_sales == 0
    assert figures_for(pack, [small], ON)[small.pk].volume_class == 95


def test_a_customer_without_trade_has_unknown_figures_and_no_error(company, pack):
    stranger = factories.customer(company, tier=None)
    found = figures_for(pack, [stranger], ON)[stranger.pk]
    assert (found.volume_class, found.growth_pct, found.cm_ratio, found.trade_months) == (None, None, None, None)
    assert evaluate(pack, found, Standing(None)).provisional


def test_margin_counts_claims_and_the_cost_of_credit(company, pack):
    made = traded(company, 900_000)
    before = figures_for(pack, [made], ON)[made.pk].cm_pct
    Claim.objects.create(
        unit=made.unit, customer=made, source_key="c1", opened_on=ON - timedelta(days=20), kind="quality",
        amount=Decimal(108_000), confirmed=True, data_as_of="2026-11-20T00:00Z",
    )  # fmt: skip
    found = figures_for(pack, [made], ON)[made.pk]
    assert before < 20
    assert before - found.cm_pct == 1
    assert (found.claims_pct, found.quality_claims, found.complaint_days) == (1, 1, 20)


def test_figures_do_not_depend_on_the_order_of_the_feed_rows(pack):
    days = [400, 300, 200, 100, 50, 20]
    found = []
    for order in (days, days[::-1]):
        made = factories.customer(factories.company())
        for back in order:
            issued = ON - timedelta(days=back)
            Invoice.objects.create(
                unit=made.unit, customer=made, source_key=f"i{back}", number=f"i{back}", invoiced_on=issued,
                due_on=issued + timedelta(days=30), amount=1000 + back, cost=900, data_as_of="2026-11-20T00:00Z",
            )  # fmt: skip
        found.append(figures_for(pack, [made], ON)[made.pk])
    assert found[0] == found[1]
    assert found[0].net_sales == sum(1000 + back for back in days if back < 365)


def test_grade_and_anchors_come_from_the_credit_score(company, pack):
    made = traded(company, 900_000)
    credit.survey(made, company, ON)
    credit.analysis(made, company, ON)
    found = gather(pack, [made], ON)[made.pk]
    assert found.figures.grade in {"AAA", "AA", "A"}
    assert found.figures.motivation_pct == 100
    assert found.derivation("T5", ON)["operands"][0]["label_en"] == "Contribution margin with the customer"


def test_an_expired_licence_and_insolvency_are_hard_red(company, pack):
    made, other = traded(company, 1000), traded(company, 1000)
    made.licences.filter(blocking=True).update(valid_to=ON - timedelta(days=1))
    other.legal_flags.create(kind="insolvency", on=ON, source="court")
    found = figures_for(pack, [made, other], ON)
    assert (found[made.pk].hard_red, found[made.pk].licence_expired) == (True, True)
    assert (found[other.pk].hard_red, found[other.pk].licence_expired) == (True, False)


def test_customers_of_another_currency_are_not_the_measure(company, pack):
    made = traded(company, 900_000)
    abroad = traded(company, 90_000_000)
    Customer.objects.filter(pk=abroad.pk).update(currency="USD")
    found = figures_for(pack, list(Customer.objects.select_related("unit")), ON)
    assert found[made.pk].volume_rank_pct == 100


def test_the_number_of_statements_does_not_grow_with_the_customers(company, pack, django_assert_max_num_queries):
    customers = [traded(company, 100_000 + n) for n in range(4)]
    with django_assert_max_num_queries(21):
        figures_for(pack, customers, ON)
    with django_assert_max_num_queries(21):
        figures_for(pack, customers[:1], ON)


def test_standing_is_what_is_in_force(company, pack):
    made = factories.customer(company, tier=3)
    assert standing_of(pack, [made], ON)[made.pk] == Standing(3, False, None)


def test_prices_below_the_tiers_count_as_concession(company, pack):
    made = Customer.objects.select_related("unit").get(pk=traded(company, 1_000_000, tier=4).pk)
    assert figures_for(pack, [made], ON)[made.pk].price_realisation_pct is None  # no price list: not known
    PriceList.objects.create(code="L", unit=company.unit, currency="CNY", name="List", valid_from=date(2026, 1, 1))
    usual = figures_for(pack, [made], ON)[made.pk]
    assert usual.price_realisation_pct == 95  # four stars buy at 5 % off list
    assert usual.concession_pct > 5
    paid = prices_paid(
        pack, [made], {made.pk: TierState(4, False, False)},
        {made.pk: Year(sales=Decimal(950_000), paid=Decimal(950_000))}, date(2025, 11, 21), ON,
    )[made.pk]  # fmt: skip
    assert (paid.list_value, paid.rebate) == (1_000_000, 19_000)
    assert paid.concession_pct(Year(), Decimal(0)) == Decimal("6.9")

"""The raw values of the scorecard on small ledgers that can be checked by hand."""

from datetime import date, timedelta
from decimal import Decimal

from credit.rules.indicators import Window, evidence, monthly_average, payment, potential
from credit.rules.statements import Statements, analysis
from customers.rules.ledger import InvoiceEntry, Ledger, Settlement, add_months

ON = date(2026, 11, 22)


def invoice(issued: date, amount: int, paid: dict[int, int], *, term: int = 30, **more: object) -> InvoiceEntry:
    """`paid` is days after (or before) the due date -> amount."""
    due = issued + timedelta(days=term)
    parts = tuple(Settlement(due + timedelta(days=days), Decimal(part)) for days, part in paid.items())
    key = f"{issued}-{amount}"
    return InvoiceEntry(key, key, issued, due, Decimal(amount), settlements=parts, **more)  # type: ignore[arg-type]


def behaviour(*invoices: InvoiceEntry, limit: int | None = 1000) -> dict[str, Decimal | None]:
    figures = payment(Ledger(invoices=invoices), ON, limit=None if limit is None else Decimal(limit), grace_days=3)
    return {figure.code: figure.value for figure in figures}


SUMMER = date(2026, 6, 1)


def test_hp1_counts_money_that_came_within_the_grace_of_three_days() -> None:
    assert behaviour(invoice(SUMMER, 1000, {3: 600, 4: 400}))["HP1"] == Decimal(60)


def test_hp2_counts_all_that_was_settled_to_date() -> None:
    assert behaviour(invoice(SUMMER, 1000, {0: 500, 40: 250}))["HP2"] == Decimal(75)


def test_hp3_weighs_an_invoice_by_the_day_of_its_last_part() -> None:
    """Settled ten days late, although 600 of 1000 came early: 1000 × 10 / (1000 + 1000) = 5 days."""
    punctual = invoice(SUMMER, 1000, {0: 1000})
    assert behaviour(invoice(SUMMER, 1000, {-5: 600, 10: 400}), punctual)["HP3"] == Decimal(5)


def test_hp4_is_the_longest_delay_and_counts_on_while_something_is_owed() -> None:
    unpaid = invoice(ON - timedelta(days=60), 100, {})
    found = behaviour(invoice(SUMMER, 1000, {10: 1000}), unpaid)
    assert found["HP4"] == Decimal(30)


def test_an_invoice_that_was_late_for_our_fault_is_left_out() -> None:
    ours = invoice(SUMMER, 500, {80: 500}, our_fault=True)
    assert behaviour(invoice(SUMMER, 1000, {0: 1000}), ours)["HP1"] == Decimal(100)


def test_hp5_is_the_highest_balance_over_the_limit() -> None:
    two = (invoice(SUMMER, 600, {0: 600}), invoice(SUMMER + timedelta(days=10), 300, {0: 300}))
    assert behaviour(*two)["HP5"] == Decimal(90)


def test_hp5_has_no_data_for_a_debtor_without_a_limit() -> None:
    assert behaviour(invoice(SUMMER, 600, {0: 600}), limit=None)["HP5"] is None


def test_hp5_gives_full_points_to_a_customer_who_always_prepaid() -> None:
    assert behaviour(invoice(SUMMER, 600, {-31: 600}), limit=None)["HP5"] == Decimal(0)


def test_hp6_is_dso_of_the_last_quarter_less_dso_of_the_nine_months_before() -> None:
    """Before: balance 0. Now: 500 owed of 1000 sold in 92 days: 46 days."""
    before = invoice(date(2026, 3, 1), 900, {0: 900})
    now = invoice(date(2026, 11, 1), 1000, {-20: 500})
    window = Window(ON)
    assert (window.after - window.last_quarter).days == 92
    assert behaviour(before, now)["HP6"] == Decimal(46)


def test_without_invoices_nothing_of_payment_behaviour_has_data() -> None:
    assert set(behaviour().values()) == {None}


def test_the_monthly_average_divides_by_months_with_shipments() -> None:
    ledger = Ledger(invoices=(invoice(SUMMER, 900, {}), invoice(date(2026, 8, 5), 300, {})))
    found = monthly_average(ledger, ON, new_customer=False, forecast=Decimal(9), factor=Decimal("0.5"))
    assert found.value == Decimal(600)


def test_the_monthly_average_of_a_new_customer_is_half_the_forecast() -> None:
    found = monthly_average(Ledger(), ON, new_customer=True, forecast=Decimal(300_000), factor=Decimal("0.5"))
    assert found.value == Decimal(150_000)


def test_six_invoices_in_three_months_are_enough_evidence() -> None:
    six = tuple(invoice(add_months(ON, -4) + timedelta(days=day), 100 + day, {}) for day in range(6))
    assert evidence(Ledger(invoices=six), ON, None).enough(6, 3)
    assert not evidence(Ledger(invoices=six[1:]), ON, None).enough(6, 3)


def growth(*invoices: InvoiceEntry) -> dict[str, Decimal | None]:
    figures = potential(
        Ledger(invoices=invoices),
        ON,
        category_purchases=Decimal(3000),
        company_margin_pct=Decimal(10),
        target_lines=4,
    )
    return {figure.code: figure.value for figure in figures}


def test_potential_of_a_customer_with_two_years_of_trade() -> None:
    old = invoice(add_months(ON, -24) + timedelta(days=5), 1000, {})
    new = invoice(date(2026, 5, 5), 1200, {}, cost=Decimal(1056), line_code="a")
    found = growth(old, new)
    assert found["DP1"] == Decimal(20)
    assert found["DP2"] == Decimal("1.5")
    assert found["DP3"] == Decimal("1.2")
    assert found["DP4"] == Decimal(1)
    assert found["DP5"] == Decimal(25)


def test_growth_of_a_customer_who_began_last_year_has_no_data() -> None:
    began = invoice(add_months(ON, -18), 10, {})
    assert growth(began, invoice(date(2026, 5, 5), 1200, {}))["DP1"] is None


def ratios(given: Statements) -> dict[str, Decimal | None]:
    figures = analysis(
        given,
        requested=Decimal(1_000_000),
        security=Decimal(500_000),
        founded=date(2016, 11, 22),
        on=ON,
    )
    return {figure.code: figure.value for figure in figures}


def test_ratios_of_audited_statements() -> None:
    found = ratios(
        Statements(
            quality="audited", ca=Decimal(300), inv=Decimal(100), cl=Decimal(200), ta=Decimal(1000),
            tl=Decimal(400), eq=Decimal(6_000_000), intang=Decimal(1_000_000), rev=Decimal(1100),
            rev_prev=Decimal(1000), np=Decimal(55), ocf=Decimal(60),
        )
    )  # fmt: skip
    assert found == {
        "FA1": Decimal("1.5"), "FA2": Decimal(1), "FA3": Decimal(40), "FA4": Decimal(5), "FA5": Decimal("0.3"),
        "FA6": Decimal(5), "FA7": Decimal(10), "FA8": Decimal(10), "FA9": Decimal(50), "FA10": Decimal(3),
    }  # fmt: skip


def test_without_statements_only_age_and_security_have_data() -> None:
    found = ratios(Statements())
    assert {code for code, value in found.items() if value is not None} == {"FA8", "FA9"}

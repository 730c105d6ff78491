"""Figures that follow from a customer's trade facts."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from customers.rules import InvoiceEntry, Ledger, OrderEntry, ReceiptEntry, Settlement, add_months

D = Decimal
ON = date(2026, 6, 30)


def invoice(key="a", amount="100", invoiced="2026-01-01", due="2026-02-01", paid=(), **fields):
    return InvoiceEntry(
        key=key,
        number=key,
        invoiced_on=date.fromisoformat(invoiced),
        due_on=date.fromisoformat(due),
        amount=D(amount),
        settlements=tuple(Settlement(date.fromisoformat(day), D(part)) for day, part in paid),
        **fields,
    )


def test_receivable_is_what_is_invoiced_and_not_paid():
    ledger = Ledger(invoices=(invoice(paid=[("2026-02-01", "40")]), invoice("b", "50")))
    assert ledger.ar_balance(ON) == D(110)
    assert ledger.ar_balance(date(2026, 1, 31)) == D(150)
    assert ledger.ar_balance(date(2025, 12, 31)) == D(0)


def test_unallocated_cash_lowers_the_receivable_but_never_below_zero():
    cash = ReceiptEntry("r", date(2026, 3, 1), D(500))
    ledger = Ledger(invoices=(invoice(),), receipts=(cash,))
    assert ledger.unallocated_cash(ON) == D(500)
    assert ledger.ar_balance(ON) == D(0)


def test_a_bounced_receipt_is_no_money():
    ledger = Ledger(invoices=(invoice(),), receipts=(ReceiptEntry("r", date(2026, 3, 1), D(100), bounced=True),))
    assert ledger.ar_balance(ON) == D(100)
    assert len(ledger.bounced(date(2026, 1, 1), date(2026, 7, 1))) == 1


def test_paying_an_invoice_twice_leaves_free_cash_for_the_next_one():
    double = invoice(paid=[("2026-02-01", "100"), ("2026-02-02", "100")])
    ledger = Ledger(invoices=(double, invoice("b", "150")))
    assert ledger.unallocated_cash(ON) == D(100)
    assert ledger.ar_balance(ON) == D(50)


def test_overdue_counts_from_the_day_after_the_due_date_and_leaves_disputes_out():
    ledger = Ledger(invoices=(invoice(), invoice("b", "70", due="2026-06-30"), invoice("c", disputed=True)))
    assert ledger.overdue(ON).amount == D(100)
    assert ledger.overdue(ON).longest_days == 149
    assert ledger.overdue(date(2026, 7, 1)).amount == D(170)
    assert ledger.overdue(date(2026, 2, 1)).invoices == 0


def test_grace_days_are_not_overdue():
    ledger = Ledger(invoices=(invoice(due="2026-06-27"),))
    assert ledger.overdue(ON, grace_days=3).amount == D(0)
    assert ledger.overdue(ON, grace_days=2).amount == D(100)


def test_ageing_bands_close_at_30_60_and_90_days():
    edges = {"2026-06-30": "not_due", "2026-05-31": "1_30", "2026-05-30": "31_60", "2026-05-01": "31_60",
             "2026-04-30": "61_90", "2026-04-01": "61_90", "2026-03-31": "over_90"}  # fmt: skip
    for due, band in edges.items():
        bands = {part.code: part.amount for part in Ledger(invoices=(invoice(due=due),)).ageing(ON)}
        assert {code for code, amount in bands.items() if amount} == {band}, due


def test_an_invoice_is_settled_on_the_day_of_its_last_cent():
    paid = invoice(paid=[("2026-02-03", "60"), ("2026-02-11", "40")])
    assert paid.settled_on(ON) == date(2026, 2, 11)
    assert paid.days_late(ON) == 10
    assert paid.days_late(date(2026, 2, 5)) == 4
    assert invoice(paid=[("2026-01-20", "100")]).days_late(ON) == 0


def test_slices_of_an_invoice_date_what_is_still_owed_today():
    parts = invoice(paid=[("2026-02-03", "60"), ("2026-02-04", "10")]).slices(ON)
    assert parts == (
        Settlement(date(2026, 2, 3), D(60)),
        Settlement(date(2026, 2, 4), D(10)),
        Settlement(ON, D(30)),
    )


def test_months_without_sales_do_not_count_in_the_average():
    ledger = Ledger(
        invoices=(invoice("a", "300", "2026-06-30"), invoice("b", "100", "2025-07-01"), invoice("c", "9", "2025-06-30"))
    )
    assert ledger.average_month(ON) == (D(400), 2)
    assert ledger.ttm_sales(ON) == D(400)


def test_monthly_sales_name_24_months_and_end_with_the_running_one():
    months = Ledger(invoices=(invoice("a", "300", "2026-06-30"),)).monthly_sales(ON)
    assert len(months) == 24
    assert months[-1].month == date(2026, 6, 1)
    assert months[-1].amount == D(300)
    assert months[0].month == date(2024, 7, 1)


def test_the_same_day_next_month_is_the_last_day_of_a_short_month():
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2026, 3, 31), -1) == date(2026, 2, 28)
    assert add_months(date(2026, 1, 15), -13) == date(2024, 12, 15)
    assert add_months(date(2025, 12, 31), 12) == date(2026, 12, 31)


def test_open_and_shipped_orders_are_two_different_things():
    def order(status, shipped="0"):
        return OrderEntry(status, status, date(2026, 6, 1), D(100), D(shipped), status=status)

    ledger = Ledger(orders=(order("open", "30"), order("shipped", "100"), order("closed", "100"), order("cancelled")))
    assert ledger.open_orders(ON) == D(70)
    assert ledger.delivered_not_invoiced(ON) == D(100)


def test_margin_is_unknown_without_costs():
    day, end = date(2026, 1, 1), date(2027, 1, 1)
    assert Ledger(invoices=(invoice(),)).margin(day, end) is None
    assert Ledger(invoices=(invoice(cost=D(70)), invoice("b"))).margin(day, end) == (D(30), D(100))


days = st.integers(0, 500).map(lambda n: date(2025, 1, 1) + timedelta(days=n))
money = st.integers(0, 10**9).map(lambda cents: D(cents) / 100)


@st.composite
def entries(draw):
    issued = draw(days)
    parts = draw(st.lists(st.builds(Settlement, days, money), max_size=4))
    return InvoiceEntry(
        key=str(draw(st.integers())), number="", invoiced_on=issued,
        due_on=issued + timedelta(days=draw(st.integers(0, 90))), amount=draw(money),
        disputed=draw(st.booleans()), settlements=tuple(parts),
    )  # fmt: skip


@given(st.lists(entries(), max_size=8), st.lists(st.builds(ReceiptEntry, st.text(), days, money), max_size=5),
       days, st.randoms())  # fmt: skip
def test_no_figure_depends_on_the_order_of_rows(invoices, receipts, on, chance: random.Random):
    def figures(ledger):
        return (
            ledger.ar_balance(on), ledger.overdue(on), ledger.ageing(on), ledger.monthly_sales(on),
            ledger.average_month(on), ledger.unallocated_cash(on), ledger.peak_ar(date(2025, 1, 1), on),
            sorted((i.key, i.days_late(on), i.slices(on)) for i in ledger.invoices)
            if len({i.key for i in ledger.invoices}) == len(ledger.invoices) else None,
        )  # fmt: skip

    before = figures(Ledger(invoices=tuple(invoices), receipts=tuple(receipts)))
    shuffled = [
        InvoiceEntry(**{**{f: getattr(i, f) for f in InvoiceEntry.__slots__},
                        "settlements": tuple(chance.sample(i.settlements, len(i.settlements)))})
        for i in chance.sample(invoices, len(invoices))
    ]  # fmt: skip
    after = Ledger(
        invoices=tuple(shuffled), receipts=tuple(chance.sample(receipts, len(receipts))),
        data_as_of={"invoices": datetime(2026, 1, 1, tzinfo=UTC)},
    )  # fmt: skip
    assert figures(after) == before


@given(st.lists(entries(), max_size=8), days)
def test_slices_add_up_and_ageing_adds_up(invoices, on):
    for one in invoices:
        assert sum((part.amount for part in one.slices(on)), D(0)) == one.amount
    ledger = Ledger(invoices=tuple(invoices))
    bands = sum((band.amount for band in ledger.ageing(on)), D(0))
    assert bands == sum((i.outstanding(on) for i in invoices), D(0))
    assert ledger.overdue(on).amount <= bands


@given(st.lists(entries(), max_size=6), st.builds(ReceiptEntry, st.text(), days, money), days)
def test_a_payment_never_raises_the_receivable(invoices, payment, on):
    without = Ledger(invoices=tuple(invoices)).ar_balance(on)
    assert Ledger(invoices=tuple(invoices), receipts=(payment,)).ar_balance(on) <= without

"""Large numbers for the bench: the same customers for the same seed, real rows, steps that really wait."""

from django.db import transaction

from accounts.models import User
from customers.models import Customer, Invoice, Order, Receipt
from customers.queries import business_day, ledger
from workflows.demo.bulk import make_customers, make_steps
from workflows.queries_queue import QueueFilter, queue_counts, queue_page


def traded(ids: list[int]) -> list[tuple[object, ...]]:
    return list(
        Invoice.objects.filter(customer_id__in=ids)
        .order_by("customer_id", "invoiced_on", "amount")
        .values_list("invoiced_on", "due_on", "amount", "cost", "line_code")
    )


def test_the_same_seed_makes_the_same_customers_and_trade(demo: None) -> None:
    results = []
    for seed in (7, 7, 8):
        with transaction.atomic():
            ids = make_customers(4, seed)
            names = list(Customer.objects.filter(pk__in=ids).order_by("pk").values_list("name", "turnover", "tier"))
            results.append((names, traded(ids)))
            transaction.set_rollback(True)
    assert results[0] == results[1] != results[2]


def test_bulk_customers_have_24_months_of_orders_invoices_and_receipts(demo: None) -> None:
    with transaction.atomic():
        (pk,) = make_customers(1, 9)
        customer = Customer.objects.select_related("unit").get(pk=pk)
        book = ledger(customer, business_day(customer.unit))
        assert (len(book.invoices), len(book.orders)) == (24, 24)
        assert sum(part.amount for i in book.invoices for part in i.settlements) == sum(r.amount for r in book.receipts)
        assert Order.objects.filter(customer=customer, status="closed").count() == 24
        assert Receipt.objects.filter(customer=customer, invoice__customer=customer).count() == len(book.receipts) > 15
        transaction.set_rollback(True)


def test_bulk_steps_wait_in_the_queue_of_their_role(demo: None) -> None:
    controller = User.objects.get(email="cc.med@demo.example")
    with transaction.atomic():
        before = queue_counts(controller).total
        make_steps(60)
        make_steps(5)
        assert queue_counts(controller).total == before + 65
        page, more = queue_page(controller, QueueFilter())
        assert (len(page), more) == (50, True)
        assert sorted(page, key=lambda step: (step.due_at, step.pk)) == page
        transaction.set_rollback(True)

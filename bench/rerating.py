"""Re-rating many customers beside reading the same rows with bare SQL: what the evaluation itself costs."""

from typing import Any

from django.db import connection

from accounts.queries import business_today
from bench.measure import Line, taking_turns
from customers.models import Customer
from policies.queries import pack, version_in_force
from workflows.demo.bulk import make_customers
from workflows.rerating import chunks, rate
from workflows.rerating_run import PART
from workflows.tier_population import held

FLOOR = (
    "SELECT * FROM customers_customer WHERE id = ANY(%s)",
    "SELECT customer_id, invoiced_on, due_on, amount, cost FROM customers_invoice WHERE customer_id = ANY(%s)",
    "SELECT customer_id, received_on, amount, invoice_id FROM customers_receipt WHERE customer_id = ANY(%s)",
    "SELECT customer_id, ordered_on, amount, status FROM customers_order WHERE customer_id = ANY(%s)",
)


def measure(count: int) -> list[Line]:
    """Evaluate `count` customers with 24 months of trade as the job does, without proposing anything."""
    ids = make_customers(count, seed=9, unit_code="medical")
    on = business_today()
    policy = pack(version_in_force(on))

    def product() -> None:
        with held():
            for part in chunks(ids, PART):
                rate(policy, list(Customer.objects.filter(pk__in=part).select_related("unit", "region")), on)

    spent, floor = taking_turns(product, lambda: _read(ids), 3)
    speed = f"{count / spent * 1000:.0f} customers/s; the floor reads their rows and computes nothing"
    return [Line(f"re-rating {count:,} customers x 24 months", spent, floor, speed)]


def _read(ids: list[int]) -> list[Any]:
    with connection.cursor() as cursor:
        found = []
        for statement in FLOOR:
            cursor.execute(statement, [ids])
            found.append(cursor.fetchall())
    return found

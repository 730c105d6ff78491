"""A price check that takes a granted quantity, beside the same facts in bare SQL: lock, insert, update, commit."""

from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bench.measure import Line, taking_turns
from bench.world import vacuum
from pricing.models import AgreementLine, UtilisationEntry
from pricing.services.price_checks import check_price, consume
from tests.pricing.agreement_factories import Shop, shop

TABLES = """
CREATE TABLE floor_line (id bigserial PRIMARY KEY, customer bigint, product bigint, price numeric(18,4),
  cap numeric(18,3), ordered numeric(18,3) NOT NULL DEFAULT 0, valid_from date, valid_to date);
CREATE INDEX floor_line_lookup ON floor_line (customer, product);
CREATE TABLE floor_entry (id bigserial PRIMARY KEY, line_id bigint REFERENCES floor_line, source text UNIQUE,
  quantity numeric(18,3), at timestamptz DEFAULT clock_timestamp());
CREATE TABLE floor_list (product bigint, price numeric(18,4), tier int, discount numeric(5,2), since date);
CREATE INDEX floor_list_lookup ON floor_list (product, tier, since);
INSERT INTO floor_list VALUES (1, 100, 4, 5, current_date - 400);
INSERT INTO floor_line (customer, product, price, cap, valid_from, valid_to)
  VALUES (1, 1, 88, 1000000, current_date, current_date + 90);
"""
LOOK = "SELECT id, price, cap - ordered FROM floor_line WHERE customer = 1 AND product = 1 AND current_date <= valid_to"

USUAL = (
    "SELECT price * (100 - discount) / 100 FROM floor_list WHERE product = 1 AND tier = 4 ORDER BY since DESC LIMIT 1"
)


def measure(company: Any, entries: int) -> list[Line]:
    """Consumption and mere checking, with one order on the agreement and with many."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    place = shop(company)
    place.grant("1000000")
    numbers = count()
    lines = [_consuming(place, numbers, "price check that takes, new agreement"), _looking(place)]
    _fill(place, entries)
    return [*lines, _consuming(place, numbers, f"the same, {entries:,} orders on it")]


def _consuming(place: Shop, numbers: "count[int]", what: str) -> Line:
    def product() -> None:
        if consume(place.order(1, f"SO-{next(numbers)}"), actor=place.clerk)["consumed"] != "1":
            raise RuntimeError("the order should have been taken")

    def floor() -> None:
        raw = connection.connection
        with raw.transaction():
            line, _price, left = raw.execute(LOOK + " FOR UPDATE").fetchone()
            if left < 1:
                raise RuntimeError("the floor has run out")
            raw.execute(
                "INSERT INTO floor_entry (line_id, source, quantity) VALUES (%s, %s, 1)", [line, f"F-{next(numbers)}"]
            )
            raw.execute("UPDATE floor_line SET ordered = ordered + 1 WHERE id = %s", [line])

    ms, floor_ms = taking_turns(product, floor, 200)
    with CaptureQueriesContext(connection) as captured:
        product()
    statements = sum("SAVEPOINT" not in query["sql"] for query in captured)
    return Line(what, ms, floor_ms, f"{statements} statements with rights, ledger and audit event; the floor has 3")


def _looking(place: Shop) -> Line:
    def product() -> None:
        if check_price(place.order(1), actor=place.clerk)["price"] != "88.00":
            raise RuntimeError("the granted price should hold")

    def floor() -> None:
        connection.connection.execute(LOOK).fetchone()
        connection.connection.execute(USUAL).fetchone()

    ms, floor_ms = taking_turns(product, floor, 200)
    with CaptureQueriesContext(connection) as captured:
        product()
    remark = f"{len(captured)} statements with rights and policy version; the floor reads grant and tier price in 2"
    return Line("price check that only looks", ms, floor_ms, remark)


@transaction.atomic
def _fill(place: Shop, entries: int) -> None:
    """As many orders as in years of use, on both sides."""
    line = AgreementLine.objects.get(product=place.product)
    UtilisationEntry.objects.bulk_create(
        (
            UtilisationEntry(
                line=line, customer=place.customer, kind="ordered", order=f"OLD-{number}", order_line="1",
                quantity=Decimal(1), on=line.agreement.valid_from, fingerprint="", answer={}, by=place.clerk,
            )
            for number in range(entries)
        ),
        batch_size=5000,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO floor_entry (line_id, source, quantity) "
            "SELECT 1, 'OLD-' || n, 1 FROM generate_series(1, %s) AS n",
            [entries],
        )
    transaction.on_commit(vacuum)

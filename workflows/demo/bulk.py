"""Many customers and many waiting steps, for measuring: the demo's trade generator, and COPY instead of services.

Nothing here writes the trail: such a database is for figures about speed and is thrown away.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any, Final

from django.db import connection, models, transaction

from accounts.models import Region, Unit, User
from accounts.queries import business_today
from audit.clock import db_now
from customers.models import Customer, FeedBatch, FeedKind, Invoice, Order, Receipt
from customers.services import derived
from workflows.demo import names
from workflows.demo.feed import ORDER_LEAD, Sale
from workflows.demo.rolls import LINES
from workflows.demo.trade import HABITS, Profile, book

CHUNK: Final = 2_000
Row = tuple[Any, ...]


def make_customers(count: int, seed: int = 1, *, unit_code: str = "rolls", invoices_a_month: int = 1) -> list[int]:
    """Insert customers of one unit with 24 months of orders, invoices and receipts; return their ids.

    The same count and seed give the same customers and, on the same day, the same trade.

    Args:
        unit_code: a unit of the demo company; the customers belong to its first region and a rep of it.
    """
    unit = Unit.objects.get(code=unit_code)
    region = Region.objects.filter(unit=unit).order_by("pk")[0]
    owner = User.objects.filter(role_assignments__region=region, role_assignments__role="REP").order_by("pk")[0]
    today, now = business_today(), db_now()
    batches = {kind: _batch(unit, kind, now) for kind in FeedKind.values}
    made: list[int] = []
    for start in range(0, count, CHUNK):
        numbers = range(start, min(start + CHUNK, count))
        with transaction.atomic():
            _trust_our_own_keys()
            ids = _reserve(Customer, len(numbers))
            _copy(
                Customer,
                _CUSTOMER,
                (_customer(pk, seed, n, unit, region, owner, now) for pk, n in zip(ids, numbers, strict=True)),
            )
            _trade(dict(zip(ids, numbers, strict=True)), seed, unit, today, now, batches, invoices_a_month)
        made += ids
    return made


_CUSTOMER: Final = (
    "id", "code", "name", "name_en", "short_name", "pinyin", "skeleton", "uscc", "customer_type", "segment",
    "legal_rep", "registered_address", "bank_masked", "phone", "founded_on", "since", "tier", "tier_provisional",
    "key_account", "buyer_public_or_large", "category_purchases", "turnover", "target_lines", "currency", "active",
    "revision", "created_at", "updated_at", "owner_id", "region_id", "unit_id",
)  # fmt: skip
_FEED: Final = ("id", "unit_id", "customer_id", "source_key", "currency", "batch_id", "data_as_of")
_INVOICE: Final = (
    *_FEED, "number", "invoiced_on", "due_on", "amount", "cost", "line_code", "disputed", "our_fault", "tonnes",
)  # fmt: skip
_ORDER: Final = (*_FEED, "number", "ordered_on", "amount", "shipped_amount", "line_code", "status", "tonnes")
_RECEIPT: Final = (*_FEED, "invoice_id", "received_on", "amount", "bounced")


def _customer(pk: int, seed: int, n: int, unit: Unit, region: Region, owner: User, now: datetime) -> Row:
    rng = Random(f"{seed}/{n}")
    name = names.mill(rng, "east", set())
    spelt = derived(name.zh)
    turnover = Decimal(rng.randint(2_000, 90_000) * 1000)
    since = date(2015, 1, 1)
    return (
        pk, f"B{seed}-{n:06d}", f"{name.zh}{n}", name.en, f"{name.short}{n}", f"{spelt['pinyin']}{n}",
        f"{spelt['skeleton']}{n}", "", "distributor", "channel", names.person(rng), "", "", "", since, since,
        rng.randint(1, 4), False, False, False, turnover / 10, turnover, len(LINES), unit.currency, True, 1, now, now,
        owner.pk, region.pk, unit.pk,
    )  # fmt: skip


def _trade(
    customers: dict[int, int],
    seed: int,
    unit: Unit,
    today: date,
    now: datetime,
    batches: dict[str, FeedBatch],
    invoices_a_month: int,
) -> None:
    """The books of a chunk of customers, in three COPYs."""
    sales: list[tuple[int, str, Sale]] = []
    for pk, n in customers.items():
        rng = Random(f"{seed}/{n}/trade")
        profile = Profile(
            yearly=Decimal(rng.randint(100, 9_000) * 1000), growth=rng.randint(-15, 30), count=12 * invoices_a_month,
            term=rng.choice((30, 45, 60)), habit=rng.choice(list(HABITS)), margin=Decimal(rng.randint(12, 28)),
            lines=tuple(rng.sample(LINES, rng.randint(1, 4))),
        )  # fmt: skip
        sales += [(pk, f"B{seed}-{n:06d}-{m:03d}", sale) for m, sale in enumerate(book(rng, today, profile).sales)]

    def shared(key: int, customer: int, source: str, kind: str) -> Row:
        return key, unit.pk, customer, source, unit.currency, batches[kind].pk, now

    ids = _reserve(Invoice, len(sales))
    _copy(Invoice, _INVOICE, (
        (*shared(key, pk, source, "invoices"), source, sale.on, sale.due, sale.amount, sale.cost, sale.line, False,
         False, sale.tonnes)
        for key, (pk, source, sale) in zip(ids, sales, strict=True)
    ))  # fmt: skip
    orders = _reserve(Order, len(sales))
    _copy(Order, _ORDER, (
        (*shared(key, pk, source, "orders"), source, sale.on - ORDER_LEAD, sale.amount, sale.amount, sale.line,
         "closed", sale.tonnes)
        for key, (pk, source, sale) in zip(orders, sales, strict=True)
    ))  # fmt: skip
    paid = [
        (invoice, pk, f"{source}-{part}", on, amount)
        for invoice, (pk, source, sale) in zip(ids, sales, strict=True)
        for part, (on, amount) in enumerate(sale.paid)
    ]
    receipts = _reserve(Receipt, len(paid))
    _copy(Receipt, _RECEIPT, (
        (*shared(key, pk, source, "receipts"), invoice, on, amount, False)
        for key, (invoice, pk, source, on, amount) in zip(receipts, paid, strict=True)
    ))  # fmt: skip


def _batch(unit: Unit, kind: str, now: datetime) -> FeedBatch:
    return FeedBatch.objects.create(
        unit=unit, kind=kind, file_name=f"bulk-{kind}.csv", sha256="0" * 64, data_as_of=now, rows=0, inserted=0,
        updated=0, unchanged=0,
    )  # fmt: skip


def _reserve(model: type[models.Model], count: int) -> list[int]:
    """Ids from the table's own sequence."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [pk for (pk,) in cursor.fetchall()]


def _copy(model: type[models.Model], columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(_copy_into(model, columns)) as copy:
        for row in rows:
            copy.write_row(row)


def _copy_into(model: type[models.Model], columns: tuple[str, ...]) -> str:
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    return f"COPY {connection.ops.quote_name(model._meta.db_table)} ({quoted}) FROM STDIN"


def _trust_our_own_keys() -> None:
    """Spare the foreign-key checks of millions of rows where the role may: every key comes from this module."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        row = cursor.fetchone()
        if row and row[0]:
            cursor.execute("SET LOCAL session_replication_role = replica")


def chunks(count: int, size: int) -> Iterator[tuple[int, int]]:
    """(first, last) of consecutive stretches of 1 to count."""
    for first in range(1, count + 1, size):
        yield first, min(first + size - 1, count)


STEPS_AT_ONCE: Final = 50_000
# One waiting step each: process, task, request, submission, step. `i` numbers them, the offset keeps letters apart.
_STEPS: Final = """
WITH numbers AS (
    SELECT i, (%(customers)s::bigint[])[1 + i %% %(known)s] AS customer_id, %(base)s + i AS letter
    FROM generate_series(%(first)s, %(last)s) AS i
), customers AS (
    SELECT n.i, n.letter, c.id, c.name, c.unit_id, c.region_id, c.owner_id
    FROM numbers n JOIN customers_customer c ON c.id = n.customer_id
), process AS (
    INSERT INTO viewflow_process (flow_class, status, created, data, artifact_object_id)
    SELECT 'workflows/flows/credit/CreditFlow', 'NEW', now(), '{}', NULL FROM customers ORDER BY i RETURNING id
), numbered AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM process
), request AS (
    INSERT INTO workflows_request (no, kind, letter_id, title, customer_id, unit_id, region_id, submitter_id,
                                   owner_id, process_id, state, round, amount, currency, confidential, risk,
                                   created_at)
    SELECT 'BULK-' || c.letter, 'credit', c.letter, c.name, c.id, c.unit_id, c.region_id, c.owner_id, c.owner_id,
           p.id, 'in_review', 1, (c.i %% 300) * 10000, 'CNY', false,
           (c.i %% 11) * 10, now()
    FROM customers c JOIN numbered p ON p.place = c.i - %(first)s + 1
    RETURNING id, process_id, letter_id, amount, submitter_id
), task AS (
    INSERT INTO viewflow_task (flow_task, flow_task_type, status, created, token, process_id, data)
    SELECT 'workflows/flows/credit/CreditFlow.approve', 'HUMAN', 'NEW', now(), 'start', process_id, '{}'
    FROM request RETURNING id, process_id
), submission AS (
    INSERT INTO workflows_submission (request_id, round, policy_number, policy_digest, content, content_sha256, plan,
                                      plan_digest, editors, submitted_by_id, submitted_at)
    SELECT id, 1, 1, repeat('0', 64),
           jsonb_build_object('facts', jsonb_build_object('grade', 'A', 'limit_formula', amount::text),
                              'asked', jsonb_build_object('req_type', 'renewal', 'req_term', 30)),
           md5(letter_id::text) || md5(letter_id::text), '{}', repeat('0', 64), ARRAY[]::bigint[], submitter_id, now()
    FROM request RETURNING id, request_id
)
INSERT INTO workflows_step (request_id, submission_id, key, stage, role, mode, reasons, sla_hours, status, queue_key,
                            panel, panel_mode, needed, reject_policy, origin, beside, carried_why, escalated, task_id,
                            opened_at, due_at)
SELECT r.id, s.id, %(role)s, 1, %(role)s, 'approve', '[]', 8, 'open', %(pool)s, '', '', 1,
       'veto', 'policy', '', '[]', 0, t.id, now(),
       now() + make_interval(hours => (r.letter_id %% 400)::int - 40)
FROM request r JOIN submission s ON s.request_id = r.id JOIN task t ON t.process_id = r.process_id
"""


def make_steps(count: int, *, role: str = "CC", unit_code: str = "medical") -> None:
    """Insert so many requests that wait in one pool, each with one open step.

    Args:
        role: whose queue they wait in, for the whole unit.
    """
    from workflows.models import Request, queue_key

    unit = Unit.objects.get(code=unit_code)
    customers = list(Customer.objects.filter(unit=unit).order_by("pk").values_list("pk", flat=True)[:5_000])
    base = max(10**12, Request.objects.aggregate(last=models.Max("letter_id"))["last"] or 0)
    shared = {"customers": customers, "known": len(customers), "base": base, "role": role}
    for first, last in chunks(count, STEPS_AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor:
            _trust_our_own_keys()
            cursor.execute(_STEPS, {**shared, "pool": queue_key(role, unit.pk, None), "first": first, "last": last})

"""The queue costs the same however many steps wait: counted in blocks and statements, not in time.

Each row of a page is looked up by index in a handful of tables, so the blocks are a small multiple of the rows shown.
Below some thousand steps PostgreSQL prefers to read a whole small table, which is fewer blocks still.
"""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection

from accounts.models import User
from audit.clock import db_now
from bench.blocks import Cost, cost_of
from tests import factories
from tests.factories import Company
from workflows.demo.bulk import make_steps
from workflows.models import Decision, Step
from workflows.queries import inbox, waiting_count
from workflows.queries_queue import COUNTED, QueueFilter, place_of, queue_page

SIZES = (1_000, 10_000, 20_000)
BLOCKS_PER_ROW = 20  # seven look-ups by primary key, two or three blocks each
WINDOW_ROWS = COUNTED + 50  # by amount and by risk, the most urgent of a pool are looked at
Read = Callable[[User], object]


@pytest.fixture
def company(db: None) -> Company:
    company = factories.company(code="medical")
    for _ in range(20):
        factories.customer(company)
    make_waiting(SIZES[0])
    return company


def make_waiting(count: int) -> None:
    make_steps(count)
    # What autovacuum does on a real server; not the catalogues, which every database of the cluster shares and locks.
    tables = ", ".join(f'"{name}"' for name in connection.introspection.django_table_names(only_existing=True))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


def second_page(user: User) -> object:
    last = inbox(user)[-1]
    return queue_page(user, QueueFilter(), after=place_of(last))


def by_amount(user: User) -> object:
    return queue_page(user, QueueFilter(sort="amount"))


def by_risk(user: User) -> object:
    return queue_page(user, QueueFilter(sort="risk"))


def test_the_queue_costs_the_same_however_many_steps_wait(company: Company) -> None:
    user = company.credit_controller
    reads: dict[Read, int] = {inbox: 50, second_page: 100, waiting_count: 100}  # and the rows that each looks at
    reads |= {by_amount: WINDOW_ROWS, by_risk: WINDOW_ROWS}
    costs: list[dict[Read, Cost]] = []
    for before, size in zip((SIZES[0], *SIZES), SIZES, strict=False):
        make_waiting(size - before)
        costs.append({read: cost_of(partial(read, user)) for read in reads})
    few, more, most = costs
    for read, rows in reads.items():
        assert most[read].blocks <= BLOCKS_PER_ROW * rows, most[read]
        assert most[read].blocks <= more[read].blocks * 1.25, (more[read], most[read])
        assert few[read].statements == more[read].statements == most[read].statements
        assert "step_queue" in most[read].indexes


def test_the_queue_of_somebody_with_thousands_of_decisions_costs_the_same(company: Company) -> None:
    user = company.credit_controller
    make_waiting(4_000)
    before = cost_of(lambda: inbox(user))
    done = Step.objects.order_by("-due_at", "-pk").select_related("submission")[:3_000]
    Decision.objects.bulk_create(
        Decision(request_id=step.request_id, submission=step.submission, step=step, actor=user, person_id=user.person_id,
                 role="CC", verb="approve", content_sha256="0" * 64, channel="page", decided_at=db_now())
        for step in done
    )  # fmt: skip
    make_waiting(10)
    after = cost_of(lambda: inbox(user))
    assert after.blocks <= before.blocks + 3 * 51, (before, after)  # three blocks to look up a decision


def test_a_page_of_the_queue_holds_fifty_by_due_time(company: Company) -> None:
    steps = inbox(company.credit_controller)
    assert len(steps) == 50
    assert [step.due_at for step in steps] == sorted(step.due_at for step in steps if step.due_at)
    assert steps[0] == Step.objects.order_by("due_at", "pk").first()
    assert waiting_count(company.credit_controller) == 100
    assert inbox(company.rep) == []

"""A page of the queue beside a bare keyset page, with more and more steps waiting: milliseconds and blocks."""

from typing import Any

from django.db import connection, transaction

from bench.blocks import blocks, cost_of, explained
from bench.measure import Line, taking_turns
from bench.world import vacuum
from workflows.demo.bulk import make_steps
from workflows.models import Request, Step, queue_key
from workflows.queries import inbox

FLOOR = """
SELECT id, request_id, due_at FROM workflows_step WHERE status = 'open' AND queue_key = '{key}'
ORDER BY due_at, id LIMIT 50
"""
CLOSED_EVERY = 4  # three in four steps are done, as in a system that has been used for some time


def measure(company: Any, sizes: list[int]) -> list[Line]:
    """One line per size; `sizes` are all steps, open and closed, in rising order."""
    lines, made = [], 0
    key = queue_key("CC", company.unit.pk, None)
    for size in sizes:
        make_steps(size - made)
        _close_some()
        made = size
        vacuum()
        lines.append(_page(company.credit_controller, FLOOR.format(key=key), size))
    return lines


def _page(user: Any, floor_sql: str, size: int) -> Line:
    def floor() -> None:
        connection.connection.execute(floor_sql).fetchall()

    def page() -> None:
        if len(inbox(user)) != 50:
            raise RuntimeError("the queue should fill a page")

    product_ms, floor_ms = taking_turns(page, floor, 40)
    cost, least = cost_of(page), blocks(explained(floor_sql))
    remark = f"{cost.blocks} blocks in {cost.statements} statements; floor {least} blocks in 1"
    return Line(f"queue page of 50, {size:,} steps", product_ms, floor_ms, remark)


@transaction.atomic
def _close_some() -> None:
    """Close three in four of the steps that are open, wherever they are in the queue."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            f"UPDATE {Step._meta.db_table} SET status = 'approved', closed_at = now() "
            f"WHERE status = 'open' AND id %% %s <> 0 AND key = 'CC' AND request_id IN "
            f"(SELECT id FROM {Request._meta.db_table} WHERE no LIKE 'BULK-%%')",
            [CLOSED_EVERY],
        )

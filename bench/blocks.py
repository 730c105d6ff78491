"""What a read costs in blocks of the database: a figure that noise does not move."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext


@dataclass(frozen=True)
class Cost:
    """Statements, 8 kB blocks touched (in the cache or not), and the indexes that were used."""

    statements: int
    blocks: int
    indexes: frozenset[str]


def cost_of(read: Callable[[], object]) -> Cost:
    """Run the read, then each of its statements once more under EXPLAIN (ANALYZE, BUFFERS)."""
    with CaptureQueriesContext(connection) as captured:
        read()
    statements = [query["sql"] for query in captured.captured_queries]
    plans = [explained(sql) for sql in statements]
    indexes = {node["Index Name"] for plan in plans for node in nodes(plan) if "Index Name" in node}
    return Cost(len(statements), sum(blocks(plan) for plan in plans), frozenset(indexes))


def explained(sql: str) -> dict[str, Any]:
    """The plan of a statement as it ran."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) " + sql.replace("%", "%%"))
        row = cursor.fetchone()
    found = row[0] if not isinstance(row[0], str) else json.loads(row[0])
    plan: dict[str, Any] = found[0]["Plan"]
    return plan


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The plan's root and everything below it."""
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def blocks(plan: dict[str, Any]) -> int:
    """Blocks of the root, which include those of everything below it."""
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])

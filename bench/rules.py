"""Compiling a plan from the policy tables, and appending an event to a hash chain."""

from functools import partial
from itertools import count
from typing import Any

from django.db import connection, transaction

from audit.services import record
from bench.measure import Line, taking_turns
from policies.rules.plan import compile_plan
from policies.seed import default_pack
from tests.policies.facts import E1, E2

TABLE = "CREATE TABLE floor_plain (id bigserial PRIMARY KEY, at timestamptz, stream text, body text)"


def plans() -> list[Line]:
    """Two worked examples of the standard; there is no floor to compare with."""
    pack = default_pack()
    lines = []
    for name, facts in (("E1, 1.2 million", E1), ("E2, 0.5 million", E2)):
        ms, _same = taking_turns(partial(compile_plan, pack, "credit", facts), lambda: None, 200)
        steps = len(compile_plan(pack, "credit", facts).steps)
        lines.append(Line(f"plan of {name}", ms, None, f"{ms * 1000:.0f} µs, {steps} steps"))
    return lines


def events(company: Any) -> list[Line]:
    """One event in its transaction, beside one row of the same size in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    numbers = count()

    def event() -> None:
        with transaction.atomic():
            record(
                "request.decided",
                stream="request:BENCH",
                actor=company.rep,
                object_type="request",
                object_id="1",
                request_no="BENCH",
                customer_label="Huakang Medical",
                after={"step": "SM", "verb": "approve", "number": next(numbers)},
            )

    body = "x" * 600

    def insert() -> None:
        raw = connection.connection
        with raw.transaction():
            raw.execute("INSERT INTO floor_plain (at, stream, body) VALUES (clock_timestamp(), %s, %s)", ["s", body])

    ms, floor = taking_turns(event, insert, 300)
    return [
        Line("audit event, committed", ms, floor, "chain end and insert, then commit; floor one insert, then commit")
    ]

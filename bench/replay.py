"""A policy version replayed on 100,000 stored submissions, beside reading and decoding the same rows."""

import copy
import json
import random
from collections.abc import Iterator
from datetime import timedelta
from time import perf_counter
from typing import Any

from django.db import connection

from accounts.queries import business_today
from bench.measure import Line
from jobs import executor
from policies.models import PolicyReplay, PolicyVersion
from policies.seed import default_content
from policies.services import draft_version
from tests.workflows import histories
from workflows import replaying

# Frozen content is mostly figures with their derivation: about 20 kB beside the facts.
_TEMPORARY = "CREATE TEMPORARY TABLE past (i serial, kind text, facts jsonb)"
_REQUESTS = """
INSERT INTO workflows_request (no, kind, letter_id, title, customer_id, unit_id, region_id, submitter_id, state, round,
                               amount, currency, confidential, risk, created_at, closed_at)
SELECT 'PAST-' || i, kind, 20000000000000 + i, 'x', %(customer)s, %(unit)s, %(region)s, %(rep)s, 'approved', 1,
       0, 'CNY', false, 0, now(), now() FROM past
"""
_SUBMISSIONS = """
INSERT INTO workflows_submission (request_id, round, policy_number, policy_digest, content, content_sha256, plan,
                                  plan_digest, editors, submitted_by_id, submitted_at)
SELECT r.id, 1, 1, repeat('0', 64), %(ballast)s::jsonb || jsonb_build_object('facts', p.facts), repeat('0', 64), '{}',
       repeat('0', 64), ARRAY[]::bigint[], r.submitter_id, now() - make_interval(mins => p.i * 5)
FROM past p JOIN workflows_request r ON r.letter_id = 20000000000000 + p.i ORDER BY p.i
"""
_FLOOR = "SELECT id, content -> 'facts' FROM workflows_submission WHERE id > %s ORDER BY id LIMIT %s"


def measure(company: Any, count: int) -> list[Line]:
    """The whole job, once: it stores its result, so it cannot take turns with its floor."""
    _fill(company, count)
    operations = company.hire("Operations", "SO")
    content = copy.deepcopy(default_content())
    chains = next(table for table in content["tables"] if table["code"] == "CHAIN")["rows"]
    next(row for row in chains if row["code"] == "CL-2")["outputs"]["chain"] = "SM → CC"
    tomorrow = business_today() + timedelta(days=1)
    number = 1 + max(PolicyVersion.objects.values_list("number", flat=True))
    version = draft_version(number, content, tomorrow, "less for CL-2", operations)
    floor = _seconds(_read)
    replay = replaying.start(version, 12, actor=operations, idempotency_key="bench")
    spent = _seconds(executor.run_until_idle)
    replay.refresh_from_db()
    if replay.state != PolicyReplay.State.DONE:
        raise RuntimeError(replay.problem)
    said = f"{spent:.1f} s, {spent / replay.done * 1e6:.0f} µs each; floor reads and decodes the facts"
    return [Line(f"replay of {replay.done:,} submissions", spent * 1000, floor * 1000, said)]


def _fill(company: Any, count: int) -> None:
    chance = random.Random(5)
    ballast = {"figures": [{"label": "exposure", "value": str(chance.random()), "note": f"n{n}"} for n in range(300)]}
    customer = histories.customer(company)
    shared = {"customer": customer.pk, "unit": company.unit.pk, "region": customer.region_id, "rep": company.rep.pk}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_TEMPORARY)
        with cursor.copy("COPY past (kind, facts) FROM STDIN") as rows:
            for row in _facts(count):
                rows.write_row(row)
        cursor.execute(_REQUESTS, shared)
        cursor.execute(_SUBMISSIONS, {"ballast": json.dumps(ballast)})
        cursor.execute("ANALYZE workflows_submission, workflows_request")
        cursor.execute("RESET statement_timeout")


def _facts(count: int) -> Iterator[tuple[str, str]]:
    for kind, facts in histories.some(count, seed=7):
        yield kind, json.dumps(histories.stored(facts))


def _read() -> None:
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_FLOOR, [last, replaying.PART])
            rows = cursor.fetchall()
        if not rows:
            return
        for _pk, facts in rows:
            json.loads(facts)
        last = rows[-1][0]


def _seconds(run: Any) -> float:
    start = perf_counter()
    run()
    return perf_counter() - start

"""A decision through the only door, beside the same facts written by eight bare statements."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from statistics import median
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.measure import Line, milliseconds
from tests.workflows.factories import ready_application
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Request, Step, Submission

WHO = {
    "SM": "manager", "RD": "director", "CC": "credit_controller", "CFO": "cfo", "FM": "finance_manager",
    "GM": "general_manager", "CH": "chairman", "LG": "lawyer",
}  # fmt: skip
FLOOR = """
CREATE TABLE floor_request (id bigserial PRIMARY KEY, state text, round int);
CREATE TABLE floor_step (id bigserial PRIMARY KEY, request_id bigint REFERENCES floor_request, status text,
  queue_key text, due_at timestamptz);
CREATE INDEX floor_step_queue ON floor_step (queue_key, due_at, id) WHERE status = 'open';
CREATE TABLE floor_decision (id bigserial PRIMARY KEY, step_id bigint UNIQUE REFERENCES floor_step, verb text,
  actor bigint, at timestamptz);
CREATE TABLE floor_event (id bigserial PRIMARY KEY, stream text, seq int, body text, prev bytea, hash bytea,
  UNIQUE (stream, seq));
CREATE TABLE floor_job (id bigserial PRIMARY KEY, kind text, key text, due_at timestamptz, UNIQUE (kind, key));
"""


def create_floor() -> None:
    """The tables of the floor."""
    with connection.cursor() as cursor:
        cursor.execute(FLOOR)


def floor_request() -> int:
    """A request with its first open step."""
    request: int = (
        _raw().execute("INSERT INTO floor_request (state, round) VALUES ('in_review', 1) RETURNING id").fetchone()[0]
    )
    _raw().execute(
        "INSERT INTO floor_step (request_id, status, queue_key, due_at) VALUES (%s, 'open', 'CC', now())", [request]
    )
    return request


def floor_decision(request: int) -> None:
    """Eight statements, one transaction: lock, decision, step, next step, chain end, event, job, request."""
    run = _raw().execute
    with _raw().transaction():
        run("SELECT * FROM floor_request WHERE id = %s FOR UPDATE", [request])
        step = run(
            "UPDATE floor_step SET status = 'approved' WHERE request_id = %s AND status = 'open' RETURNING id",
            [request],
        ).fetchone()[0]
        run("INSERT INTO floor_decision (step_id, verb, actor, at) VALUES (%s, 'approve', 1, now())", [step])
        run(
            "INSERT INTO floor_step (request_id, status, queue_key, due_at) VALUES (%s, 'open', 'CC', now())", [request]
        )
        stream = f"request:{request}"
        last = run("SELECT seq, hash FROM floor_event WHERE stream = %s ORDER BY seq DESC LIMIT 1", [stream]).fetchone()
        seq, prev = last or (0, b"")
        body = f'{{"action":"request.decided","stream":"{stream}","step":{step},"verb":"approve"}}'
        digest = hashlib.sha256(prev + body.encode()).digest()
        run(
            "INSERT INTO floor_event (stream, seq, body, prev, hash) VALUES (%s, %s, %s, %s, %s)",
            [stream, seq + 1, body, prev, digest],
        )
        run("INSERT INTO floor_job (kind, key, due_at) VALUES ('letter', %s, now())", [f"{request}:{seq}"])
        run("UPDATE floor_request SET state = 'in_review' WHERE id = %s", [request])


def _raw() -> Any:
    connection.ensure_connection()
    return connection.connection


def measure(company: Any, requests: int) -> list[Line]:
    """Decide whole requests; the floor takes its turn after each decision."""
    create_floor()
    timed: list[tuple[float, float]] = []
    submits: list[float] = []
    statements: list[int] = []
    for number in range(requests + 1):
        letter, beside = ready_application(company), floor_request()
        submit = partial(services.submit, KIND, letter.pk, actor=company.rep, idempotency_key=_key())
        submits.append(milliseconds(submit))
        for decide in _decisions(company, Request.objects.get(letter_id=letter.pk)):
            if number:
                timed.append((milliseconds(decide), milliseconds(partial(floor_decision, beside))))
            else:  # the first request warms up, and its statements are counted
                with CaptureQueriesContext(connection) as captured:
                    decide()
                floor_decision(beside)
                statements.append(len(captured))
    product, floor = zip(*timed, strict=True)
    cost = f"{median(statements):.0f} statements, at most {max(statements)}; the floor has 8"
    many = f"90th percentile of {len(timed)} decisions in {requests} whole requests"
    return [
        Line("decision, median", median(product), median(floor), cost),
        Line("decision, slow", _tenth(product), _tenth(floor), many),
        Line("submission", median(submits), None, "evaluate, plan, freeze, open the first steps"),
    ]


def _decisions(company: Any, request: Any) -> Iterator[Callable[[], object]]:
    """One after the other the approvals that the request still needs."""
    sha = Submission.objects.get(request=request).content_sha256
    while step := Step.objects.filter(request=request, status="open").first():
        yield partial(
            services.decide,
            request.no,
            step.pk,
            actor=getattr(company, WHO[step.role]),
            verb="approve",
            content_sha256=sha,
            idempotency_key=_key(),
        )


def _key() -> str:
    return uuid4().hex


def _tenth(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.9)]

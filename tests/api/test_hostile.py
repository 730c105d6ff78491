"""Whatever a program sends, the answer is never an error of ours."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from tests.api.client import Api
from tests.factories import Company
from tests.workflows.factories import ready_application
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Step, Submission

TEXT = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "HK", "2026-01-01", "9999-12-31", "0001-01-01", "2026-01-01T00:00:00+08:00", "1.00", "1e999999999"]
    ),
    st.sampled_from(
        ["\x00", "\ud800", "NaN", "-0", "1000000000000", "９", "=1+1", "new", "approve", "growth", "x" * 20_000]
    ),
)
NUMBERS = st.one_of(st.integers(), st.sampled_from([-1, 0, 1, 366, 2**15, 2**31, 2**63, 10**400]), st.floats())
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=5,
)


def bodies(known: str) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of the members that the endpoint knows, and others."""
    return st.dictionaries(st.one_of(st.sampled_from(known.split()), TEXT), VALUES, max_size=8)


CUSTOMER = (
    "code unit region name owner group uscc turnover tier target_lines founded_on since customer_type segment phone"
)
APPLICATION = (
    "req_type req_limit req_term settlement valid_from valid_to forecast_month categories reason_code reason_text "
    "security_type security_value security_valid_to confidential"
)
ROW = "source_key customer number invoiced_on due_on amount cost line_code disputed our_fault tonnes"
fuzz = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def place(company: Company) -> dict[str, Any]:
    """Something to write at: a draft, an open step, and everybody's tokens."""
    customer = factories.customer(company, code="HK")
    application = ready_application(company)
    sent = services.submit(KIND, ready_application(company).pk, actor=company.rep, idempotency_key="s")
    step = Step.objects.get(request=sent, status="open")
    return {
        "customer": customer.pk,
        "application": application.pk,
        "no": sent.no,
        "step": step.pk,
        "sha": Submission.objects.get(request=sent).content_sha256,
        "unit": company.unit.code,
        "rep": Api(company.rep),
        "manager": Api(company.manager),
        "keeper": Api(company.keeper),
    }


def survives(api: Api, method: str, path: str, body: Any) -> None:
    answer = api.send(method, path, json.dumps(body))
    assert answer.status_code < 500, answer.content
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"]


@fuzz
@given(body=bodies(CUSTOMER))
def test_customers(place: dict[str, Any], body: dict[str, Any]) -> None:
    full = {"code": "N", "unit": place["unit"], "region": "east", "name": "N", **body}
    survives(place["rep"], "POST", "/customers", full)
    survives(place["rep"], "PATCH", f"/customers/{place['customer']}", {"revision": 1, **body})


@fuzz
@given(body=bodies(APPLICATION))
def test_applications(place: dict[str, Any], body: dict[str, Any]) -> None:
    survives(place["rep"], "POST", "/credit-applications", {"customer": "HK", **body})
    survives(place["rep"], "PATCH", f"/credit-applications/{place['application']}", body)


@fuzz
@given(rows=st.lists(bodies(ROW), max_size=3), extra=bodies("data_as_of rows"))
def test_feeds(place: dict[str, Any], rows: list[dict[str, Any]], extra: dict[str, Any]) -> None:
    whole = {"source_key": "I1", "customer": "HK", "number": "1", "invoiced_on": "2026-05-01", "due_on": "2026-06-01"}
    body = {"data_as_of": "2026-06-30T18:00:00+08:00", "rows": [{**whole, "amount": "1", **row} for row in rows]}
    for sent in (body, {**body, **extra}):
        survives(place["keeper"], "POST", f"/customers/feed/{place['unit']}/invoices", sent)


@fuzz
@given(
    body=bodies("verb content_sha256 reason conditions"), conditions=bodies("limit term_days valid_to security note")
)
def test_decisions(place: dict[str, Any], body: dict[str, Any], conditions: dict[str, Any]) -> None:
    said = {"verb": "approve_conditional", "content_sha256": place["sha"], "reason": "r", "conditions": conditions}
    path = f"/requests/{place['no']}"
    survives(place["manager"], "POST", f"{path}/steps/{place['step']}/decide", {**said, **body})
    survives(place["manager"], "POST", f"{path}/steps/{place['step']}/decide", said)
    for verb in ("return", "withdraw"):
        survives(place["rep"], "POST", f"{path}/{verb}", body)


@fuzz
@given(raw=st.one_of(st.binary(max_size=200), VALUES.map(lambda value: json.dumps(value).encode())))
def test_bodies_that_are_anything(place: dict[str, Any], raw: bytes) -> None:
    for path in ("/customers", "/credit-applications", f"/requests/{place['no']}/withdraw"):
        assert place["rep"].post(path, raw).status_code < 500

"""Whatever goes wrong is a problem document with a stable code, in the reader's language."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.tokens import create_token
from tests import factories
from tests.api.client import ROOT, Api, fields, problem
from tests.factories import Company

NEW = {"customer": "HK", "req_type": "new", "req_limit": "500000.00"}
WRITES = [
    ("POST", "/customers"),
    ("PATCH", "/customers/{customer}"),
    ("POST", "/customers/feed/{unit}/invoices"),
    ("POST", "/credit-applications"),
    ("PATCH", "/credit-applications/{application}"),
    ("POST", "/credit-applications/{application}/submit"),
]


@pytest.fixture
def rep(company: Company) -> Api:
    factories.customer(company, code="HK")
    return Api(company.rep)


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/x", "/api/v1/nope", "/api/v1/customers/"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_address_is_a_404_for_everybody(company: Company, path: str, method: str) -> None:
    problem(Client(enforce_csrf_checks=True).generic(method, path), 404, "not_found")


def test_an_unknown_thing_is_a_404(rep: Api) -> None:
    huge = "9" * 30
    for path in ("/customers/0", f"/customers/{huge}", f"/customers/{'9' * 5000}", "/requests/CR-0", "/documents/D-0"):
        problem(rep.get(path), 404, "not_found")


def test_a_method_that_is_not_taken_is_a_405_that_says_which_are(rep: Api) -> None:
    answer = rep.send("DELETE", "/customers")
    problem(answer, 405, "method_not_allowed")
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_another_media_type_is_a_415(rep: Api, kind: str) -> None:
    problem(rep.post("/credit-applications", json.dumps(NEW), Content_Type=kind), 415, "unsupported_media_type")


def test_a_body_over_the_limit_is_a_413(rep: Api, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    body = {**NEW, "reason_text": "x" * 1000}
    problem(rep.post("/credit-applications", body), 413, "too_large")


def test_what_nobody_expected_is_a_500_without_its_inside(rep: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("customers.api.found", broken)
    body = problem(rep.get("/customers"), 500, "internal_error")
    assert "secret" not in json.dumps(body)


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_write_without_a_key_is_refused(rep: Api, company: Company, method: str, path: str) -> None:
    from credit.services import start_draft
    from customers.models import Customer

    customer = Customer.objects.get(code="HK")
    application = start_draft(customer, company.rep)
    path = path.format(customer=customer.pk, unit=company.unit.code, application=application.pk)
    bodies: dict[str, Any] = {
        "customers": {"code": "N", "unit": company.unit.code, "region": "east", "name": "N"},
        "credit-applications": NEW if method == "POST" else {},
        "feed": {"data_as_of": "2026-01-01T00:00:00Z", "rows": [{}]},
    }
    body = bodies["feed"] if "feed" in path else bodies[path.split("/")[1]]
    if method == "PATCH" and "customers" in path:
        body = {"revision": 1, "name": "N"}
    person = Api(company.keeper if "feed" in path else company.rep)
    problem(person.send(method, path, body, key=" "), 400, "idempotency_key_missing")
    problem(person.send(method, path, body, key="k" * 181), 400, "idempotency_key_invalid")


@pytest.mark.parametrize(
    ("body", "code", "named"),
    [
        ('{"customer": "HK", "req_limit": 1.5}', "number_not_exact", ["req_limit"]),
        ('{"customer": "HK", "req_limit": NaN}', "number_not_exact", ["req_limit"]),
        ('{"customer": "HK", "req_limit": [1, -Infinity]}', "number_not_exact", ["req_limit"]),
        ('{"customer": "HK", "customer": "HL"}', "duplicate_key", ["customer"]),
        ('{"customer": "HK"', "malformed_json", []),
        ('{"customer": ' + "9" * 5000 + "}", "malformed_json", []),
        ("[" * 100_000, "malformed_json", []),
    ],
)
def test_json_is_read_strictly(rep: Api, body: str, code: str, named: list[str]) -> None:
    answer = problem(rep.post("/credit-applications", body), 400, code)
    assert [error["field"] for error in answer.get("errors", [])] == named


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"req_limit": 500000}, "req_limit"),
        ({"req_limit": "1e6"}, "req_limit"),
        ({"req_limit": "-1"}, "req_limit"),
        ({"req_limit": "1000000000000.01"}, "req_limit"),
        ({"req_term": "30"}, "req_term"),
        ({"req_term": True}, "req_term"),
        ({"req_term": 366}, "req_term"),
        ({"valid_from": 20260101}, "valid_from"),
        ({"valid_from": "2026-02-30"}, "valid_from"),
        ({"valid_from": "2026-03-01", "valid_to": "2026-02-01"}, "valid_to"),
        ({"req_type": "present"}, "req_type"),
        ({"req_type": None}, "req_type"),
        ({"reason_text": None}, "reason_text"),
        ({"reason_text": "a\u0000b"}, "reason_text"),
        ({"reason_text": "\ud800"}, "reason_text"),
        ({"categories": "x" * 301}, "categories"),
        ({"confidential": "yes"}, "confidential"),
        ({"grade_override": 1}, "grade_override"),
        ({"\ud800": 1}, ""),
        ({"customer": None}, "customer"),
    ],
)
def test_a_value_that_is_not_valid_is_named(rep: Api, change: dict[str, Any], named: str) -> None:
    body = problem(rep.post("/credit-applications", {**NEW, **change}), 422, "invalid")
    assert fields(body) == [named]
    assert all(error["message"] for error in body["errors"])


def test_a_body_that_is_no_object_is_refused(rep: Api) -> None:
    for body in ("[]", "null", '"x"', "5", ""):
        assert rep.post("/credit-applications", body).status_code in (400, 422)


@pytest.mark.parametrize("path", ["/customers", "/credit-applications", "/requests", "/credit-lines", "/documents"])
@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"cursor": "x"}, {"cursor": 0}, {"cursor": 2**63}]
)
def test_a_bad_page_is_refused_and_named(rep: Api, path: str, query: dict[str, object]) -> None:
    body = problem(rep.get(path, **query), 422, "invalid")
    assert fields(body) == list(query)


@pytest.mark.parametrize("path", ["/customers?q=%00", "/requests?state=%00", "/requests/%00", "/documents/%00"])
def test_text_that_cannot_be_stored_is_refused_and_not_an_error(rep: Api, path: str) -> None:
    problem(rep.client.get(ROOT + path, headers={"Authorization": f"Bearer {rep.token}"}), 422, "invalid")


@pytest.mark.parametrize(
    ("asked", "language", "sentence"),
    [
        ("en", "en", "There is no such thing, or it is not yours to see."),
        ("de, en;q=0.5", "en", "There is no such thing, or it is not yours to see."),
        ("", "en", "There is no such thing, or it is not yours to see."),
    ],
)
def test_the_header_chooses_the_language_else_the_account(
    company: Company, rep: Api, asked: str, language: str, sentence: str
) -> None:
    answer = rep.get("/customers/0", headers={"Accept-Language": asked} if asked else {})
    assert (answer["Content-Language"], answer.json()["title"]) == (language, sentence)


def test_a_chinese_program_reads_chinese(company: Company, rep: Api) -> None:
    answer = rep.get("/customers/0", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert answer["Content-Language"] == "zh-hans"
    factories.user("Wu", language="zh-hans")
    token = create_token(factories.user("Wu", language="zh-hans"), name="t")
    mine = Client().get(f"{ROOT}/customers/0", headers={"Authorization": f"Bearer {token}"})
    assert mine["Content-Language"] == "zh-hans"


def test_answers_are_not_cached(rep: Api) -> None:
    assert rep.get("/customers")["Cache-Control"] == "no-store"

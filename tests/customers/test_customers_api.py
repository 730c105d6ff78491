"""The REST resource `customers` and the import command."""

import json
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.services import issue_token
from audit.models import Event
from customers.models import Customer, FeedBatch, Invoice
from tests import factories
from tests.customers.feed_files import invoices

BASE = "/api/v1/customers"


class Api:
    """A client with a bearer token that sends JSON and its own idempotency keys."""

    def __init__(self, person):
        self.client = Client()
        self.token = issue_token(person, name="test")
        self.sent = 0

    def get(self, path="", **query):
        return self.client.get(BASE + path, query, headers={"authorization": f"Bearer {self.token}"})

    def send(self, method, path, body, key=None):
        self.sent += 1
        headers = {"authorization": f"Bearer {self.token}", "idempotency-key": key or f"key-{self.sent}"}
        data = body if isinstance(body, str) else json.dumps(body)
        return self.client.generic(method, BASE + path, data, content_type="application/json", headers=headers)


@pytest.fixture
def company(db):
    return factories.company()


@pytest.fixture
def huakang(company):
    return factories.customer(company, code="HK", name="华康医药")


def new(company, **fields):
    return {"code": "N1", "unit": company.unit.code, "region": "east", "name": "新客户", **fields}


def feed(**fields):
    return {
        "data_as_of": "2026-06-30T18:00:00+08:00",
        "rows": [{"source_key": "I1", "customer": "HK", "number": "1", "invoiced_on": "2026-05-01",
                  "due_on": "2026-06-01", "amount": "1200.50", **fields}],
    }  # fmt: skip


def test_without_a_token_there_is_nothing(db):
    assert Client().get(BASE).status_code == 401


def test_the_list_holds_what_the_token_may_see_in_pages(company):
    for number in range(5):
        factories.customer(company, code=f"P{number}")
    factories.customer(company, code="FAR", region=company.west, owner=company.other_rep)
    api, seen, cursor = Api(company.rep), [], None
    while True:
        page = api.get(limit=2, **({"cursor": cursor} if cursor else {})).json()
        assert "items" in page, page["errors"]
        seen += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["P0", "P1", "P2", "P3", "P4"]
    assert api.get(cursor="x").status_code in (404, 422)


def test_a_strangers_customer_is_not_found(company, huakang):
    assert Api(company.rep).get(f"/{huakang.pk}").json()["name"] == "华康医药"
    answer = Api(company.other_rep).get(f"/{huakang.pk}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_customer_is_opened_once_per_key(company):
    api = Api(company.rep)
    first = api.send("POST", "", new(company, turnover="1000.50"), key="k")
    assert (first.status_code, first.json()["turnover"]) == (201, "1000.50")
    assert api.send("POST", "", new(company, turnover="1000.50"), key="k").json() == first.json()
    assert api.send("POST", "", new(company, name="Other"), key="k").status_code == 409
    assert Customer.objects.count() == 1


def test_a_write_without_a_key_is_refused(company):
    api = Api(company.rep)
    answer = api.client.post(
        BASE, json.dumps(new(company)), content_type="application/json",
        headers={"authorization": f"Bearer {api.token}"},
    )  # fmt: skip
    assert answer.json()["code"] == "idempotency_key_missing"


@pytest.mark.parametrize(
    ("change", "status"),
    [({"turnover": 1000}, 422), ({"turnover": True}, 422), ({"turnover": "1e3"}, 422), ({"turnover": "１２３"}, 422), ({"tier": 4}, 422),
     ({"founded_on": 1700000000}, 422), ({"founded_on": "1700000000"}, 422), ({"region": "moon"}, 404), ({"uscc": "123"}, 422),
     ({"name": ""}, 422), ({"name": "a\u0000b"}, 422), ({"name": "a\u200bb"}, 422), ({"code": "\ud800"}, 422), ({"owner": "nobody@x.cn"}, 404)],
)  # fmt: skip
def test_a_bad_customer_is_refused_with_a_problem(company, change, status):
    answer = Api(company.rep).send("POST", "", new(company, **change))
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    "body",
    ['{"turnover": 1.5}', '{"turnover": NaN}', '{"code": "a", "code": "b"}', "{", "[" * 100_000, '"\\ud800"', ""],
)
def test_a_body_that_is_not_strict_json_is_refused(company, body):
    answer = Api(company.rep).send("POST", "", body)
    assert answer.status_code in (400, 422)
    assert "code" in answer.json()


def test_a_change_needs_the_revision_that_was_read(company, huakang):
    api = Api(company.rep)
    assert api.send("PATCH", f"/{huakang.pk}", {"revision": 1, "name": "华康集团"}).json()["revision"] == 2
    assert api.send("PATCH", f"/{huakang.pk}", {"revision": 1, "name": "X"}).status_code == 409
    assert api.send("PATCH", f"/{huakang.pk}", {"revision": 2, "name": None}).status_code == 422
    assert api.send("PATCH", f"/{huakang.pk}", {"revision": 2, "tier": 4}).status_code == 422
    assert Api(company.auditor).send("PATCH", f"/{huakang.pk}", {"revision": 2, "name": "X"}).status_code == 403
    assert Api(company.other_rep).send("PATCH", f"/{huakang.pk}", {"revision": 2, "name": "X"}).status_code == 404


def test_the_feed_is_upserted_once_and_recorded(company, huakang):
    api, path = Api(company.keeper), f"/feed/{company.unit.code}/invoices"
    first = api.send("POST", path, feed(), key="k")
    assert (first.status_code, first.json()["inserted"]) == (200, 1)
    assert api.send("POST", path, feed(), key="k").json() == first.json()
    assert api.send("POST", path, feed()).json()["unchanged"] == 1
    assert Event.objects.filter(action="feed.imported").count() == 1
    assert FeedBatch.objects.get().actor == company.keeper


def test_a_bad_row_keeps_all_rows_out_and_says_where(company, huakang):
    body = feed()
    body["rows"].append({**body["rows"][0], "source_key": "I2", "amount": "0.005"})
    answer = Api(company.keeper).send("POST", f"/feed/{company.unit.code}/invoices", body)
    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("rows.2.amount", "money_scale")]
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    "row", [{"amount": 5}, {"amount": True}, {"amount": {"a": [1]}}, {"amount": "\ud800"}, {"customer": "\u0000"}, {"no\ud800pe": "1"},
            {"source_key": None}, {"source_key": "=1"}],
)  # fmt: skip
def test_hostile_rows_are_refused(company, huakang, row):
    answer = Api(company.keeper).send("POST", f"/feed/{company.unit.code}/invoices", feed(**row))
    assert answer.status_code == 422
    assert not Invoice.objects.exists()


def test_who_may_not_import_for_the_unit_is_refused(company, huakang):
    path = f"/feed/{company.unit.code}/invoices"
    assert Api(company.rep).send("POST", path, feed()).status_code == 403
    assert Api(factories.company().keeper).send("POST", path, feed()).status_code == 404
    keeper = Api(company.keeper)
    assert keeper.send("POST", f"/feed/{company.unit.code}/nope", feed()).status_code == 404
    assert keeper.send("POST", "/feed/%00/invoices", feed()).status_code == 422
    for moment in ("2090-01-01T00:00:00Z", "2026-06-30T18:00:00", "1700000000", 5):
        assert keeper.send("POST", path, {**feed(), "data_as_of": moment}).status_code == 422
    assert keeper.send("POST", path, {**feed(), "rows": []}).status_code == 422


def test_the_command_imports_and_says_what_it_did(company, huakang, tmp_path, capsys):
    file = tmp_path / "i.csv"
    file.write_bytes(invoices("I1,HK,1,2026-05-01,2026-06-01,5"))
    call_command("import_feed", company.unit.code, "invoices", str(file), "--as-of", "2026-06-30T18:00", "--dry-run")
    assert not Invoice.objects.exists()
    call_command("import_feed", company.unit.code, "invoices", str(file), "--as-of", "2026-06-30T18:00")
    assert "1 rows imported: 1 new" in capsys.readouterr().out
    assert FeedBatch.objects.get().data_as_of == datetime(2026, 6, 30, 10, tzinfo=UTC)
    assert '"channel":"command"' in Event.objects.get(action="feed.imported").body.replace(" ", "")


def test_the_command_refuses_with_rows_and_an_exit_code(company, huakang, tmp_path, capsys):
    file = tmp_path / "i.csv"
    file.write_bytes(invoices("I1,HK,1,2026-05-01,2026-06-01,x"))
    arguments = ["invoices", str(file), "--as-of", "2026-06-30T18:00"]
    with pytest.raises(CommandError, match="nothing was imported"):
        call_command("import_feed", company.unit.code, *arguments)
    assert "row 2 amount" in capsys.readouterr().err
    for wrong in (["nowhere", *arguments], [company.unit.code, "invoices", str(tmp_path / "no"), "--as-of", "2026-06-30"],
                  [company.unit.code, "invoices", str(file), "--as-of", "yesterday"],
                  [company.unit.code, *arguments, "--actor", company.rep.email]):  # fmt: skip
        with pytest.raises(CommandError):
            call_command("import_feed", *wrong)

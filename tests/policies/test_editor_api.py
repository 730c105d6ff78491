"""The policy editor over REST: the same services, the same refusals."""

import base64
from datetime import timedelta

import pytest

from jobs.models import IdempotencyKey
from policies import workbook
from policies.models import PolicyVersion
from tests.api.client import Api, problem
from tests.policies.desk import Desk
from tests.policies.test_workbook import cell, changed

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db):
    return Desk()


@pytest.fixture
def api(desk):
    return Api(desk.maker)


def test_a_version_is_drafted_once_per_key_and_described(desk, api):
    first, second = (api.post("/policies/drafts", {"change_note": "Next"}, key="one") for _ in range(2))
    assert first.status_code == 201
    assert first.json()["number"] == second.json()["number"] == 3
    day = first.json()["effective_from"]
    said = api.patch("/policies/3/draft", {"change_note": "Next, tighter", "effective_from": day, "revision": 0}).json()
    assert (said["change_note"], said["revision"]) == ("Next, tighter", 1)
    problem(api.patch("/policies/3/draft", {"change_note": "x", "effective_from": "2020-01-01"}), 422, "invalid")
    problem(
        api.patch("/policies/3/draft", {"change_note": "x", "effective_from": day, "revision": 0}), 409, "policy_stale"
    )
    problem(Api(desk.company.rep).post("/policies/drafts", {"change_note": "Mine"}), 403, "not_permitted")


def test_what_is_left_out_of_a_description_stays_as_it_is(desk, api):
    before = PolicyVersion.objects.get(number=2)
    said = api.patch("/policies/2/draft", {"change_note": "Tighter for large orders"}).json()
    assert (said["change_note"], said["effective_from"]) == (
        "Tighter for large orders", before.effective_from.isoformat())  # fmt: skip
    day = (before.effective_from + timedelta(days=3)).isoformat()
    said = api.patch("/policies/2/draft", {"effective_from": day}).json()
    assert (said["change_note"], said["effective_from"], said["revision"]) == ("Tighter for large orders", day, 2)


def test_writes_are_answered_again_when_their_answer_was_lost_on_the_way(desk, api):
    """The change is written and the connection breaks before anything else: the repetition gets the first answer."""
    data = workbook.export(PolicyVersion.objects.get(number=2))
    mine = changed(data, lambda book: setattr(cell(book["ES"], "ES-1", "in.over_formula_pct"), "value", "> 15"))
    body = {"file": base64.b64encode(mine).decode(), "name": "t.xlsx", "apply": True}
    field = {"revision": 1, "fields": [{"row": "ES-1", "field": "in.over_formula_pct", "text": "> 16"}]}
    writes = [
        lambda: api.post("/policies/2/workbook", body, key="one"),
        lambda: api.patch("/policies/2/tables/ES", field, key="two"),
        lambda: api.post("/policies/2/tables/ES/rows", {"copy_of": "ES-9"}, key="three"),
        lambda: api.post("/policies/2/tables/ES/rows/ES-9-2/remove", {}, key="four"),
        lambda: api.patch("/policies/2/tables/CL/settings", {"revision": 4, "hit_policy": "first"}, key="five"),
    ]
    for write in writes:
        first = write()
        assert first.status_code in (200, 201), first.json()
        IdempotencyKey.objects.filter(key__startswith="answer:").delete()
        again = write()
        assert (again.status_code, again.json()) == (first.status_code, first.json())


def test_tables_are_read_and_written_field_by_field(desk, api):
    listed = {each["code"]: each for each in api.get("/policies/2/tables").json()["items"]}
    assert listed["CL"]["request_kind"] == "credit"
    sent = {"revision": 0, "fields": [{"row": "CL-1", "field": "in.exposure_unsecured_group", "text": "<= 90,000"}]}
    assert api.patch("/policies/2/tables/CL", sent).json() == {
        "revision": 1, "changed": ["CL-1/in.exposure_unsecured_group"]}  # fmt: skip
    table = api.get("/policies/2/tables/CL").json()
    row = next(each for each in table["rows"] if each["code"] == "CL-1")
    assert row["fields"]["in.exposure_unsecured_group"] == "<= 90,000"
    assert "thousands separators" in row["wrong"]["in.exposure_unsecured_group"]
    assert table["editable"]
    assert not Api(desk.company.rep).get("/policies/2/tables/CL").json()["editable"]
    other = Api(desk.company.credit_controller)
    body = problem(other.patch("/policies/2/tables/CL", sent | {"fields": [{**sent["fields"][0], "text": "<= 1"}]}),
                   409, "policy_conflict")  # fmt: skip
    assert body["by"] == desk.maker.display_name
    assert "maker has changed" in body["title"].lower()


def test_rows_settings_and_conditions_of_a_table(desk, api):
    added = api.post("/policies/2/tables/ES/rows", {"code": "ES-10", "copy_of": "ES-9"})
    assert (added.status_code, added.json()["revision"]) == (201, 1)
    assert api.post("/policies/2/tables/ES/rows/ES-10/move", {"by": -1}).json()["revision"] == 2
    assert api.post("/policies/2/tables/ES/rows/ES-10/remove", {"revision": 2}).json()["revision"] == 3
    problem(api.post("/policies/2/tables/ES/rows/ES-10/move", {"by": 1}), 409, "policy_conflict")
    problem(api.post("/policies/2/tables/ES/rows/ES-77/move", {"by": 1}), 404, "not_found")
    problem(api.post("/policies/2/tables/NONE/rows", {"code": "x"}), 404, "not_found")
    assert api.patch("/policies/2/tables/ES/settings", {"hit_policy": "collect", "cap": 1}).json()["revision"] == 4
    assert desk.draft.tables.get(code="ES").routing["cap"] == 1
    assert api.post("/policies/2/tables/CL/columns", {"fact": "new_customer"}).json()["revision"] == 5
    problem(api.post("/policies/2/tables/CL/columns", {"fact": "weather"}), 404, "not_found")


def test_changes_and_trial(desk, api):
    desk.write("ES", "ES-1", "in.over_formula_pct", "> 10")
    body = api.get("/policies/2/changes").json()
    assert body["compared_with"] == 1
    assert [each["mark"] for each in body["items"]] == ["~"]
    facts = {
        "exposure_unsecured_group": "115000", "limit_requested": "115000", "limit_formula": "100000", "grade": "AA",
        "term_requested": "30", "term_std": "30", "term_max": "60", "new_customer": "false", "overdue_amount": "0",
        "has_statements": "true", "unsecured_requested": "115000", "licence_expired": "false", "knocked_out": "false",
    }  # fmt: skip
    plans = api.post("/policies/2/trial", {"kind": "credit", "facts": facts}).json()
    assert plans["version"]["bands"]["CL"] != plans["compared_with"]["bands"]["CL"]
    assert api.post("/policies/2/trial", {"kind": "credit", "facts": {"limit_formula": "many"}}).json()["wrong"]


def test_a_workbook_is_looked_at_first_and_applied_then(desk, api):
    data = workbook.export(PolicyVersion.objects.get(number=2))
    mine = changed(data, lambda book: setattr(cell(book["ES"], "ES-1", "in.over_formula_pct"), "value", "> 15"))
    body = {"file": base64.b64encode(mine).decode(), "name": "t.xlsx"}
    looked = api.post("/policies/2/workbook", body).json()
    assert (looked["applied"], looked["revision"], len(looked["items"])) == (False, 0, 1)
    done = api.post("/policies/2/workbook", body | {"apply": True}).json()
    assert (done["applied"], done["revision"]) == (True, 1)
    again = api.post("/policies/2/workbook", body | {"apply": True}).json()
    assert (again["revision"], again["items"]) == (1, [])
    desk.write("ES", "ES-1", "in.over_formula_pct", "> 16")
    problem(api.post("/policies/2/workbook", body | {"apply": True}), 409, "policy_stale")
    errors = problem(api.post("/policies/2/workbook", {"file": "!"}), 422, "workbook")["errors"]
    assert [(each["field"], each["code"]) for each in errors] == [("file", "workbook")]
    problem(Api(desk.company.cfo).post("/policies/2/workbook", body), 403, "not_permitted")
    assert Api(desk.company.cfo).get("/policies/2/workbook").status_code == 200


def test_text_that_cannot_be_stored_is_refused_in_every_field(desk, api):
    for text in ("A\ud800", "A\u0000"):
        for field in ("code", "in.over_formula_pct", "out.en", "why.zh"):
            body = {"fields": [{"row": "ES-1", "field": field, "text": text}]}
            problem(api.patch("/policies/2/tables/ES", body), 422, "invalid")
        problem(api.post("/policies/2/tables/ES/rows", {"code": text}), 422, "invalid")
        problem(api.post("/policies/2/workbook", {"file": "", "name": text}), 422, "invalid")
        problem(api.patch("/policies/2/tables/ES/settings", {"hit_policy": "any", "ladder": [text]}), 422, "invalid")
        problem(api.patch("/policies/2/draft", {"change_note": text}), 422, "invalid")
    assert PolicyVersion.objects.get(number=2).revision == 0

"""Tier changes over REST: begin, preview, submit, and what is refused."""

import pytest

from accounts.queries import business_today
from tests.api.client import Api, fields, problem
from tests.workflows.tiers import rated_customer

pytestmark = pytest.mark.django_db
CHANGES = "/tier-changes"


def asked(customer, **more):
    return {
        "customer": customer.code, "proposed_tier": 3, "effective_on": business_today().isoformat(),
        "reason_code": "growth", "reason_text": "Two new hospitals.", "influence": 4,
        "influence_evidence": "Chairs the association.", "proactivity": 8, "proactivity_evidence": "Plans with us.", **more,
    }  # fmt: skip


def test_a_rep_begins_previews_and_submits_a_change(company):
    huakang = rated_customer(company, tier=2)
    rep = Api(company.rep)
    made = rep.post(CHANGES, asked(huakang)).json()
    assert (made["current_tier"], made["proposed_tier"], made["request"]) == (2, 3, None)
    shown = rep.get(f"{CHANGES}/{made['id']}/preview").json()
    assert shown["submittable"] is True
    assert {step["role"] for step in shown["steps"]} == {"SM", "RD", "CC"}
    sent = rep.post(f"{CHANGES}/{made['id']}/submit")
    assert sent.status_code in (200, 201)
    assert rep.get(f"{CHANGES}/{made['id']}").json()["request"].startswith("TC-")
    assert Api(company.other_rep).get(f"{CHANGES}/{made['id']}").status_code == 404


def test_the_confidential_rebate_is_shown_to_those_who_may_read_it(company):
    """Requirements C9: never to a representative, over whichever door."""
    huakang = rated_customer(company, tier=2)
    rep = Api(company.rep)
    made = rep.post(CHANGES, asked(huakang)).json()
    previewed = rep.get(f"{CHANGES}/{made['id']}/preview").json()["evaluation"]
    sent = rep.post(f"{CHANGES}/{made['id']}/submit").json()
    asked_for = rep.get(f"/requests/{sent['no']}").json()["content"]["evaluation"]
    for evaluation in (previewed, sent["content"]["evaluation"], asked_for):
        assert "rebate" in {row["code"] for row in evaluation["benefits"]}
        assert "hidden_rebate" not in {row["code"] for row in evaluation["benefits"]}
    read = Api(company.cfo).get(f"/requests/{sent['no']}").json()["content"]["evaluation"]
    assert "hidden_rebate" in {row["code"] for row in read["benefits"]}


def test_values_outside_their_range_are_named(company):
    huakang = rated_customer(company, tier=2)
    rep = Api(company.rep)
    for wrong in ({"proposed_tier": 5}, {"influence": 6}, {"levers": ["X"]}, {"source": "rerating"}, {"exit": "yes"}):
        answer = rep.post(CHANGES, asked(huakang, **wrong))
        assert {name.partition(".")[0] for name in fields(problem(answer, 422, "invalid"))} == set(wrong)


def test_an_emergency_is_for_credit_control(company):
    huakang = rated_customer(company, tier=2)
    wrong = Api(company.rep).post(CHANGES, asked(huakang, source="emergency"))
    problem(wrong, 422, "emergency")
    assert Api(company.credit_controller).post(CHANGES, asked(huakang, source="emergency")).status_code == 201

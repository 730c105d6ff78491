"""Tier changes on the pages: form with live rating, request page, decision panel, queue, customer page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from customers.models import Customer, TierChange
from tests import factories
from tests.workflows.factories import PDF
from tests.workflows.tiers import decide, letter, rated_customer, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.company()


@pytest.fixture
def huakang(company):
    return rated_customer(company, tier=2, name="Huakang Medical")


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user, name, *args) -> str:
    answer = as_(user).get(reverse(name, args=args))
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def draft_page(company, made) -> str:
    return page(company.rep, "workflows:draft", "tier_change", made.pk)


def test_the_form_shows_rating_benefits_and_path(company, huakang):
    made = letter(huakang, company.rep)
    shown = draft_page(company, made)
    for said in ("Rating", "What changes for the customer", "Discount band", "Today ★★; by the rules", "Regional"):
        assert said in shown
    assert 'name="source"' not in shown


def test_only_credit_control_is_offered_the_emergency_measure(company, huakang):
    made = letter(huakang, company.credit_controller)
    shown = page(company.credit_controller, "workflows:draft", "tier_change", made.pk)
    assert 'name="source"' in shown


def test_what_is_typed_is_kept_even_when_another_field_is_wrong(company, huakang):
    made = letter(huakang, company.rep)
    data = {"proposed_tier": "4", "influence": "9", "reason_text": "New reason", "effective_on": "2030-01-01"}
    as_(company.rep).post(reverse("workflows:draft-preview", args=["tier_change", made.pk]), data)
    made = TierChange.objects.get(pk=made.pk)
    assert (made.proposed_tier, made.reason_text, made.influence) == (4, "New reason", 4)


def test_the_request_page_shows_score_gates_tests_and_benefits(company, huakang):
    request = submitted(letter(huakang, company.rep), company.rep)
    shown = page(company.director, "workflows:request", request.no)
    for said in ("Tier score", "Gates", "Tests for false key accounts", "Benefits side by side", "F1", "T9"):
        assert said in shown
    assert "Chairs the regional association." in shown


def test_the_confidential_rebate_is_not_shown_to_the_rep(company, huakang):
    request = submitted(letter(huakang, company.rep, proposed_tier=4, override_reason="Strategic"), company.rep)
    said = "Confidential year-end rebate, at most"
    assert said in page(company.director, "workflows:request", request.no)
    assert said not in page(company.rep, "workflows:request", request.no)
    assert said in page(company.auditor, "customers:detail", huakang.pk)
    assert said not in page(company.rep, "customers:detail", huakang.pk)


def test_the_queue_names_stars_and_score(company, huakang):
    submitted(letter(huakang, company.rep), company.rep)
    shown = page(company.manager, "workflows:queue")
    assert "★★ → ★★★" in shown
    assert "points" in shown


def test_the_panel_shows_what_changes_and_why_it_is_here(company, huakang):
    request = submitted(letter(huakang, company.rep), company.rep)
    step = request.steps.get(role="SM")
    shown = page(company.manager, "workflows:panel", step.pk)
    for said in ("What changes for the customer", "1 %", "3 %", "By the rules"):
        assert said in shown


def test_the_customer_page_tells_the_history_of_the_stars(company, huakang):
    request = submitted(letter(huakang, company.rep), company.rep)
    for actor, role in [(company.manager, "SM"), (company.director, "RD"), (company.credit_controller, "CC")]:
        decide(request, actor, role)
    shown = page(company.rep, "customers:detail", huakang.pk)
    for said in ("History of the stars", request.no, "Customer file", "Rated again on"):
        assert said in shown


def test_pages_work_for_a_customer_without_any_trade(company):
    stranger = factories.customer(company, tier=None, name="Stranger")
    rated_customer(company)  # a policy is in force
    made = letter(Customer.objects.get(pk=stranger.pk), company.rep)
    assert "Too few figures for a score" in draft_page(company, made)
    assert "Not rated yet" in page(company.rep, "customers:detail", stranger.pk)


def test_evidence_is_attached_to_a_draft_and_frozen_with_it(company, huakang):
    made = letter(huakang, company.rep)
    file = SimpleUploadedFile("visit.pdf", PDF, "application/pdf")
    address = reverse("workflows:draft-attach", args=["tier_change", made.pk])
    answer = as_(company.rep).post(address, {"kind": "minutes", "file": file})
    assert answer.status_code in (200, 302)
    request = submitted(made, company.rep)
    (paper,) = request.submissions.get().content["attachments"]
    assert (paper["name"], paper["kind"]) == ("visit.pdf", "minutes")
    assert "visit.pdf" in page(company.director, "workflows:request", request.no)

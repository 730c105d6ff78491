"""A temporary limit and a freeze in a real browser: from the form to the sealed notice, in both languages."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from accounts.queries import business_today
from contracts.pipeline.verify import verify_pdf
from contracts.production import root_certificate
from credit import services as credit
from credit.models import CreditLine, LineMeasure
from credit.queries import line_in_force
from customers.models import Customer
from tests.credit.factories import uscc
from tests.factories import Company
from tests.journeys.people import Someone, customer_with_file, speak
from tests.journeys.signatures import reads_as_signed
from tests.workflows.factories import ready_application
from workflows.kinds.credit import Granted
from workflows.models import Request

languages = pytest.mark.parametrize("language", ["zh-hans", "en"])


def customer_with_line(company: Company, stars: int) -> Customer:
    """500,000 of trade credit since yesterday."""
    whole = {"uscc": uscc(), "legal_rep": "Wang Min", "segment": "channel", "tier": stars}
    customer = customer_with_file(company, founded_on=business_today() - timedelta(days=5000), **whole)
    start = business_today() - timedelta(days=1)
    terms = Granted(Decimal(500_000), 30, start, start + timedelta(days=300))
    earlier = ready_application(company, customer=customer)
    with transaction.atomic():
        credit.grant_line(earlier, terms=terms, request_no="CR-EARLIER", policy_number=1, actor=company.cfo)
    credit.discard_draft(earlier, company.rep)
    return customer


def chooses(person: Someone, req_type: str) -> None:
    """Another type of request shows another form."""
    with person.page.expect_navigation():
        person.page.locator("#application [name=req_type]").select_option(req_type)


def notice_of(person: Someone, number: str, folder: Path) -> bytes:
    """The sealed notice as the browser gets it; a changed byte is noticed by us and by poppler."""
    call_command("run_jobs", "--until-idle")
    person.page.goto(f"/requests/{number}/")
    answer = person.page.context.request.get(person.page.locator("#documents a").first.get_attribute("href"))
    assert answer.ok
    pdf: bytes = answer.body()
    assert verify_pdf(pdf, root_certificate()).ok
    changed = bytearray(pdf)
    changed[len(pdf) // 2] ^= 1
    assert not verify_pdf(bytes(changed), root_certificate()).ok
    reads_as_signed(pdf, folder)
    return pdf


@languages
def test_a_temporary_limit_from_the_form_to_the_sealed_notice(
    company: Company, someone: Any, language: str, tmp_path: Path
) -> None:
    customer = customer_with_line(company, stars=2)
    speak(company, language)
    rep = someone(company.rep)
    rep.begins_an_application(customer)
    chooses(rep, "temporary")
    assert rep.page.locator("#application [name=req_term]").count() == 0
    today = business_today()
    rep.fills_in(
        req_limit="100000", valid_from=today.isoformat(), valid_to=(today + timedelta(days=29)).isoformat(),
        reason_code="season", reason_text="Winter stock, paid by February.",
    )  # fmt: skip
    path = rep.page.locator("#live .path-step")
    path.first.wait_for()
    assert path.count() == 2
    rep.attaches_what_is_missing()
    number = rep.sends()
    for person in (company.manager, company.credit_controller):
        decider = someone(person)
        decider.opens_in_the_queue(customer)
        assert "20" in decider.page.locator("#panel").inner_text()
        decider.decides("approve")
    line = CreditLine.objects.get(request_no=number)
    assert (line.kind, line.amount, line.valid_to) == ("temporary", 100_000, today + timedelta(days=29))
    rep.page.goto(f"/customers/{customer.pk}/")
    shown = rep.page.locator("main").inner_text()
    assert "100,000" in shown
    assert "500,000" in shown
    notice_of(rep, number, tmp_path)


@languages
def test_a_freeze_that_is_not_ratified_is_undone_by_the_cfo(
    company: Company, someone: Any, language: str, tmp_path: Path
) -> None:
    customer = customer_with_line(company, stars=3)
    speak(company, language)
    controller = someone(company.credit_controller)
    controller.begins_an_application(customer)
    chooses(controller, "freeze")
    assert controller.page.locator("#application [name=req_limit]").count() == 0
    controller.fills_in(reason_text="Three cheques were returned this week.")
    number = controller.sends()
    assert line_in_force(customer, "trade", business_today()).frozen
    controller.page.goto(f"/customers/{customer.pk}/")
    assert controller.page.locator("main .exposure-sum.is-over").count() == 1
    notice_of(controller, number, tmp_path)

    director = someone(company.director)
    director.opens_in_the_queue(customer)
    director.decides("reject", reason="The bank has confirmed the payments.")
    cfo = someone(company.cfo)
    cfo.opens_in_the_queue(customer)
    cfo.decides("reject", reason="The bank has confirmed the payments.")
    assert Request.objects.get(no=number).state == "rejected"
    assert not line_in_force(customer, "trade", business_today()).frozen
    assert LineMeasure.objects.get().lift_reason

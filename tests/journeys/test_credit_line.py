"""The main job in a real browser: from the form to the sealed decision and the verified trail."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from contracts.pipeline.verify import verify_pdf
from contracts.production import root_certificate
from credit.models import CreditApplication, CreditLine
from tests.factories import Company
from tests.journeys.people import PHONE, customer_with_file, speak
from workflows.models import Request, Step

languages = pytest.mark.parametrize("language", ["zh-hans", "en"])
ASKED = {
    "req_limit": "500000", "req_term": "30", "forecast_month": "600000", "reason_code": "growth",
    "reason_text": "Two new hospitals from next month.",
}  # fmt: skip


@languages
def test_from_the_form_to_the_sealed_notice_and_the_verified_trail(
    company: Company, someone: Any, language: str
) -> None:
    customer = customer_with_file(company)
    speak(company, language)

    rep = someone(company.rep)
    rep.logs_in()
    assert rep.page.locator("html").get_attribute("lang") == {"zh-hans": "zh-Hans", "en": "en"}[language]
    rep.begins_an_application(customer)
    assert rep.page.locator("button[name=send]").is_disabled()
    rep.fills_in(**ASKED)
    panel = rep.page.locator("#live")
    panel.locator(".path-step").first.wait_for()
    assert panel.locator(".path-step").count() == 4
    assert panel.locator(".live-grade").inner_text().strip() in {"AAA", "AA", "A", "B"}
    assert "500,000" in panel.inner_text()
    assert panel.locator(".live-list a[href='#papers']").count() == 1
    assert rep.attaches_what_is_missing() >= 2
    number = rep.sends()
    assert rep.page.locator("main").inner_text().count(company.manager.display_name)

    manager = someone(company.manager)
    manager.opens_in_the_queue(customer)
    manager.decides("return", reason="Which two hospitals?")

    rep.page.goto("/")
    assert "Which two hospitals?" in rep.page.locator("main").inner_text()
    rep.page.goto(f"/requests/{number}/")
    rep.page.locator(f"a[href='/requests/{number}/revise/']").first.click()
    assert "Which two hospitals?" in rep.page.locator("main").inner_text()
    rep.fills_in(reason_text="No. 3 and No. 5 People's Hospital.")
    assert rep.sends() == number

    manager.opens_in_the_queue(customer)
    manager.decides("approve")
    controller = someone(company.credit_controller)
    controller.opens_in_the_queue(customer)
    controller.decides("approve_conditional", reason="Half a year first.", limit="400000")
    for person in (company.director, company.cfo):
        decider = someone(person)
        decider.opens_in_the_queue(customer)
        decider.decides("approve")
    assert CreditLine.objects.get(request_no=number).amount == 400_000

    rep.page.goto(f"/customers/{customer.pk}/")
    assert "400,000" in rep.page.locator("main").inner_text()

    call_command("run_jobs", "--until-idle")
    rep.page.goto(f"/requests/{number}/")
    links = rep.page.locator("#documents a")
    assert links.count() >= 2
    notice = rep.page.context.request.get(links.first.get_attribute("href"))
    assert notice.ok
    sealed = verify_pdf(notice.body(), root_certificate())
    assert sealed.ok

    _reads_the_trail(someone(company.auditor), number)


def _reads_the_trail(auditor: Any, number: str) -> None:
    """Finance searches, opens the timeline, sees the proof and takes the rows along."""
    call_command("verify_audit")
    page = auditor.page
    page.goto("/audit/")
    page.fill("[name=q]", number)
    page.press("[name=q]", "Enter")
    page.wait_for_url(f"**/audit/?*{number}*")
    assert page.locator("[data-trail=verified]").is_visible()
    assert page.locator("tbody tr").count() >= 8
    with page.expect_download() as download:
        page.locator("button[name=format][value=csv]").click()
    exported = Path(download.value.path()).read_text("utf-8-sig")
    assert number in exported
    assert not re.search(r'(^|,)"?[=@]', exported, re.M)
    page.goto(f"/audit/requests/{number}/")
    assert page.locator(".path-step").count() >= 8
    assert "Half a year first." in page.locator("main").inner_text()


def test_the_rep_applies_on_the_phone(company: Company, someone: Any) -> None:
    """390 px: nothing runs out of the screen, the panel comes as a sheet, a missing thing leads to its place."""
    customer = customer_with_file(company, name="上海华康医疗器械有限公司")
    speak(company, "zh-hans")
    rep = someone(company.rep, **PHONE)
    page = rep.page
    rep.begins_an_application(customer)
    rep.fills_in(**ASKED)
    assert not page.locator("#live").is_visible()
    page.locator(".send-summary").click()
    assert page.locator("#live .path-step").first.is_visible()
    page.locator("#live .live-list a[href='#papers']").click()
    assert not page.locator("#live").is_visible()
    assert page.locator("#papers").is_visible()
    assert rep.attaches_what_is_missing() >= 2
    number = rep.sends()
    for address in ("/", "/requests/new/", "/requests/", f"/requests/{number}/", f"/customers/{customer.pk}/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    assert Request.objects.get().no == number


def test_what_was_typed_stays_whatever_is_wrong(company: Company, someone: Any) -> None:
    """A wrong amount is named at its field; every other entry is kept, also when the page is left."""
    customer = customer_with_file(company)
    rep = someone(company.rep)
    rep.begins_an_application(customer)
    rep.fills_in(**ASKED)
    rep.fills_in(req_limit="1,2,3", reason_text="Kept although the amount is wrong.")
    rep.page.locator("#live .notice a[href='#id_req_limit']").wait_for()
    rep.page.locator("button[name=save]").click()
    wrong = rep.page.locator("#id_req_limit[aria-invalid=true]")
    assert wrong.input_value() == "1,2,3"
    rep.page.reload()
    draft = CreditApplication.objects.get()
    assert (draft.req_limit, draft.reason_text) == (500_000, "Kept although the amount is wrong.")


def test_what_somebody_else_has_decided_meanwhile_is_said_and_the_comment_kept(company: Company, someone: Any) -> None:
    from tests.workflows.factories import ready_application
    from tests.workflows.test_races import deciding
    from workflows import services
    from workflows.kinds.credit import KIND

    application = ready_application(company)
    request = services.submit(KIND, application.pk, actor=company.rep, idempotency_key="s")
    manager = someone(company.manager)
    manager.opens_in_the_queue(application.customer)
    deputy = company.hire("Deputy", "SM", region=company.east)
    deciding(request, "SM", deputy)()
    decision = manager.page.locator("#decide")
    decision.locator("[name=reason]").fill("I looked into it for an hour.")
    decision.locator("button[value=approve]").click()
    manager.confirms()
    manager.page.wait_for_selector("#decide .notice-danger, #decide [role=alert]")
    assert "I looked into it for an hour." in manager.page.content()
    assert Step.objects.get(request=request, role="SM").decision.actor == deputy


def test_the_language_is_one_click_away_and_stays(company: Company, someone: Any) -> None:
    speak(company, "zh-hans")
    rep = someone(company.rep)
    rep.page.goto("/customers/")
    assert rep.page.locator("html").get_attribute("lang") == "zh-Hans"
    rep.page.locator(".sidebar button[name=language][value=en]").click()
    rep.page.wait_for_selector("html[lang=en]")
    assert rep.page.url.endswith("/customers/")
    rep.page.goto("/")
    assert rep.page.locator("html").get_attribute("lang") == "en"

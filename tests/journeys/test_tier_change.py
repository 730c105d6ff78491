"""A tier change in real browsers: form, queue, decision, stars on the customer page, sealed notice."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from contracts.pipeline.verify import verify_pdf
from contracts.production import root_certificate
from customers.models import Customer
from tests.factories import Company
from tests.journeys.people import PHONE, customer_with_file, speak
from tests.journeys.signatures import reads_as_signed

languages = pytest.mark.parametrize("language", ["zh-hans", "en"])
ASKED = {
    "proposed_tier": "3", "reason_code": "growth", "influence": "4",
    "influence_evidence": "Chairs the association.", "proactivity": "8", "proactivity_evidence": "Plans with us.",
    "reason_text": "Two new hospitals since spring.",
}  # fmt: skip


def begins(someone: Any, customer: Customer) -> None:
    someone.page.goto(f"/requests/new/?customer={customer.pk}")
    someone.page.locator("form:has([name=kind][value=tier_change]) button").click()
    someone.page.wait_for_url("**/requests/drafts/tier_change/*/")


def sends(someone: Any) -> str:
    someone.page.locator("button[name=send]:enabled").click()
    someone.page.wait_for_url("**/requests/TC-*/")
    return str(someone.page.url.rstrip("/").rsplit("/", 1)[1])


@languages
def test_from_the_form_to_the_sealed_notice(company: Company, someone: Any, tmp_path: Path, language: str) -> None:
    customer = customer_with_file(company, tier=2)
    speak(company, language)
    rep = someone(company.rep)
    begins(rep, customer)
    rep.fills_in(**ASKED)
    panel = rep.page.locator("#live")
    panel.locator(".path-step").nth(2).wait_for()
    assert panel.locator("tr.is-changed").count() >= 3
    assert "3 %" in panel.inner_text()
    number = sends(rep)

    for person in (company.manager, company.director, company.credit_controller):
        decider = someone(person)
        decider.opens_in_the_queue(customer)
        assert decider.page.locator("#panel tr.is-changed").count() >= 3
        decider.decides("approve")
    customer.refresh_from_db()
    assert customer.tier == 3
    rep.page.goto(f"/customers/{customer.pk}/")
    assert number in rep.page.locator("section:has(#customer-tier)").inner_text()

    call_command("run_jobs", "--until-idle")
    rep.page.goto(f"/requests/{number}/")
    links = rep.page.locator("#documents a")
    assert links.count() >= 2
    notice = rep.page.context.request.get(links.first.get_attribute("href"))
    assert notice.ok
    sealed = notice.body()
    assert verify_pdf(sealed, root_certificate()).ok
    reads_as_signed(sealed, tmp_path)
    assert not verify_pdf(flipped(sealed), root_certificate()).ok


def flipped(pdf: bytes) -> bytes:
    """One byte of the page's description is another one."""
    changed = bytearray(pdf)
    changed[pdf.index(b"/MediaBox") + 12] ^= 1
    return bytes(changed)


def test_an_emergency_measure_on_the_phone(company: Company, someone: Any) -> None:
    """390 px: written by credit control, in force at once, refused by the director, undone by the CFO."""
    customer = customer_with_file(company, tier=4, key_account=True)
    customer.legal_flags.create(kind="insolvency", on=date.today(), source="court notice")
    speak(company, "en")
    controller = someone(company.credit_controller, **PHONE)
    begins(controller, customer)
    controller.fills_in(source="emergency", proposed_tier="1", reason_code="risk", reason_text="Insolvency was opened.")
    controller.page.locator(".send-summary").click()
    controller.page.locator("#live .path-step").first.wait_for()
    controller.page.locator("#live-sheet .live-close a").click()
    number = sends(controller)
    customer.refresh_from_db()
    assert customer.tier == 1
    for person, reason in ((company.director, "Another company."), (company.cfo, "Mistaken identity.")):
        decider = someone(person, **PHONE)
        decider.page.goto(f"/requests/{number}/")
        assert decider.page.evaluate("document.documentElement.scrollWidth") <= 390
        decider.decides("reject", reason=reason)
    customer.refresh_from_db()
    assert customer.tier == 4

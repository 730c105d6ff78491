"""A contract in real browsers: from the form over clause owner, seal and countersignature to the verified paper."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from contracts.models import Contract, ContractLetter
from contracts.pipeline.countersign import check_countersigned
from contracts.pipeline.verify import verify_pdf
from contracts.production import root_certificate
from tests.contracts.contract_factories import credit_line, house, trading_partner
from tests.factories import Company
from tests.journeys.people import PHONE, speak
from tests.journeys.signatures import reads_as_signed
from workflows.demo.contract import countersigned

languages = pytest.mark.parametrize("language", ["zh-hans", "en"])
TYPED = {
    "annual_value": "400000", "lines-0-product": "R-650", "lines-0-quantity": "6", "quality_standard": "GB/T 13314",
    "delivery_mode": "road", "lead_days": "30", "risk_point": "on delivery", "acceptance_method": "count",
}  # fmt: skip
CLAUSE = {"changes-0-reason": "Their group policy.", "changes-0-proposed": "15.1 Damages are capped at 30 %."}


def types(page: Any, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"#application [name={name}]", value)
    page.locator("#application [name=reason]").press("Tab")
    page.wait_for_selector("[data-autosave-status][data-state=saved]")


@languages
def test_from_the_form_to_the_paper_that_both_have_signed(
    company: Company, someone: Any, tmp_path: Path, language: str
) -> None:
    house(company)
    customer = trading_partner(company)
    credit_line(customer)
    speak(company, language)
    rep = someone(company.rep)
    page = rep.page
    page.goto(f"/requests/new/?customer={customer.pk}")
    page.locator("form:has([name=kind][value=contract]) button").click()
    page.wait_for_url("**/requests/drafts/contract/*/")
    types(page, **TYPED)
    panel = page.locator("#live")
    panel.get_by_text("47,500.00").first.wait_for()
    assert "285,000.00" in panel.inner_text()
    assert panel.locator(".path-step").count() == 1
    page.locator("#id_changes summary").first.click()
    page.select_option("[name=changes-0-code]", "C15")
    types(page, **CLAUSE, reason="Asked for by their lawyers.")
    panel.locator(".redline ins").first.wait_for()
    assert panel.locator(".path-step").count() == 2
    page.locator("button[name=send]:enabled").click()
    page.wait_for_url("**/requests/CT-*/")
    number = page.url.rstrip("/").rsplit("/", 1)[1]

    for person in (company.manager, company.lawyer):
        decider = someone(person)
        decider.opens_in_the_queue(customer)
        assert decider.page.locator("#panel .redline ins").count() >= 1
        decider.decides("approve")
    call_command("run_jobs", "--until-idle")
    page.goto(f"/contracts/{number}/")
    address = page.locator("main a.btn-primary").first.get_attribute("href")
    opened = page.context.request.get(address)
    assert opened.ok
    ours = opened.body()
    assert verify_pdf(ours, root_certificate()).ok
    reads_as_signed(ours, tmp_path)
    changed = bytearray(ours)
    changed[ours.index(b"/MediaBox") + 12] ^= 1
    assert not verify_pdf(bytes(changed), root_certificate()).ok

    def sends(data: bytes) -> None:
        file = {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": data}
        page.locator("#sign [type=file]").set_input_files(file)
        page.locator("#sign button.btn-primary").click()

    sends(ours)
    page.wait_for_selector("#sign [role=alert], #sign .invalid-feedback, .notice-danger")
    assert Contract.objects.get(number=number).state == "sealed"
    theirs = countersigned(ours, customer)
    found = check_countersigned(ours, theirs, root_certificate())
    assert found is not None
    assert found.signers == [customer.name]
    sends(theirs)
    page.wait_for_selector("main [data-state=effective]")
    copy = page.context.request.get(f"/contracts/{number}/signed-copy.pdf")
    assert copy.body() == theirs
    page.goto("/contracts/")
    assert number in page.locator("main").inner_text()
    lawyer = someone(company.lawyer).page
    lawyer.goto("/contracts/seals/")
    assert number in lawyer.locator("main").inner_text()
    page.goto(f"/v/{Contract.objects.get(number=number).document.verify_code}")  # type: ignore[union-attr]
    page.locator("[type=file]").set_input_files({"name": "x.pdf", "mimeType": "application/pdf", "buffer": theirs})
    page.locator("button.btn-primary").click()
    page.wait_for_selector(".notice-success >> nth=1")


def test_the_form_fits_on_the_phone(company: Company, someone: Any) -> None:
    house(company)
    customer = trading_partner(company)
    speak(company, "zh-hans")
    page = someone(company.rep, **PHONE).page
    page.goto(f"/requests/new/?customer={customer.pk}")
    page.locator("form:has([name=kind][value=contract]) button").click()
    page.wait_for_url("**/requests/drafts/contract/*/")
    types(page, **TYPED)
    assert ContractLetter.objects.get().lines.count() == 1
    for address in (page.url, "/contracts/", "/contracts/ending/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address

"""A special price in real browsers: lines on the form, hints, queue, decision, agreement, sealed notice."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from contracts.pipeline.verify import verify_pdf
from contracts.production import root_certificate
from customers.models import Customer
from pricing.models import PriceAgreement, SpecialPrice
from tests.factories import Company
from tests.journeys.people import PHONE, speak
from tests.journeys.signatures import reads_as_signed
from tests.pricing.factories import market

languages = pytest.mark.parametrize("language", ["zh-hans", "en"])
LINE = {"lines-0-product": "A100", "lines-0-quantity": "4000", "lines-0-requested_price": "88"}
REASON = {"annual_expected": "500000", "reason_code": "volume", "reason_text": "4,000 rolls in four lots."}


def begins(someone: Any, customer: Customer) -> None:
    someone.page.goto(f"/requests/new/?customer={customer.pk}")
    someone.page.locator("form:has([name=kind][value=special_price]) button").click()
    someone.page.wait_for_url("**/requests/drafts/special_price/*/")


def promises_nothing_else(someone: Any) -> None:
    someone.page.locator("[name=consideration][value=none]").check()
    someone.page.wait_for_selector("[data-autosave-status][data-state=saved]")


def sends(someone: Any) -> str:
    someone.page.locator("button[name=send]:enabled").click()
    someone.page.wait_for_url("**/requests/SP-*/")
    return str(someone.page.url.rstrip("/").rsplit("/", 1)[1])


@languages
def test_the_worked_example_from_the_form_to_the_sealed_notice(
    company: Company, someone: Any, tmp_path: Path, language: str
) -> None:
    shop = market(company=company)
    speak(company, language)
    rep = someone(company.rep)
    begins(rep, shop.customer)
    rep.fills_in(**LINE, **REASON)
    promises_nothing_else(rep)
    panel = rep.page.locator("#live")
    panel.locator(".path-step").nth(2).wait_for()
    said = panel.inner_text()
    assert "96.00" in said  # what would need nobody
    assert "18.18" in said
    assert "28,000" in said
    number = sends(rep)

    for person in (company.manager, company.director):
        decider = someone(person)
        decider.opens_in_the_queue(shop.customer)
        assert decider.page.locator("#panel .waterfall svg").count() >= 5
        decider.decides("approve")
    finance = someone(company.finance_manager)
    finance.opens_in_the_queue(shop.customer)
    finance.decides("approve_conditional", reason="Half of it first.", quantity_pct="50")
    line = PriceAgreement.objects.get(request_no=number).lines.get()
    assert (line.net_price, line.cap_quantity) == (88, 2000)

    call_command("run_jobs", "--until-idle")
    rep.page.goto(f"/requests/{number}/")
    links = rep.page.locator("#documents a")
    assert links.count() >= 2
    notice = rep.page.context.request.get(links.first.get_attribute("href"))
    assert notice.ok
    sealed = notice.body()
    assert verify_pdf(sealed, root_certificate()).ok
    assert b"/Image" in sealed  # the waterfall
    reads_as_signed(sealed, tmp_path)
    changed = bytearray(sealed)
    changed[sealed.index(b"/MediaBox") + 12] ^= 1
    assert not verify_pdf(bytes(changed), root_certificate()).ok


def test_many_lines_are_added_and_removed_on_the_phone(company: Company, someone: Any) -> None:
    """390 px: a blank line follows each one that is kept; one goes with its button; nothing runs out of the screen."""
    shop = market(company=company)
    speak(company, "zh-hans")
    rep = someone(company.rep, **PHONE)
    page = rep.page
    begins(rep, shop.customer)
    rep.fills_in(**LINE)
    page.locator("button[name=add][value=lines]").click()
    page.wait_for_selector("#id_lines-1-product")
    rep.fills_in(**{"lines-1-product": "B200", "lines-1-quantity": "10", "lines-1-requested_discount": "5"})
    page.locator("#live").get_by_text("B200").first.wait_for(state="attached")
    draft = SpecialPrice.objects.get()
    assert [line.product.code for line in draft.lines.all()] == ["A100", "B200"]
    page.locator("button[name=remove][value=lines-0]").click()
    page.locator("#id_lines-0-product[value=B200]").wait_for()
    assert [line.product.code for line in draft.lines.all()] == ["B200"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_lines_are_added_without_script(company: Company, someone: Any) -> None:
    shop = market(company=company)
    rep = someone(company.rep, java_script_enabled=False)
    page = rep.page
    begins(rep, shop.customer)
    for name, value in LINE.items():
        page.fill(f"[name={name}]", value)
    page.locator("button[name=add][value=lines]").click()
    page.wait_for_selector("#id_lines-1-product")
    assert SpecialPrice.objects.get().lines.get().quantity == 4000

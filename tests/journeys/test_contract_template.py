"""A new version of the standard contract in a real browser: upload, findings, mended, sent, countersigned, in force."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.queries import business_today
from contracts.models import Document, TemplateVersion
from contracts.pipeline.verify import verify_pdf
from contracts.production import root_certificate
from contracts.services.clauses import import_standard
from tests.contracts.hostile import DOCX_TYPE, said
from tests.contracts.templates import FIVE_YEARS, template
from tests.default_policy import default_policy
from tests.factories import Company
from tests.journeys.people import speak
from tests.journeys.signatures import reads_as_signed

languages = pytest.mark.parametrize("language", ["zh-hans", "en"])


def uploads(page: Any, data: bytes) -> None:
    """Choose the file and send it; the answer is the draft with what was found."""
    form = page.locator("form[action*='/upload/']")
    form.locator("[type=file]").set_input_files({"name": "sales.docx", "mimeType": DOCX_TYPE, "buffer": data})
    with page.expect_navigation(url="**/requests/drafts/contract_template/*/"):
        form.locator("button").click()


@languages
def test_from_the_upload_to_the_published_version_and_its_sealed_notice(
    company: Company, someone: Any, language: str, tmp_path: Path
) -> None:
    default_policy(business_today().replace(year=2025, day=1))
    import_standard(company.unit)
    company.people["quality"] = company.hire("Quality", "QA")
    drafter = company.hire("Drafter", "SO")
    speak(company, language)

    page = someone(drafter).page
    page.goto("/contracts/templates/")
    page.locator(f"td a[href='/contracts/templates/{template(company).pk}/']").first.click()
    uploads(page, said("账期 {{ settlement.terms_days }} 日"))
    wrong = page.locator(".finding-error")
    assert wrong.count() == 1
    assert "C09" in wrong.inner_text()
    assert "settlement.term_days" in wrong.inner_text()
    assert page.locator("#live .live-list a[href='#file']").count() == 1

    uploads(page, FIVE_YEARS)
    assert page.locator(".finding-error").count() == 0
    assert (page.locator("del").inner_text(), page.locator("ins").inner_text()) != ("", "")
    assert page.locator("#live .path-step").count() == 5
    page.fill("[name=change_note]", "Five years of confidentiality.")
    page.fill("[name=valid_from]", business_today().isoformat())
    page.locator("[name=change_note]").press("Tab")
    page.wait_for_selector("[data-autosave-status][data-state=saved]")
    page.locator("button[name=send]:enabled").click()
    page.wait_for_url("**/requests/TP-*/")
    number = page.url.rstrip("/").rsplit("/", 1)[1]

    for name in ("lawyer", "finance_manager", "director", "quality", "general_manager"):
        decider = someone(company.people[name])
        decider.page.goto("/queue/")
        decider.page.locator(f"tr:has-text('{number}') a, a:has-text('SALES v2')").first.click()
        decider.page.wait_for_selector("#panel #decide form")
        assert "五" in decider.page.locator("#panel ins").first.inner_text()
        decider.decides("approve")

    held = TemplateVersion.objects.in_force(business_today()).get(template=template(company))
    assert (held.number, held.request_no) == (2, number)
    page.goto(f"/contracts/templates/versions/{held.pk}/")
    sample = page.context.request.get(page.locator("a[href$='sample.pdf']").first.get_attribute("href"))
    assert sample.body().startswith(b"%PDF-")
    _opens_the_sealed_notice(page, number, tmp_path)


def _opens_the_sealed_notice(page: Any, number: str, folder: Path) -> None:
    call_command("run_jobs", "--until-idle")
    assert {document.state for document in Document.objects.filter(request_no=number)} == {"done"}
    page.goto(f"/requests/{number}/")
    links = page.locator("#documents a[href$='.pdf']")
    assert links.count() == 4
    for place in range(links.count()):
        pdf = page.context.request.get(links.nth(place).get_attribute("href")).body()
        assert verify_pdf(pdf, root_certificate()).ok
        reads_as_signed(pdf, folder)
    changed = bytearray(pdf)
    changed[len(pdf) // 2] ^= 1
    assert not verify_pdf(bytes(changed), root_certificate()).ok

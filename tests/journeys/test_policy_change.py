"""A change of the policy in a real browser: drafted, edited, asked for, countersigned, scheduled, and its sealed notice."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.queries import business_today
from accounts.roles import Role
from contracts.models import Document
from contracts.pipeline.verify import verify_pdf
from contracts.production import root_certificate
from policies.models import PolicyVersion
from tests.default_policy import default_policy
from tests.factories import Company
from tests.journeys.people import speak
from tests.journeys.signatures import reads_as_signed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("language", ["zh-hans"])
def test_from_the_draft_to_the_scheduled_version_and_its_sealed_notice(
    company: Company, someone: Any, language: str, tmp_path: Path
) -> None:
    default_policy(business_today().replace(year=2025, day=1))
    company.people["maker"] = company.hire("Maker", Role.SO)
    company.people["quality"] = company.hire("Quality", Role.QA)
    speak(company, language)

    page = someone(company.maker).page
    page.goto("/policies/drafts/")
    page.fill("[name=change_note]", "超出公式额度一成即提高一档。")
    page.locator("form[action='/policies/drafts/start/'] button").click()
    page.wait_for_url("**/policies/2/tables/")
    page.goto("/policies/2/tables/ES/")
    cell = page.locator("[name='f|ES-1|in.over_formula_pct']")
    cell.fill("> 10 %")
    cell.press("Tab")
    page.locator("#row-ES-1 .grid-before del", has_text="> 20").wait_for()

    page.goto("/policies/2/tables/")
    page.locator("form[action='/policies/2/ask/'] button").click()
    page.wait_for_url("**/requests/drafts/policy/*/")
    assert "ES-1" in page.locator("#tables").inner_text()
    assert page.locator("#live .path-step").count() == 5
    page.locator("button[name=send]:enabled").click()
    page.wait_for_url("**/requests/PL-*/")
    number = page.url.rstrip("/").rsplit("/", 1)[1]

    for name in ("director", "finance_manager", "lawyer", "cfo", "general_manager"):
        decider = someone(company.people[name])
        decider.page.goto("/queue/")
        decider.page.locator("a:has-text('v2')").first.click()
        decider.page.wait_for_selector("#panel #decide form")
        assert "ES-1" in decider.page.locator("#panel").inner_text()
        decider.decides("approve")

    version = PolicyVersion.objects.get(number=2)
    assert version.state == "scheduled"
    call_command("run_jobs", "--until-idle")
    assert {document.state for document in Document.objects.filter(request_no=number)} == {"done"}
    page.goto(f"/requests/{number}/")
    links = page.locator("#documents a[href$='.pdf']")
    assert links.count() == 4
    pdf = page.context.request.get(links.first.get_attribute("href")).body()
    assert verify_pdf(pdf, root_certificate()).ok
    reads_as_signed(pdf, tmp_path)

"""axe on the main pages: no serious or critical violation, wide and on the phone."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.authz.world import World, build
from tests.factories import Company
from tests.journeys.people import PHONE, speak

SERIOUS = {"serious", "critical"}


@pytest.fixture
def world(company: Company) -> World:
    return build(company)


def violations(page: Any, address: str) -> list[str]:
    page.goto(address)
    found = Axe().run(page).response["violations"]
    return [
        f"{address}: {each['id']} – {each['help']} – {node['target']} {node['html'][:120]}"
        for each in found
        if each["impact"] in SERIOUS
        for node in each["nodes"][:3]
    ]


@pytest.mark.parametrize(("language", "options"), [("en", {}), ("zh-hans", PHONE)], ids=["wide", "phone"])
def test_the_main_pages_have_no_serious_violation(
    world: World, someone: Any, new_page: Any, language: str, options: dict[str, Any]
) -> None:
    people = world.company.people
    speak(world.company, language)
    pages = {
        "rep": [
            "/", "/requests/new/", f"/requests/drafts/credit/{world.draft.pk}/", "/requests/",
            f"/requests/{world.request.no}/", f"/requests/{world.decided.no}/", "/customers/",
            f"/customers/{world.customer.pk}/", f"/credit/customers/{world.customer.pk}/forms/2/",
            f"/credit/applications/{world.draft.pk}/score/", "/documents/", f"/documents/{world.document.number}/",
            "/profile/",
        ],
        "manager": ["/", "/queue/", f"/queue/{world.step.pk}/"],
        "auditor": ["/audit/", f"/audit/requests/{world.decided.no}/", "/policies/"],
        "credit_controller": ["/ratings/?scope=all"],
        "keeper": ["/customers/import/", "/customers/new/"],
    }  # fmt: skip
    if options:  # the phone changes the layout of these
        pages = {"rep": pages["rep"][:8], "manager": pages["manager"], "auditor": ["/audit/"]}
    found = [line for name, addresses in pages.items() for page in [someone(people[name], **options).page]
             for address in addresses for line in violations(page, address)]  # fmt: skip
    public = new_page(locale="zh-CN" if language == "zh-hans" else "en-US", **options)
    for address in ("/login/", "/about/", "/v/", f"/v/{world.document.verify_code}", "/no-such-page/"):
        found += violations(public, address)
    assert not found, "\n".join(found)

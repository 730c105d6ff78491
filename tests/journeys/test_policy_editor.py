"""Sales operations changes a limit in the grid by keyboard, sees what it changes, mends what is wrong, and tries it."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.queries import business_today
from accounts.roles import Role
from policies.models import TableRow
from policies.services import start_draft
from tests.default_policy import default_policy
from tests.factories import Company

pytestmark = pytest.mark.django_db(transaction=True)


def stored(number: int, table: str, row: str) -> dict[str, Any]:
    return dict(TableRow.objects.get(table__version__number=number, table__code=table, code=row).cells)


def test_a_maker_writes_a_table_by_keyboard_and_sees_at_once_what_it_means(company: Company, someone: Any) -> None:
    default_policy(business_today() - timedelta(days=30))
    maker = company.hire("maker", Role.SO)
    number = start_draft(maker, change_note="Tighter").number
    page = someone(maker).page
    page.goto(f"/policies/{number}/tables/ES/")
    cell = page.locator("[name='f|ES-1|in.over_formula_pct']")
    cell.fill(">= fifteen")
    cell.press("Enter")
    assert page.evaluate("document.activeElement.name") == "f|ES-1-zero|in.over_formula_pct"
    page.locator("#row-ES-1 .field-error").wait_for()
    assert cell.get_attribute("aria-invalid") == "true"
    page.keyboard.press("ArrowUp")
    page.keyboard.type(">= 15 %")
    page.keyboard.press("Tab")
    page.locator("#row-ES-1 .grid-said", has_text="15 %").wait_for()
    assert page.locator("#row-ES-1 .field-error").count() == 0
    page.locator("#row-ES-1 .grid-before del", has_text="> 20").wait_for()
    assert stored(number, "ES", "ES-1")["over_formula_pct"] == ">= 15 %"

    page.locator("[name='f|ES-2|in.increase_pct']").focus()
    page.evaluate(
        """() => { const data = new DataTransfer(); data.setData("text/plain", "> 30\\n> 35");
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); }"""
    )
    page.locator("#row-ES-2 .grid-before", has_text="> 50").wait_for()
    assert stored(number, "ES", "ES-2")["increase_pct"] == "> 30"

    page.locator("#row-ES-3 button[value='copy|ES-3']").click()
    page.locator("#row-ES-3-2").wait_for()
    page.locator("#row-ES-3-2 button[value='remove|ES-3-2']").click()
    page.locator("#row-ES-3-2").wait_for(state="detached")

    page.goto(f"/policies/{number}/changes/")
    assert page.locator("#change-ES").count() == 1
    page.goto(f"/policies/{number}/try/?kind=credit")
    page.fill("[name=limit_requested]", "118000")
    page.fill("[name=limit_formula]", "100000")
    page.fill("[name=exposure_unsecured_group]", "90000")
    page.select_option("[name=grade]", "AA")
    page.locator(".try-form .btn-primary").first.click()
    page.locator("#new-title").wait_for()
    assert page.locator("#old-title").count() == 1

"""A manager's day at the queue: by keyboard, several at once, with a word to a colleague, and on the phone."""

from dataclasses import replace
from typing import Any

from tests.factories import Company
from tests.journeys.people import PHONE, speak
from tests.pricing.factories import Market, market
from tests.workflows.factories import trading_customer
from tests.workflows.test_bulk import SMALL, asked
from workflows import services
from workflows.kinds.special_price import KIND
from workflows.models import Comment, Decision, Request

FOCUSED = "document.activeElement.closest('tr[data-row]')?.querySelector('[data-open]').textContent"


def large(shop: Market) -> Request:
    """The worked example: the manager is the first of three."""
    letter = replace(shop, customer=trading_customer(shop.company)).letter({**SMALL, "quantity": 200_000})
    return services.submit(KIND, letter.pk, actor=shop.company.rep, idempotency_key="large")


def test_by_keyboard_from_item_to_item(company: Company, someone: Any) -> None:
    shop = market(company=company)
    speak(company, "en")
    first, second, third = [*asked(shop, 2), large(shop)]
    manager = someone(company.manager)
    page = manager.page
    page.goto("/queue/")
    page.keyboard.press("?")
    page.locator("dialog#keys[open]").wait_for()
    page.keyboard.press("j")  # rests while the dialog is open
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.evaluate(FOCUSED) == first.title
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    assert page.evaluate(FOCUSED) == first.title
    page.keyboard.press("b")
    assert page.locator("input[name=step]:checked").count() == 1
    assert page.evaluate(FOCUSED) == first.title  # ticking loses no place
    page.keyboard.press("a")  # nothing is decided unread: it is opened first
    page.locator(f"#panel h2:has-text('{first.title}')").wait_for()
    page.keyboard.press("c")
    page.locator("#decide details.more-terms[open]").wait_for()
    page.keyboard.type("ajx")  # typing is no shortcut
    assert page.locator("dialog[open]").count() == 0
    page.keyboard.press("Escape")
    page.locator("#panel h2").focus()
    page.keyboard.press("n")
    page.locator(f"#panel h2:has-text('{second.title}')").wait_for()
    page.keyboard.press("j")
    assert page.evaluate(FOCUSED) == third.title
    page.keyboard.press("o")
    page.locator(f"#panel h2:has-text('{third.title}')").wait_for()
    page.keyboard.press("r")
    assert page.evaluate("document.activeElement.name") == "reason"  # a return says why
    page.keyboard.type("Please add the offer.")
    page.locator("#panel h2").focus()
    page.keyboard.press("r")
    manager.confirms()
    page.wait_for_selector(".messages .notice")
    assert Decision.objects.get().verb == "return"
    assert page.locator("#panel h2").inner_text().strip() in {first.title, second.title}  # the next opened by itself
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


def test_ticked_together_with_a_word_to_a_colleague_on_the_phone(company: Company, someone: Any) -> None:
    shop = market(company=company)
    speak(company, "zh-hans")
    requests = asked(shop, 3)
    manager = someone(company.manager, **PHONE)
    page = manager.page
    page.goto("/queue/?sort=risk")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(f"a[data-open]:has-text('{requests[0].title}')").click()
    page.wait_for_url("**/queue/*/**")
    page.locator("summary:has(+ #talk)").click()
    box = page.locator("#talk textarea[name=text]")
    box.press_sequentially(f"@{company.other_rep.display_name[:7]}")
    page.locator("[data-mention]").first.click()
    assert box.input_value() == f"@{company.other_rep.display_name} "
    box.press_sequentially("?")
    page.locator("#talk form[data-talk] button:not([type=button])").click()
    page.locator("#talk .talk-list li").wait_for()
    assert page.locator("#talk .notice-warning").count() == 1  # who sees the request from now on
    assert Comment.objects.get().mentions == [company.other_rep.pk]

    page.goto("/queue/?sort=risk")
    page.locator("[data-all] input").check()
    assert page.locator("input[name=step]:checked").count() == 3
    page.locator(f"tr:has-text('{requests[2].title}') input[name=step]").uncheck()
    assert "2" in page.locator("[data-picked]").inner_text()
    assert page.evaluate("document.querySelector('[data-all] input').indeterminate")
    page.locator("#bulk button").click()
    page.locator("button[name=verb][value=approve]").click()
    manager.confirms()
    page.locator("h1 + .page-meta [role=status]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert Decision.objects.filter(verb="approve").count() == 2
    page.locator(".page-actions .btn-primary").click()
    page.wait_for_url("**/queue/?sort=risk")
    assert page.locator("a[data-open]").count() == 1
    page.locator("a[href^='/queue/filters/']").click()
    page.fill("[name=name]", "风险优先")
    page.locator("form[action$='/save/'] .btn-primary").click()
    page.locator(".queue-saved .chip.is-active").wait_for()

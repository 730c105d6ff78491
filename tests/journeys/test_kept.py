"""In the middle of a decision and of a comment the session ends; what was typed is sent after the next login."""

from typing import Any

from django.contrib.sessions.models import Session

from tests.factories import PASSWORD, Company
from tests.workflows.acting import submitted
from workflows.models import Comment, Decision


def test_a_session_that_ends_while_one_types_loses_nothing(company: Company, someone: Any) -> None:
    request = submitted(company)
    manager = someone(company.manager)
    page = manager.page

    def logs_in_and_sends() -> None:
        page.locator("[name=held]").wait_for(state="attached")
        page.fill("[name=username]", company.manager.email)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.locator("blockquote").wait_for()
        page.locator("form:has(textarea[hidden]) .btn-primary").click()

    page.goto("/queue/")
    page.locator("a[data-open]").click()
    words = page.locator("#decide [name=reason]")
    words.fill("Where is the plan of the second site?\nPlease add it.")
    Session.objects.all().delete()
    page.locator("#decide [value=return]").click()
    manager.confirms()
    logs_in_and_sends()
    page.locator(".messages .notice").wait_for()
    said = Decision.objects.get()
    assert said.verb == "return"
    assert said.reason.splitlines() == ["Where is the plan of the second site?", "Please add it."]

    page.goto(f"/requests/{request.no}/")
    page.locator("#talk textarea[name=text]").fill("And the lease, too.")
    Session.objects.all().delete()
    page.locator("#talk form[data-talk] button:not([type=button])").click()  # sent by script
    logs_in_and_sends()
    page.locator("#talk .talk-list li").wait_for()
    assert Comment.objects.get().text == "And the lease, too."

"""What people do in their browsers, said once; elements are found by name and role of the page, not by words."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.test import Client

from accounts.models import User
from accounts.queries import business_today
from credit import services as credit
from customers.models import Customer
from tests.default_policy import default_policy
from tests.factories import PASSWORD, Company
from tests.workflows.factories import ANALYSIS, PDF, SURVEY, trading_customer

if TYPE_CHECKING:
    from playwright.sync_api import Page

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def customer_with_file(company: Company, **fields: Any) -> Customer:
    """Two years of trade, survey, analysis and potential on file; nothing has been asked for yet."""
    default_policy()
    customer = trading_customer(company, **fields)
    on = {"as_of": business_today() - timedelta(days=5)}
    credit.file_case_form(customer, 2, SURVEY, actor=company.rep, second_surveyor=company.manager, **on)
    credit.file_case_form(customer, 3, ANALYSIS, actor=company.credit_controller, **on)
    credit.file_case_form(customer, 5, {"DP6": 3, "DP7": 2}, actor=company.rep, **on)
    return customer


def speak(company: Company, language: str) -> None:
    """Everybody reads in this language."""
    User.objects.update(language=language)
    for person in company.people.values():
        person.language = language


class Someone:
    """A person in front of a page."""

    def __init__(self, page: "Page", user: User) -> None:
        self.page, self.user = page, user
        client = Client()
        client.force_login(user, backend="accounts.backends.AuthorityBackend")
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
        page.goto("/about/")  # a page that asks nothing, so that the address is known
        page.context.add_cookies([{**cookie, "url": page.evaluate("location.origin + '/'")}])

    def logs_in(self) -> None:
        """By the form, as the first time."""
        self.page.context.clear_cookies()
        self.page.goto("/")
        self.page.fill("[name=username]", self.user.email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url("**/")

    def confirms(self) -> None:
        """The question before something that cannot be taken back."""
        self.page.locator("dialog[open] .btn-primary").click()

    def begins_an_application(self, customer: Customer) -> None:
        self.page.goto("/")
        button = self.page.locator("a.btn-primary[href='/requests/new/']")
        button.click() if button.count() else self.page.goto("/requests/new/")
        self.page.fill("[name=q]", customer.code)
        self.page.press("[name=q]", "Enter")
        chosen = f"form:has([name=customer][value='{customer.pk}']):has([name=kind][value=credit])"
        self.page.locator(f"{chosen} button").click()
        self.page.wait_for_url("**/requests/drafts/credit/*/")

    def fills_in(self, **values: str) -> None:
        """Type like a person; every change is kept by itself and answered by the panel."""
        for name, value in values.items():
            field = self.page.locator(f"#application [name={name}]")
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        self.page.locator("#application [name=reason_text]").press("Tab")
        self.page.wait_for_selector("[data-autosave-status][data-state=saved]")

    def attaches_what_is_missing(self) -> int:
        """One paper at each row that asks for one; how many there were."""
        forms = self.page.locator("form.paper-add")
        missing = forms.count()
        for left in range(missing, 0, -1):
            kind = forms.first.locator("[name=kind]").input_value()
            paper = {"name": f"{kind}.pdf", "mimeType": "application/pdf", "buffer": PDF}
            forms.first.locator("[type=file]").set_input_files(paper)
            with self.page.expect_navigation():
                forms.first.locator("button").click()
            assert forms.count() == left - 1
        return missing

    def sends(self) -> str:
        """The number of the request."""
        self.page.locator("button[name=send]:enabled").click()
        self.page.wait_for_url("**/requests/CR-*/")
        return self.page.url.rstrip("/").rsplit("/", 1)[1]

    def opens_in_the_queue(self, customer: Customer) -> None:
        self.page.goto("/queue/")
        self.page.get_by_role("link", name=customer.name).click()
        self.page.wait_for_selector("#panel #decide form")

    def decides(self, verb: str, **said: str) -> None:
        decision = self.page.locator("#decide")
        if verb == "approve_conditional":
            decision.locator("details.more-terms summary").click()
        for name, value in said.items():
            decision.locator(f"[name={name}]").fill(value)
        decision.locator(f"button[name=verb][value={verb}]").click()
        self.confirms()
        self.page.wait_for_selector(".messages .notice, .messages .alert, .messages > *")

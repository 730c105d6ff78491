"""The variants of a credit application on the pages, in the documents and over REST."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from credit import services as credit
from credit.models import CreditLine
from tests.authz.world import Api, browser
from tests.workflows.test_credit_variants import asks, decide, held, sent, temporary
from workflows.kinds.credit_notice import credit_notice
from workflows.letters.case import Case, read_case

pytestmark = pytest.mark.django_db


def fields(page: str) -> set[str]:
    names = ("req_limit", "req_term", "settlement", "valid_from", "security_type", "grade_override", "reason_text")
    return {name for name in names if f'name="{name}"' in page}


@pytest.mark.parametrize(
    ("req_type", "asked"),
    [
        ("temporary", {"req_limit", "valid_from", "reason_text"}),
        ("decrease", {"req_limit", "reason_text"}),
        ("freeze", {"reason_text"}),
        ("close", {"reason_text"}),
    ],
)
def test_the_form_asks_only_for_what_the_variant_needs(company, req_type, asked) -> None:
    application = asks(held(company), company.credit_controller, req_type)
    page = browser(company.credit_controller).get(reverse("workflows:draft", args=["credit", application.pk]))
    assert fields(page.content.decode()) == asked


def test_another_type_asks_for_other_fields_while_typing(company) -> None:
    application = asks(held(company), company.rep, "renewal", req_limit=Decimal(5))
    address = reverse("workflows:draft-preview", args=["credit", application.pk])
    client = browser(company.rep)
    same = client.post(address, {"req_type": "increase", "req_limit": "6", "reason_text": "x"})
    assert "HX-Refresh" not in same.headers
    other = client.post(address, {"req_type": "freeze", "reason_text": "They stopped paying."})
    assert other.headers["HX-Refresh"] == "true"
    application.refresh_from_db()
    assert (application.req_type, application.req_limit, application.req_term) == ("freeze", 500_000, 30)
    back = client.post(address, {"req_type": "renewal", "reason_text": "They pay again."})
    assert back.headers["HX-Refresh"] == "true"


def test_a_draft_for_a_frozen_customer_begins_with_unfreezing(company) -> None:
    customer = held(company)
    sent(customer, company.credit_controller, "freeze")
    assert credit.start_draft(customer, company.rep).req_type == "unfreeze"


def case(request) -> Case:
    return read_case(request.pk)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_request_queue_and_customer_page_say_what_it_is(company, language) -> None:
    customer = held(company, stars=3)
    freeze = sent(customer, company.credit_controller, "freeze")
    limit = sent(held(company), company.rep, "temporary", **temporary())
    User.objects.filter(pk__in=[company.director.pk, company.manager.pk]).update(language=language)
    client = browser(company.director)
    words = {"zh-hans": ("冻结", "20.0%"), "en": ("Freeze", "20.0%")}[language]
    for address in (f"/requests/{freeze.no}/", "/queue/"):
        page = client.get(address)
        assert (page.status_code, words[0] in page.content.decode()) == (200, True), address
    assert client.get(f"/customers/{customer.pk}/").status_code == 200
    manager = browser(company.manager)
    step = limit.steps.get(status="open")
    for address in (f"/requests/{limit.no}/", "/queue/", f"/queue/{step.pk}/"):
        page = manager.get(address)
        assert (page.status_code, words[1] in page.content.decode().replace("\u00a0", "")) == (200, True), address


def test_the_customer_page_and_rest_say_that_the_line_is_frozen(company) -> None:
    customer = held(company)
    sent(customer, company.credit_controller, "freeze")
    assert "the line is frozen" in browser(company.rep).get(f"/customers/{customer.pk}/").content.decode()
    [line] = Api(company.rep).get("/api/v1/credit-lines").json()["items"]
    assert line["state"] == "frozen"


def test_rest_asks_for_a_temporary_limit(company) -> None:
    customer = held(company)
    wanted = temporary()
    days = {name: wanted[name].isoformat() for name in ("valid_from", "valid_to")}
    body = {"customer": customer.code, "req_type": "temporary", "req_limit": "100000.00", "reason_code": "season",
            "reason_text": "Winter stock.", **days}  # fmt: skip
    made = Api(company.rep).post("/api/v1/credit-applications", body)
    assert (made.status_code, made.json()["req_type"]) == (201, "temporary"), made.content
    assert made.json()["req_term"] == 30


@pytest.mark.parametrize(("req_type", "zh", "en"), [
    ("freeze", "冻结", "frozen at once"), ("close", "关闭", "closed at once"), ("decrease", "调减为", "decreased to"),
])  # fmt: skip
def test_the_notice_says_what_was_done(company, req_type, zh, en) -> None:
    more = {"req_limit": Decimal(100_000)} if req_type == "decrease" else {}
    request = sent(held(company), company.credit_controller, req_type, **more)
    request.refresh_from_db()
    for language, words in (("zh-hans", zh), ("en", en)):
        with translation.override(language):
            notice = credit_notice(case(request))
        assert words in notice.headline
        assert bool(notice.boxes) == (req_type == "decrease")


def test_the_notice_of_a_temporary_limit_says_when_it_ends(company) -> None:
    request = sent(held(company), company.rep, "temporary", **temporary())
    decide(company, request, "SM")
    decide(company, request, "CC")
    with translation.override("en"):
        notice = credit_notice(case(request))
    line = CreditLine.objects.get(kind="temporary")
    assert f"to {line.valid_to}; it ends by itself" in notice.headline

"""My requests: one page for all kinds, what needs me first, then who has what until when."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.factories import Company
from tests.workflows.factories import ready_application, trading_customer
from workflows import services
from workflows.dashboards import home
from workflows.kinds.credit import KIND
from workflows.models import Request, Step, Submission

pytestmark = pytest.mark.django_db


def page(user: User, query: str = "") -> str:
    client = Client()
    client.force_login(user, backend="accounts.backends.AuthorityBackend")
    return str(client.get(f"/requests/mine/{query}").content.decode())


def sent(company: Company, **options: Any) -> Request:
    application = ready_application(company, **options)
    return services.submit(KIND, application.pk, actor=company.rep, idempotency_key=f"k{application.pk}")


def returned(company: Company) -> Request:
    request = sent(company)
    step = Step.objects.filter(request=request, status="open").order_by("id")[0]
    sha = Submission.objects.get(request=request).content_sha256
    services.decide(
        request.no, step.pk, actor=company.manager, verb="return", content_sha256=sha, idempotency_key="r",
        reason="Which hospitals?",
    )  # fmt: skip
    return request


def test_what_came_back_stands_first_with_its_question(company: Company) -> None:
    on_its_way = sent(company, customer=trading_customer(company))
    back = returned(company)
    shown = page(company.rep)
    assert shown.index(back.no) < shown.index(on_its_way.no)
    assert "Which hospitals?" in shown
    assert f"/requests/{back.no}/revise/" in shown


def test_it_says_who_has_a_request_and_what_it_is(company: Company) -> None:
    sent(company)
    shown = page(company.rep)
    assert company.manager.display_name in shown
    assert "Credit application" in shown
    assert "of 4 steps" in shown or "of 3 steps" in shown


def test_only_my_own_requests_are_there_and_filters_narrow_them(company: Company) -> None:
    request = sent(company)
    assert request.no not in page(company.manager)
    assert request.no in page(company.rep, "?kind=credit")
    assert request.no not in page(company.rep, "?kind=tier_change")
    assert request.no in page(company.rep, f"?q={request.no}")
    assert request.no not in page(company.rep, "?q=nobody")
    assert request.no in page(company.rep, "?kind=%00nonsense")


def test_the_page_takes_as_many_statements_for_many_requests_as_for_one(company: Company) -> None:
    sent(company)
    with CaptureQueriesContext(
        connection,
    ) as one:
        page(company.rep)
    for _number in range(3):
        sent(company, customer=trading_customer(company))
    with CaptureQueriesContext(connection) as many:
        page(company.rep)
    assert len(many) == len(one)


def test_the_home_page_shows_whom_approvers_and_colleagues_ask_until_he_has_answered(company: Company) -> None:
    request = sent(company)
    step = Step.objects.get(request=request, status="open")
    asked = services.ask_submitter(request.no, step.pk, actor=company.manager, text="Which year?", idempotency_key="a")
    opinion = services.consult(
        request.no, user=company.cfo, text="A recall?", actor=company.manager, idempotency_key="c"
    )
    shown = {name: home(getattr(company, name)) for name in ("rep", "cfo", "other_rep")}
    assert [(list(each["questions"]), list(each["opinions"])) for each in shown.values()] == [
        ([asked], []), ([], [opinion]), ([], [])]  # fmt: skip
    services.answer_question(request.no, asked.pk, actor=company.rep, text="2026", idempotency_key="b")
    services.answer_consultation(request.no, opinion.pk, actor=company.cfo, text="None.", idempotency_key="d")
    assert not home(company.rep)["questions"]
    assert not home(company.cfo)["opinions"]


def test_nobody_reads_at_home_what_is_asked_about_a_confidential_request_that_he_does_not_see(company: Company) -> None:
    request = sent(company, confidential=True)
    step = Step.objects.get(request=request, status="open")
    services.ask_submitter(request.no, step.pk, actor=company.manager, text="Which year?", idempotency_key="a")
    Request.objects.filter(pk=request.pk).update(owner=company.other_rep)
    assert not Request.objects.visible_to(company.other_rep).exists()
    assert not home(company.other_rep)["questions"]
    assert len(home(company.rep)["questions"]) == 1

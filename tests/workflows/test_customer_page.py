"""The customer page: one place for everything about a customer, at a bounded cost."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.authz.world import browser
from tests.factories import Company
from tests.workflows.factories import ready_application
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Request, Step, Submission

pytestmark = pytest.mark.django_db


def html(answer: Any) -> str:
    return str(answer.content.decode())


def sent(company: Company, **options: Any) -> Request:
    application = ready_application(company, **options)
    return services.submit(KIND, application.pk, actor=company.rep, idempotency_key=f"k{application.pk}")


def test_every_part_has_its_tab_and_the_pictures_come_first(company: Company) -> None:
    request = sent(company)
    page = html(browser(company.rep).get(f"/customers/{request.customer_id}/"))
    tabs = re.findall(r'<a class="tab" href="#(\w+)"', page)
    assert tabs[:3] == ["credit", "trade", "tier"]
    assert {"requests", "file"} <= set(tabs)
    assert all(page.count(f'id="{tab}"') == 1 for tab in tabs)
    assert page.index('id="credit"') < page.index('id="trade"') < page.index('id="file"')


def test_open_requests_say_who_has_them(company: Company) -> None:
    request = sent(company)
    page = html(browser(company.rep).get(f"/customers/{request.customer_id}/"))
    assert request.no in page
    assert company.manager.display_name in page


def test_the_trail_is_for_those_who_read_it(company: Company) -> None:
    request = sent(company)
    address = f"/customers/{request.customer_id}/"
    assert 'href="#trail"' not in html(browser(company.rep).get(address))
    assert 'href="#trail"' in html(browser(company.auditor).get(address))


def test_more_requests_need_no_more_statements(company: Company) -> None:
    request = sent(company)
    client, address = browser(company.rep), f"/customers/{request.customer_id}/"
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _number in range(2):
        end(company, request)
        request = sent(company, customer=request.customer)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) <= len(one) + 4  # lines of those that ended, and their notices
    assert len(many) < 110


def end(company: Company, request: Request) -> None:
    step = Step.objects.filter(request=request, status="open").order_by("id")[0]
    sha = Submission.objects.get(request=request).content_sha256
    services.decide(
        request.no, step.pk, actor=company.manager, verb="reject", content_sha256=sha, idempotency_key=f"x{step.pk}",
        reason="Not now.",
    )  # fmt: skip

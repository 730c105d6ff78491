"""Proving later which policy decided: from the version to the request by which it was agreed."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.queries import business_today
from tests import factories
from tests.api.client import Api
from tests.workflows.test_policy_request import approve_all, change, sent, with_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(db: None) -> factories.Company:
    return with_policy()


def test_years_later_the_version_names_the_request_by_which_it_was_agreed(company: factories.Company) -> None:
    request = sent(change(company.maker), company.maker)
    page = Client()
    page.force_login(company.auditor, backend="accounts.backends.AuthorityBackend")
    assert "no longer in force" not in page.get("/policies/2/").text  # it never was
    assert "meant to be in force from" in page.get("/policies/2/").text
    approve_all(company, request)
    for path in ("/policies/2/", "/policies/2/tables/"):
        assert f'<a href="/requests/{request.no}/">{request.no}</a>' in page.get(path).text
        assert "/policies/2/replays/" in page.get("/policies/2/tables/").text
    assert Api(company.auditor).get("/policies/2").json()["request"] == request.no
    assert Api(company.auditor).get("/policies/1").json()["request"] is None
    tomorrow = business_today() + timedelta(days=1)
    said = page.get(f"/requests/{request.no}/").text
    assert re.search(f"Version 2 is in force from <time[^>]*>{tomorrow}</time>", said)
    page.force_login(company.rep, backend="accounts.backends.AuthorityBackend")
    said = page.get("/policies/2/").text
    assert request.no in said
    assert f"/requests/{request.no}/" not in said

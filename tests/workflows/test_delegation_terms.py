"""What a delegation covers: amounts in the company's own currency, named kinds without an amount, from now on."""

from copy import deepcopy
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.queries import business_today
from audit.clock import db_now
from policies.seed import default_content
from policies.services import activate, draft_version
from tests import factories
from tests.default_policy import default_policy
from tests.factories import Company
from tests.workflows.acting import decide, submitted
from tests.workflows.test_delegation import given, not_given, people, stand_in, waiting
from tests.workflows.test_doors import refused
from workflows.models import Request

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    default_policy()
    return factories.company()


def test_an_amount_in_another_currency_stays_with_the_delegator_of_a_ceiling(company: Company) -> None:
    deputy, request = stand_in(company), submitted(company)  # 500,000
    given(company.manager, deputy, ceiling=Decimal(10**9))
    assert (waiting(company.manager), waiting(deputy)) == ([], [request.no])
    Request.objects.filter(pk=request.pk).update(currency="USD")
    assert (waiting(company.manager), waiting(deputy)) == ([request.no], [])
    assert people(request) == ("Manager",)
    assert not Request.objects.visible_to(deputy).filter(pk=request.pk).exists()
    assert "currency of the company" in refused("above_delegation", request, "SM", deputy).title


def test_where_the_policy_lets_nothing_be_passed_on_the_first_delegate_has_it_and_the_second_sees_nothing(
    company: Company,
) -> None:
    content = deepcopy(default_content())
    rows = next(table["rows"] for table in content["tables"] if table["code"] == "PARAM")
    next(row for row in rows if row["code"] == "delegation_hops")["outputs"]["value"] = "1"
    activate(draft_version(2, content, business_today(), "Nothing is passed on", None), None)
    first, second, request = stand_in(company, "First"), stand_in(company, "Second"), submitted(company)
    given(company.manager, first)
    given(first, second)
    assert (waiting(first), waiting(second)) == ([request.no], [])
    assert people(request) == ("First (for Manager)",)
    assert not Request.objects.visible_to(second).filter(pk=request.pk).exists()
    refused("no_authority", request, "SM", second)
    decide(request, "SM", first)


def test_a_delegation_begins_when_it_is_given_at_the_earliest(company: Company) -> None:
    now, deputy = db_now(), stand_in(company)
    made = given(company.manager, deputy, valid_from=now - timedelta(days=20))
    assert now < made.valid_from < db_now()
    not_given("delegation_period", company.director, deputy, valid_from=now - timedelta(days=2), valid_to=now)


def test_without_a_ceiling_the_currency_does_not_matter(company: Company) -> None:
    deputy, request = stand_in(company), submitted(company)
    Request.objects.filter(pk=request.pk).update(currency="USD")
    given(company.manager, deputy)
    assert (waiting(company.manager), waiting(deputy)) == ([], [request.no])


@pytest.mark.parametrize(("kinds", "goes"), [([], False), (["credit"], True), (["special_price"], False)])
def test_under_a_ceiling_what_has_no_amount_goes_to_the_delegate_only_when_its_kind_is_named(
    company: Company, kinds: list[str], goes: bool
) -> None:
    deputy, request = stand_in(company), submitted(company)
    Request.objects.filter(pk=request.pk).update(amount=0)
    given(company.manager, deputy, ceiling=Decimal(200_000), kinds=kinds)
    assert (waiting(company.manager), waiting(deputy)) == (([], [request.no]) if goes else ([request.no], []))
    decide(request, "SM", deputy if goes else company.manager)

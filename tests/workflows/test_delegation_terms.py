"""What a delegation covers: amounts in the company's own currency, named kinds without an amount, from now on."""

from datetime import date
from decimal import Decimal

import pytest

from policies.services import load_default_version
from tests import factories
from tests.factories import Company
from tests.workflows.test_delegation import given, people, stand_in, waiting
from tests.workflows.test_doors import decide, refused, submitted
from workflows.models import Request

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    load_default_version(date(2025, 1, 1))
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

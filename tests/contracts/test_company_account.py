"""The bank account that contracts print is kept by operators, and the trail has every change."""

import pytest
from django.test import Client

from accounts.models import User
from audit.models import Event
from contracts.models import CompanyAccount
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_operator_enters_and_changes_the_bank_account(client: Client) -> None:
    company, operator = factories.company(), factories.user("Operator")
    User.objects.filter(pk=operator.pk).update(is_staff=True)
    client.force_login(operator, backend="accounts.backends.AuthorityBackend")
    said = {
        "unit": company.unit.pk,
        "bank_zh": "中国银行 123",
        "bank_en": "Bank of China 123",
        "email": "c@example.test",
    }
    assert client.post("/admin/contracts/companyaccount/add/", said).status_code == 302
    account = CompanyAccount.objects.get(unit=company.unit)
    client.post(f"/admin/contracts/companyaccount/{account.pk}/change/", {**said, "bank_en": "Bank of China 456"})
    account.refresh_from_db()
    assert account.bank_en == "Bank of China 456"
    events = list(Event.objects.filter(action="contract.company_account").order_by("pk"))
    assert [event.actor_id for event in events] == [operator.pk, operator.pk]
    assert events[1].content["before"]["bank_en"] == "Bank of China 123"
    assert client.post(f"/admin/contracts/companyaccount/{account.pk}/delete/", {"post": "yes"}).status_code == 403

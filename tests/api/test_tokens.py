"""Who comes in: bearer tokens, and nothing else."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.test import Client

from accounts import services as accounts
from accounts.models import ApiToken
from accounts.tokens import create_token
from tests.api.client import ROOT, Api, problem
from tests.factories import Company

LIST = f"{ROOT}/customers"


def come_in(token: str, scheme: str = "Bearer") -> int:
    return Client().get(LIST, headers={"Authorization": f"{scheme} {token}"}).status_code


def test_a_token_opens_the_api_and_only_its_hash_is_kept(company: Company) -> None:
    token = create_token(company.rep, name="erp")
    assert come_in(token) == 200
    stored = ApiToken.objects.get()
    assert token not in {str(value) for value in vars(stored).values()}
    assert len(stored.digest) == 64


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer cs_wrong", "Basic abc", "cs_wrong"])
def test_without_a_good_token_the_answer_is_401(company: Company, header: str) -> None:
    answer = Client().get(LIST, headers={"Authorization": header} if header else {})
    problem(answer, 401, "unauthenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_revoked_token_opens_nothing(company: Company) -> None:
    token = create_token(company.rep, name="erp")
    ApiToken.objects.update(revoked_at=Now())
    assert come_in(token) == 401


def test_an_expired_token_opens_nothing(company: Company) -> None:
    token = create_token(company.rep, name="erp", expires_at=None)
    ApiToken.objects.update(expires_at=Now() + timedelta(hours=1))
    assert come_in(token) == 200
    ApiToken.objects.update(expires_at=Now() - timedelta(seconds=1))
    assert come_in(token) == 401


def test_the_token_of_a_closed_account_opens_nothing_even_after_it_is_opened_again(company: Company) -> None:
    token = create_token(company.rep, name="erp")
    accounts.set_active(company.rep, False)
    assert come_in(token) == 401
    accounts.set_active(company.rep, True)
    assert come_in(token) == 401


def test_a_session_does_not_open_the_api(company: Company) -> None:
    client = Client()
    client.force_login(company.rep, backend="accounts.backends.AuthorityBackend")
    problem(client.get(LIST), 401, "unauthenticated")


def test_the_token_acts_and_not_the_session_beside_it(company: Company) -> None:
    client = Client()
    client.force_login(company.auditor, backend="accounts.backends.AuthorityBackend")
    token = create_token(company.rep, name="erp")
    refused = client.get(f"{ROOT}/audit-events", headers={"Authorization": f"Bearer {token}"})
    problem(refused, 403, "forbidden")


def test_no_cookie_is_set(company: Company) -> None:
    assert not Api(company.rep).get("/customers").cookies


def test_the_command_prints_a_token_once_and_the_trail_knows(company: Company) -> None:
    from audit.models import Event

    printed = StringIO()
    call_command("api_token", company.rep.email.upper(), stdout=printed)
    assert come_in(printed.getvalue().strip()) == 200
    assert Event.objects.filter(action="accounts.token_issued", object_id=str(company.rep.pk)).count() == 1


def test_the_command_refuses_a_closed_or_unknown_account(company: Company) -> None:
    accounts.set_active(company.rep, False)
    for email in (company.rep.email, "nobody@example.test"):
        with pytest.raises(CommandError):
            call_command("api_token", email)

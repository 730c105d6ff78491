"""Colleagues are chosen by name or address: what is offered to whom, and what is understood."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import services
from accounts.colleagues import OFFERED, ColleagueField, colleagues
from accounts.models import User
from accounts.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def wang() -> User:
    return services.create_user("wang.wei@example.test", display_name="王伟 Wang Wei", password=None)


def asked(user: User | None, words: str, **more: Any) -> Any:
    client = Client(headers={"accept-language": "en"})
    if user is not None:
        client.force_login(user)
    return client.get(reverse("colleagues"), {"q": words}, **more)


def test_a_part_of_the_name_or_the_beginning_of_the_address_finds_whoever_may_be_chosen(wang: User) -> None:
    reader = factories.user("Reader")
    services.create_user("wang.left@example.test", display_name="王伟 who left", password=None, is_active=False)
    assert list(colleagues("伟", reader)) == list(colleagues("wang", reader)) == [wang]
    assert list(colleagues(wang.email[:4].upper(), reader)) == [wang]
    assert list(colleagues("reader", reader)) == []
    assert [list(colleagues(words, reader)) for words in ("", "  ", "\x00", "%", "_")] == [[]] * 5


def test_namesakes_are_told_apart_by_what_they_are(wang: User) -> None:
    company = factories.company()
    company.hire("Wang Other", Role.SM, region=company.east)
    page = asked(company.rep, "wang").content.decode()
    assert f'<option value="{wang.email}">王伟 Wang Wei</option>' in page
    assert "Wang Other · Sales manager</option>" in page


def test_the_list_is_short_and_costs_as_much_for_many_as_for_one(wang: User) -> None:
    for number in range(OFFERED + 2):
        factories.user(f"Colleague {number}")
    client = Client()
    client.force_login(wang)
    costs = []
    for words in ("Colleague 1", "Colleague"):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            page = client.get(reverse("colleagues"), {"q": words}).content.decode()
        costs.append(len(seen))
    assert page.count("<option") == OFFERED
    assert costs == [4, 4]  # session, account, colleagues, their roles


def test_the_list_answers_to_the_name_of_the_field(wang: User) -> None:
    client = Client()
    client.force_login(factories.user("Reader"))
    answer = client.get(reverse("colleagues"), {"delegate": "wang"}, headers={"HX-Trigger-Name": "delegate"})
    assert wang.email in answer.content.decode()
    assert asked(None, "wang").status_code == 302


def test_an_address_or_a_whole_name_names_one_person(wang: User) -> None:
    field = ColleagueField()
    assert field.clean(f" {wang.email.upper()} ") == field.clean("王伟 wang wei") == wang
    for words in ("nobody@example.test", "王伟", "a\x00b", "x" * 300, ""):
        with pytest.raises(ValidationError):
            field.clean(words)
    services.create_user("another@example.test", display_name="王伟 Wang Wei", password=None)
    with pytest.raises(ValidationError, match="please choose by e-mail"):
        field.clean("王伟 Wang Wei")
    assert ColleagueField(required=False).clean("") is None

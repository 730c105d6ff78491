"""Whoever is logged out while he works loses nothing of what he filled in, and nothing is sent behind his back."""

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough pass phrase 7"
FROM = {"referer": "http://testserver/profile/", "accept-language": "en", "origin": "http://testserver"}


@pytest.fixture
def reader() -> User:
    return factories.user("Reader", password=PASSWORD)


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True, headers=FROM)


def token(client: Client, page: str = "login") -> str:
    client.get(reverse(page))
    return str(client.cookies["csrftoken"].value)


def said(client: Client, **more: str) -> dict[str, str]:
    return {"display_name": "Wang\nWei “new”", "language": "en", "csrfmiddlewaretoken": token(client), **more}


def hidden(page: str, name: str) -> str:
    return unescape(page.partition(f'name="{name}" value="')[2].partition('"')[0])


def logged_in(client: Client, user: User, page: Any) -> Any:
    sent = {"username": user.email, "password": PASSWORD, "held": hidden(page.content.decode(), "held")}
    return client.post(reverse("login"), {**sent, "csrfmiddlewaretoken": token(client)})


def test_a_second_tab_and_a_page_that_is_sent_once_more_keep_their_form_too(client: Client, reader: User) -> None:
    """Logging in changes the token of every page that is open."""
    first, second = (client.post(reverse("profile"), said(client, display_name=f"Name {n}")) for n in (1, 2))
    old = token(client)
    logged_in(client, reader, first)
    sent = {"username": reader.email, "password": PASSWORD, "held": hidden(second.content.decode(), "held")}
    late = client.post(reverse("login"), {**sent, "csrfmiddlewaretoken": old})
    assert late.status_code == 403
    assert '<textarea name="display_name" hidden>\nName 2</textarea>' in late.content.decode()
    foreign = client.post(
        reverse("login"), {**sent, "csrfmiddlewaretoken": old}, headers={"origin": "https://elsewhere.example"}
    )
    assert "Name 2" not in foreign.content.decode()


def test_the_page_that_keeps_a_form_offers_no_switch_that_would_lose_it(client: Client, reader: User) -> None:
    switch = f'action="{reverse("language")}"'
    assert switch in client.get(reverse("login")).content.decode()
    assert switch not in client.post(reverse("profile"), said(client)).content.decode()


def test_a_form_that_finds_nobody_logged_in_waits_until_somebody_is(client: Client, reader: User) -> None:
    asked = client.post(reverse("profile"), said(client))
    assert (asked.status_code, "what you filled in is kept" in asked.content.decode()) == (401, True)
    wrong = {"username": reader.email, "password": "?", "held": hidden(asked.content.decode(), "held")}
    again = client.post(reverse("login"), {**wrong, "csrfmiddlewaretoken": token(client)})
    kept = logged_in(client, reader, again)
    page = kept.content.decode()
    assert f'action="{reverse("profile")}"' in page
    assert '<textarea name="display_name" hidden>\nWang\nWei “new”</textarea>' in page
    assert f'href="{reverse("profile")}"' in page
    assert "csrfmiddlewaretoken" in page
    reader.refresh_from_db()
    assert reader.display_name == "Reader"


def test_a_page_from_before_the_last_login_is_sent_again_by_a_click(client: Client, reader: User) -> None:
    old = said(client)
    client.force_login(reader)
    client.cookies["csrftoken"] = "a" * 32
    kept = client.post(reverse("profile"), old)
    assert (kept.status_code, "Send it now" in kept.content.decode()) == (403, True)


def test_nothing_of_another_site_is_offered_for_sending(client: Client, reader: User) -> None:
    client.force_login(reader)
    for origin in ("https://evil.example", "null", ""):
        refused = client.post(reverse("profile"), {"display_name": "Evil one"}, headers={"origin": origin})
        assert (refused.status_code, "Evil one" in refused.content.decode()) == (403, False)


def test_passwords_and_what_a_script_sends_are_not_kept(client: Client) -> None:
    answer = client.post(reverse("profile"), said(client, old_password="secret one"))
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, reverse("login"))
    script = client.post(reverse("profile"), said(client), headers={"hx-request": "true"})
    assert script.status_code == 302


@pytest.mark.parametrize(
    "held",
    ["", "{}", "[]", "[" * 100_000, "7", '{"path": "https://evil.example/", "back": "/", "fields": [], "files": false}',
     '{"path": "//evil.example", "back": "/", "fields": [], "files": false}',
     '{"path": "/x/", "back": "/\\\\evil.example", "fields": [], "files": false}',
     '{"path": "/x/", "back": "/", "fields": [["a"]], "files": false}'],
)  # fmt: skip
def test_what_no_page_of_ours_carried_leads_to_the_first_page(client: Client, reader: User, held: str) -> None:
    sent = {"username": reader.email, "password": PASSWORD, "held": held, "csrfmiddlewaretoken": token(client)}
    answer = client.post(reverse("login"), sent)
    assert (answer.status_code, answer.headers.get("Location")) == (302, "/")

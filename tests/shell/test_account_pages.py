"""Logging in, choosing the language, the profile, and what every page carries."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep() -> User:
    return factories.user("Rep", password=factories.PASSWORD)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.AuthorityBackend")
    return client


def test_the_login_page_is_in_the_language_of_the_browser(client: Client) -> None:
    assert '<html lang="en">' in client.get(reverse("login"), headers={"accept-language": "en"}).text
    assert '<html lang="zh-Hans">' in client.get(reverse("login"), headers={"accept-language": "zh-CN"}).text


def test_a_visitor_changes_the_language_before_login(client: Client) -> None:
    answer = client.post(reverse("language"), {"language": "en", "next": reverse("login")}, follow=True)
    assert '<html lang="en">' in answer.text


def test_the_language_of_an_account_is_kept_on_the_account(rep: User) -> None:
    logged_in(rep).post(reverse("language"), {"language": "zh-hans", "next": "/profile/"})
    rep.refresh_from_db()
    assert rep.language == "zh-hans"


def test_an_unknown_language_changes_nothing(rep: User) -> None:
    logged_in(rep).post(reverse("language"), {"language": "xx"})
    rep.refresh_from_db()
    assert rep.language == "en"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_language_switch_never_leads_to_another_site(client: Client, target: str) -> None:
    assert client.post(reverse("language"), {"language": "en", "next": target}).headers["Location"] == "/"


def test_login_takes_the_address_in_any_case(client: Client, rep: User) -> None:
    client.post(reverse("login"), {"username": rep.email.upper(), "password": factories.PASSWORD})
    assert client.session.get("_auth_user_id") == str(rep.pk)


def test_a_wrong_password_says_so_without_saying_whether_the_account_exists(client: Client, rep: User) -> None:
    wrong = client.post(
        reverse("login"), {"username": rep.email, "password": "wrong"}, headers={"accept-language": "en"}
    )
    nobody = client.post(
        reverse("login"), {"username": "no@example.test", "password": "wrong"}, headers={"accept-language": "en"}
    )
    sentence = "E-mail and password do not belong together."
    assert sentence in wrong.text
    assert sentence in nobody.text


def test_the_content_security_policy_allows_no_inline_code(client: Client) -> None:
    policy = client.get(reverse("login")).headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "object-src 'none'" in policy


def test_the_profile_changes_name_language_and_zone(rep: User) -> None:
    client = logged_in(rep)
    new = {"save": "profile", "display_name": "Li Na", "language": "en", "time_zone": "Europe/Berlin"}
    assert client.post(reverse("profile"), new).status_code == 302
    rep.refresh_from_db()
    assert (rep.display_name, rep.time_zone) == ("Li Na", "Europe/Berlin")


def test_the_profile_keeps_what_was_typed_when_it_is_refused(rep: User) -> None:
    answer = logged_in(rep).post(
        reverse("profile"), {"save": "profile", "display_name": "", "language": "en", "time_zone": "Mars/Base"}
    )
    assert answer.status_code == 422
    assert "aria-invalid" in answer.text
    rep.refresh_from_db()
    assert rep.display_name == "Rep"


def test_a_new_password_needs_the_old_one_and_keeps_this_session(rep: User) -> None:
    client = logged_in(rep)
    new = "a much longer passphrase"
    refused = {"save": "password", "old_password": "wrong", "new_password1": new, "new_password2": new}
    assert client.post(reverse("profile"), refused).status_code == 422
    client.post(reverse("profile"), refused | {"old_password": factories.PASSWORD})
    rep.refresh_from_db()
    assert rep.check_password(new)
    assert client.get(reverse("profile")).status_code == 200


def test_a_hostile_display_name_stays_text(rep: User) -> None:
    User.objects.filter(pk=rep.pk).update(display_name='<img src=x onerror="alert(1)">')
    assert "<img" not in logged_in(rep).get(reverse("profile")).text


def test_every_page_offers_the_source_code(client: Client) -> None:
    assert reverse("about") in client.get(reverse("login")).text
    assert "AGPL-3.0" in client.get(reverse("about")).text


def test_a_missing_page_says_what_happened_what_was_kept_and_what_to_do(rep: User) -> None:
    answer = logged_in(rep).get("/no-such-page/")
    assert answer.status_code == 404
    for question in ("What happened", "What was kept", "What to do"):
        assert question in answer.text


def test_the_navigation_marks_where_one_is_and_shows_reps_no_audit(rep: User) -> None:
    text = logged_in(rep).get(reverse("customers:list")).text
    assert 'aria-current="page"' in text
    assert "/audit/" not in text

"""Logging in and out, and attempts beyond one's rights, are in the trail."""

import pytest
from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.test import Client, RequestFactory

from accounts.models import User
from audit import refusals
from audit.middleware import client_address
from audit.models import Event
from tests.audit.factories import person


def try_password(request: HttpRequest, name: str, password: str) -> None:
    authenticate(request, username=name, password=password)


def test_logging_in_and_out_is_recorded_in_the_stream_of_the_account(client: Client, rep: User) -> None:
    client.force_login(rep)
    client.logout()
    stream = Event.objects.filter(stream=f"auth:{rep.pk}").order_by("stream_seq")
    assert [event.action for event in stream] == ["auth.logged_in", "auth.logged_out"]


def test_a_wrong_password_is_recorded_without_what_was_typed(rf: RequestFactory, rep: User) -> None:
    try_password(rf.post("/login/"), "rep@example.com", "hunter2-secret")
    event = Event.objects.get(action="auth.login_failed")
    assert event.stream == f"auth:{rep.pk}"
    assert event.actor_id is None
    assert "hunter2" not in event.body


def test_an_unknown_name_is_not_repeated_in_the_trail(rf: RequestFactory, db: None) -> None:
    try_password(rf.post("/login/"), "my-password-in-the-wrong-field", "x")
    assert "wrong-field" not in Event.objects.get(action="auth.login_failed").body


def test_a_refused_write_is_recorded_once_with_its_origin(client: Client, rep: User) -> None:
    client.force_login(rep)
    response = client.post(
        "/audit/export/",
        headers={"X-Request-ID": "abc-12345", "User-Agent": "Browser"},
        REMOTE_ADDR="10.1.2.3",
    )
    assert (response.status_code, response.headers["X-Request-ID"]) == (403, "abc-12345")
    event = Event.objects.get(action="authz.denied")
    assert event.content["origin"]["ip"] == "10.1.2.3"
    assert event.content["origin"]["channel"] == "page"
    assert event.content["origin"]["request_id"] == "abc-12345"
    assert event.object_id == "/audit/export/"


def test_a_refused_read_writes_nothing(client: Client, rep: User) -> None:
    client.force_login(rep)
    before = Event.objects.count()
    assert client.get("/audit/").status_code == 403
    assert Event.objects.count() == before


def test_a_made_up_request_id_is_replaced(client: Client, rep: User) -> None:
    client.force_login(rep)
    response = client.get("/audit/", headers={"X-Request-ID": "x\ty"})
    assert len(response.headers["X-Request-ID"]) == 32


@pytest.mark.django_db(transaction=True)
def test_a_refusal_outlives_the_rollback_of_what_was_attempted() -> None:
    rep = person("rep")
    with transaction.atomic():
        person("other")
        transaction.set_rollback(True)
    refusals.record_refusal(
        actor=rep,
        code="own_request",
        object_type="step",
        object_id="7",
        request_no="CA-1",
        reason="Own request.",
    )
    event = Event.objects.get()
    assert (event.stream, event.content["extra"]) == ("request:CA-1", {"code": "own_request"})
    assert not User.objects.filter(display_name="Other").exists()


@pytest.mark.django_db(transaction=True)
def test_a_refusal_inside_a_transaction_is_a_mistake_of_the_caller() -> None:
    rep = person("rep")
    with transaction.atomic(), pytest.raises(RuntimeError):
        refusals.record_refusal(actor=rep, code="x", object_type="step", object_id="7")


def test_only_the_address_that_our_proxy_appended_counts(rf: RequestFactory, settings) -> None:
    request = rf.get("/", headers={"X-Forwarded-For": "6.6.6.6, 10.0.0.9"}, REMOTE_ADDR="127.0.0.1")
    assert client_address(request) == "127.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert client_address(request) == "10.0.0.9"

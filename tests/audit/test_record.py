"""What happened is written down once, in the transaction of what happened."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from audit import append_only, canonical, chain, origin, services
from audit.actions import UnknownActionError
from audit.clock import db_now
from audit.models import Event, PiiValue
from audit.verify import verify
from tests.audit.factories import note, person


def test_an_event_shows_exactly_what_was_hashed(rep: User) -> None:
    note(
        rep, request_no="CA-1", customer_id=7, customer_label="华东医药", object_label="Credit application",
        before={"limit": None, "term": 30}, after={"limit": Decimal("10.50"), "term": 30},
    )  # fmt: skip
    event = Event.objects.get()
    assert (event.action, event.actor_id, event.actor_name) == ("test.changed", rep.pk, "Rep")
    assert (event.request_no, event.customer_id, event.customer_label) == ("CA-1", 7, "华东医药")
    assert event.content["after"] == {"limit": "10.50"}
    assert canonical.instant(event.at) == event.content["at"]
    assert bytes(event.prev_hash) == chain.genesis("request:CA-1")
    assert "华东医药" in event.search_text


def test_each_event_continues_from_the_one_before_it_in_its_stream(rep: User) -> None:
    first, other, second = note(rep), note(rep, "request:CA-2"), note(rep)
    assert (first.stream_seq, other.stream_seq, second.stream_seq) == (1, 1, 2)
    assert bytes(second.prev_hash) == bytes(first.row_hash)


def test_recording_costs_two_statements_and_three_with_personal_values(rep: User, django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        note(rep)
    with django_assert_num_queries(3):
        note(rep, pii={"phone": "13800000000", "mail": "a@example.com"})


def test_a_caller_that_has_read_the_clock_pays_one_statement_for_the_same_chain(
    rep: User, django_assert_num_queries
) -> None:
    now = db_now()
    note(rep, at=now, reason="100% sure")
    note(rep)
    with django_assert_num_queries(1):
        event = note(rep, at=now)
    assert event.stream_seq == 3
    assert Event.objects.get(pk=event.pk).at == now
    assert verify().findings == []


def test_the_system_and_a_deputy_are_named(rep: User) -> None:
    note(None)
    note(rep, on_behalf_of=person("boss"))
    system, deputy = Event.objects.order_by("pk")
    assert system.actor_id is None
    assert system.content["actor"] == {"is_system": True, "name": "system"}
    assert deputy.content["on_behalf_of"]["name"] == "Boss"


def test_an_event_says_which_channel_it_came_through(rep: User) -> None:
    with origin.channel("job", request_id="job-1-1"):
        event = note(rep)
    assert event.content["origin"] == {"channel": "job", "request_id": "job-1-1"}
    assert note(rep).content["origin"] == {"channel": "command"}


def test_an_action_that_no_app_registered_cannot_be_recorded(rep: User) -> None:
    with pytest.raises(UnknownActionError):
        note(rep, action="test.never_registered")


@pytest.mark.parametrize("value", [1.5, float("nan"), "a\x00b", "\ud800", {1: "x"}, {"x": object()}, 2**63])
def test_a_value_that_cannot_be_written_exactly_is_refused(rep: User, value: object) -> None:
    with pytest.raises(canonical.NotCanonicalError):
        note(rep, after={"value": value})
    assert not Event.objects.exists()


def test_awkward_text_is_kept_byte_for_byte(rep: User) -> None:
    reason = 'line\nline\t"q" \\ \x7f \u2028 😀 e\u0301 é \u202e' + "长" * 300_000
    note(rep, reason=reason, after={"on": date(2026, 2, 28)})
    assert Event.objects.get().content["reason"] == reason
    assert verify().clean


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(services.NoTransactionError):
        note(person("rep"))


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_leaves_no_event() -> None:
    rep = person("rep")
    with transaction.atomic():
        note(rep)
    with transaction.atomic():
        note(rep)
        transaction.set_rollback(True)
    with transaction.atomic():
        note(rep)
    assert [event.stream_seq for event in Event.objects.order_by("pk")] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_eight_writers_on_one_stream_make_one_unbroken_chain() -> None:
    rep, together = person("rep"), Barrier(8)

    def write(_number: int) -> None:
        together.wait()
        for _event in range(12):
            with transaction.atomic():
                note(rep)
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert list(Event.objects.order_by("stream_seq").values_list("stream_seq", flat=True)) == list(range(1, 97))
    assert verify().findings == []


@pytest.mark.django_db(transaction=True)
def test_the_trail_verifies_while_people_work() -> None:
    rep, together = person("rep"), Barrier(5)

    def write(number: int) -> None:
        together.wait()
        for count in range(20):
            with transaction.atomic():
                note(rep, f"request:CA-{number}-{count % 3}", pii={"phone": "138"})
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, number) for number in range(4)]
        together.wait()
        while not all(writer.done() for writer in writers):
            assert verify().findings == []
        for writer in writers:
            writer.result()
    assert verify().events == 80


def test_personal_values_stay_out_of_the_body_and_can_be_erased(rep: User) -> None:
    event = note(rep, pii={"phone": "13812345678"})
    assert "13812345678" not in event.body
    assert PiiValue.objects.get().value == "13812345678"
    assert services.erase_pii(actor=rep, reason="asked by the person", value="13812345678") == 1
    assert not PiiValue.objects.exists()
    assert "13812345678" not in Event.objects.get(action="audit.pii_erased").body
    assert verify().clean


def test_erasing_needs_a_reason_and_a_target(rep: User) -> None:
    for asked in ({"reason": " ", "field": "phone"}, {"reason": "asked"}):
        with pytest.raises(ValueError):
            services.erase_pii(actor=rep, **asked)


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE audit_event SET body = body",
        "UPDATE audit_event SET body = replace(body, 'Rep', 'Bob')",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event, audit_piivalue",
        "SET LOCAL session_replication_role = replica; DELETE FROM audit_event",
        "INSERT INTO audit_event (stream, stream_seq, body, prev_hash, row_hash)"
        " SELECT stream, stream_seq + 1, body, row_hash, row_hash FROM audit_event",
        "INSERT INTO audit_event (stream, stream_seq, body, prev_hash, row_hash)"
        " SELECT stream, stream_seq + 2, body, prev_hash, row_hash FROM audit_event",
        "UPDATE audit_piivalue SET value = 'other'",
    ],
)
def test_the_database_refuses_to_change_the_trail(rep: User, attempt: str) -> None:
    note(rep, pii={"phone": "1"})
    before = list(Event.objects.values())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute(attempt)
    assert list(Event.objects.values()) == before


def test_a_deactivated_and_renamed_person_keeps_the_old_name_in_old_events(rep: User) -> None:
    note(rep)
    rep.display_name, rep.is_active = "Somebody Else", False
    rep.save()
    assert Event.objects.get().actor_name == "Rep"


def test_a_table_may_allow_columns_that_are_filled_in_once(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE lines (id int, amount int, ended_on date, end_reason text DEFAULT '')")
        cursor.execute(append_only.protect("lines", allow_columns=("ended_on", "end_reason")).sql)
        cursor.execute("INSERT INTO lines VALUES (1, 10), (2, 20)")
        cursor.execute("UPDATE lines SET ended_on = '2026-01-01', end_reason = 'expired' WHERE id = 1")
        for refused in (
            "UPDATE lines SET ended_on = '2026-02-01' WHERE id = 1",
            "UPDATE lines SET ended_on = NULL WHERE id = 1",
            "UPDATE lines SET ended_on = '2026-01-01', amount = 11 WHERE id = 2",
            "DELETE FROM lines WHERE id = 2",
            "TRUNCATE lines",
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute(refused)


def test_events_of_many_streams_are_appended_with_one_statement(rep: User, django_assert_num_queries) -> None:
    note(rep, "request:CA-2")
    streams = ["request:CA-1", "request:CA-2", "request:CA-3"]
    happened = [
        services.Occurrence(each, "request", each[-1], each[8:], each[8:], None, "", {"n": 1}) for each in streams
    ]
    now = db_now()
    with django_assert_num_queries(1):
        services.record_each("test.changed", happened, at=now)
    found = [
        (event.stream, event.stream_seq, event.actor_name) for event in Event.objects.filter(at=now).order_by("stream")
    ]
    assert found == [(streams[0], 1, "system"), (streams[1], 2, "system"), (streams[2], 1, "system")]
    assert verify().findings == []


@pytest.mark.django_db
def test_one_statement_appends_one_event_to_a_stream() -> None:
    twice = [services.Occurrence("request:CA-1", "request", "1", "", None, None, "", {})] * 2
    with pytest.raises(ValueError, match="one event"):
        services.record_each("test.changed", twice, at=db_now())

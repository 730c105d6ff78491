"""Whoever changes the trail behind the product's back is found, at the place of the change."""

import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import User
from audit import canonical, chain
from audit import verify as verify_module
from audit.findings import Finding
from audit.models import Event, VerificationRun
from audit.verify import check_and_keep, register_cross_check, verify
from tests.audit.factories import note, person

STREAMS, LENGTH = ("request:CA-1", "request:CA-2", "system"), 6
Place = tuple[str, str, int]


@contextmanager
def unprotected(*columns: str) -> Iterator[None]:
    """Somebody with full power over the database switches the protection off, and on again afterwards."""
    triggers = {
        "audit_event": ["chain", "no_update", "no_delete", "no_truncate"],
        "audit_piivalue": ["no_update"],
    }
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in triggers:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, names in triggers.items():
            for name in names:
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}")


@pytest.fixture
def trail(rep: User) -> list[Event]:
    for number in range(LENGTH):
        for stream in STREAMS:
            note(rep, stream, after={"n": number}, pii={"phone": f"138{number}"} if number == 0 else None)
    assert verify().findings == []
    return list(Event.objects.order_by("stream", "stream_seq"))


def change(event: Event, **values: object) -> None:
    names = ", ".join(f"{name} = %s" for name in values)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_event SET {names} WHERE id = %s", [*values.values(), event.pk])


def edited(event: Event) -> str:
    return canonical.dumps({**event.content, "after": {"n": 999}})


def rehashed(event: Event, body: str) -> bytes:
    return chain.row_hash(bytes(event.prev_hash), event.stream_seq, body)


def change_text(event: Event, after: Event) -> list[Place]:
    change(event, body=edited(event))
    return [("row_hash", event.stream, event.stream_seq)]


def change_text_and_hash(event: Event, after: Event) -> list[Place]:
    change(event, body=edited(event), row_hash=rehashed(event, edited(event)))
    return [("prev_hash", after.stream, after.stream_seq)]


def change_hash(event: Event, after: Event) -> list[Place]:
    change(event, row_hash=b"\x01" * 32)
    return [("row_hash", event.stream, event.stream_seq), ("prev_hash", after.stream, after.stream_seq)]


def change_link(event: Event, after: Event) -> list[Place]:
    change(event, prev_hash=b"\x01" * 32)
    return [("prev_hash", event.stream, event.stream_seq), ("row_hash", event.stream, event.stream_seq)]


def flip_one_bit(event: Event, after: Event) -> list[Place]:
    damaged = bytearray(event.row_hash)
    damaged[7] ^= 1
    change(event, row_hash=bytes(damaged))
    return [("row_hash", event.stream, event.stream_seq), ("prev_hash", after.stream, after.stream_seq)]


def delete_one(event: Event, after: Event) -> list[Place]:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_piivalue WHERE event_id = %s", [event.pk])
        cursor.execute("DELETE FROM audit_event WHERE id = %s", [event.pk])
    return [("sequence_gap", after.stream, after.stream_seq)]


def delete_one_and_close_the_gap(event: Event, after: Event) -> list[Place]:
    delete_one(event, after)
    with connection.cursor() as cursor:
        for seq in range(after.stream_seq, LENGTH + 1):
            cursor.execute(
                "UPDATE audit_event SET stream_seq = %s WHERE stream = %s AND stream_seq = %s",
                [seq - 1, event.stream, seq],
            )
    return [
        ("prev_hash", event.stream, event.stream_seq),
        *(("row_hash", event.stream, seq) for seq in range(event.stream_seq, LENGTH)),
    ]


def swap_texts(event: Event, after: Event) -> list[Place]:
    change(event, body=after.body)
    change(after, body=event.body)
    return [("row_hash", event.stream, event.stream_seq), ("row_hash", after.stream, after.stream_seq)]


def move_to_another_stream(event: Event, after: Event) -> list[Place]:
    change(event, stream="zzz", stream_seq=1)
    return [
        ("sequence_gap", after.stream, after.stream_seq),
        ("prev_hash", "zzz", 1), ("row_hash", "zzz", 1), ("wrong_stream", "zzz", 1),
    ]  # fmt: skip


def add_a_forged_one(event: Event, after: Event) -> list[Place]:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_event (stream, stream_seq, body, prev_hash, row_hash) VALUES (%s, %s, %s, %s, %s)",
            [event.stream, LENGTH + 1, event.body, b"\x02" * 32, rehashed(event, event.body)],
        )
    return [("prev_hash", event.stream, LENGTH + 1), ("row_hash", event.stream, LENGTH + 1)]


def rewrite_in_another_form(event: Event, after: Event) -> list[Place]:
    body = json.dumps(event.content)
    change(event, body=body, row_hash=rehashed(event, body))
    return [("not_canonical", event.stream, event.stream_seq), ("prev_hash", after.stream, after.stream_seq)]


def change_what_the_screen_shows(event: Event, after: Event) -> list[Place]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event ALTER COLUMN actor_name DROP EXPRESSION")
    change(event, actor_name="Somebody Else")
    return [("projection", event.stream, event.stream_seq)]


def backdate(event: Event, after: Event) -> list[Place]:
    body = canonical.dumps({**event.content, "at": "2001-01-01T00:00:00.000000Z"})
    change(event, body=body, row_hash=rehashed(event, body))
    return [("time_backwards", event.stream, event.stream_seq), ("prev_hash", after.stream, after.stream_seq)]


TAMPERINGS: list[Callable[[Event, Event], list[Place]]] = [
    change_text, change_text_and_hash, change_hash, change_link, flip_one_bit, delete_one,
    delete_one_and_close_the_gap, swap_texts, move_to_another_stream, add_a_forged_one, rewrite_in_another_form,
    change_what_the_screen_shows, backdate,
]  # fmt: skip


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_a_changed_trail_is_found_at_the_place_of_the_change(
    trail: list[Event], tamper: Callable[[Event, Event], list[Place]]
) -> None:
    for seed in range(4):
        index = random.Random(seed).choice([i for i, event in enumerate(trail) if 1 < event.stream_seq < LENGTH])
        point = transaction.savepoint()
        with unprotected():
            expected = tamper(trail[index], trail[index + 1])
        found = [(finding.kind, finding.stream, finding.seq) for finding in verify().findings]
        assert sorted(found) == sorted(expected)
        transaction.savepoint_rollback(point)
    assert verify().findings == []


def test_the_first_event_of_a_stream_cannot_be_taken_away(trail: list[Event]) -> None:
    with unprotected():
        delete_one(trail[0], trail[1])
    assert [(f.kind, f.seq) for f in verify().findings] == [("sequence_gap", 2)]


@pytest.mark.parametrize("condition", ["stream = 'system'", "stream = 'system' AND stream_seq > 4"])
def test_events_that_a_check_has_counted_cannot_disappear_from_the_end(trail: list[Event], condition: str) -> None:
    check_and_keep()
    note(None)
    assert verify().clean
    with unprotected(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM audit_piivalue WHERE event_id IN (SELECT id FROM audit_event WHERE {condition})")
        cursor.execute(f"DELETE FROM audit_event WHERE {condition}")
    assert [finding.kind for finding in verify().findings] == ["events_missing"]


def test_a_changed_personal_value_is_found(trail: list[Event]) -> None:
    with unprotected(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_piivalue SET value = '110' WHERE id = (SELECT min(id) FROM audit_piivalue)")
    (finding,) = verify().findings
    assert (finding.kind, finding.seq) == ("pii_commitment", 1)


@pytest.mark.parametrize("statement", ["DISABLE TRIGGER audit_event_no_delete", "ENABLE TRIGGER audit_event_chain"])
def test_switched_off_protection_is_found(trail: list[Event], statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE audit_event {statement}")
    assert [finding.kind for finding in verify().findings] == ["protection_off"]


def test_a_missing_event_of_another_app_is_found_by_its_cross_check(
    trail: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_module, "_cross_checks", [])
    register_cross_check(lambda: [Finding("decision_without_event", "缺少事件。", "A decision has no event.")])
    assert [finding.kind for finding in verify().findings] == ["decision_without_event"]


def run_command(*options: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify_audit", *options, stdout=out, stderr=out)
    except SystemExit as exit_:
        return int(exit_.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_the_command_says_clean_with_exit_code_0_and_keeps_the_result(trail: list[Event]) -> None:
    code, out = run_command()
    assert code == 0
    assert f"{len(trail)} events" in out
    assert VerificationRun.objects.get().events == len(trail)


def test_the_command_names_findings_in_both_languages_with_exit_code_1(trail: list[Event]) -> None:
    with unprotected():
        change_text(trail[2], trail[3])
    code, out = run_command()
    assert code == 1
    assert "事件内容与其哈希不符" in out
    assert "does not have its hash" in out
    code, out = run_command("--json")
    assert (code, json.loads(out)["findings"][0]["seq"]) == (1, 3)


def test_a_trail_that_cannot_be_read_is_never_a_pass(trail: list[Event]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_event RENAME TO audit_event_elsewhere")
        code, out = run_command()
        transaction.set_rollback(True)
    assert code == 2
    assert "could not verify" in out


def test_the_export_has_every_event_as_it_was_hashed(trail: list[Event]) -> None:
    out = StringIO()
    call_command("export_audit", stdout=out)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(lines) == len(trail)
    for line in lines:
        again = chain.row_hash(bytes.fromhex(line["prev_hash"]), line["stream_seq"], line["body"])
        assert again.hex() == line["row_hash"]


@pytest.mark.django_db(transaction=True)
def test_what_is_decided_while_the_check_runs_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that reads the trail first and the decisions later must not miss the events in between."""
    actor = person("busy")

    def decides_meanwhile() -> Iterator[Finding]:
        before = Event.objects.count()
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(_decide_elsewhere, actor).result()
        if Event.objects.count() != before:
            yield Finding("torn", "", "the check saw two moments")

    monkeypatch.setattr(verify_module, "_cross_checks", [decides_meanwhile])
    assert verify().clean
    assert Event.objects.filter(stream="request:CA-9").count() == 1


def _decide_elsewhere(actor: User) -> None:
    try:
        with transaction.atomic():
            note(actor, "request:CA-9")
    finally:
        connection.close()

"""A write that is sent twice happens once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts.models import Person, User
from accounts.problems import Problem
from jobs.idempotency import KeyReused, once
from jobs.models import IdempotencyKey


def person(name: str) -> User:
    return User.objects.create(email=f"{name}@example.com", display_name=name, person=Person.objects.create(name=name))


def test_the_second_sender_gets_the_first_answer(db: None) -> None:
    rep = person("rep")
    assert once(rep, "k1", {"amount": "10"}, lambda: {"no": 1}) == ({"no": 1}, False)
    assert once(rep, "k1", {"amount": "10"}, lambda: {"no": 2}) == ({"no": 1}, True)


def test_the_same_key_for_something_else_is_refused(db: None) -> None:
    rep = person("rep")
    once(rep, "k1", {"amount": "10"}, dict)
    with pytest.raises(KeyReused) as refused:
        once(rep, "k1", {"amount": "11"}, dict)
    assert refused.value.status == 409


def test_two_people_may_choose_the_same_key(db: None) -> None:
    once(person("one"), "k", {}, dict)
    assert once(person("two"), "k", {}, lambda: {"mine": True}) == ({"mine": True}, False)


def test_a_failed_write_leaves_its_key_free(db: None) -> None:
    rep = person("rep")
    with pytest.raises(ZeroDivisionError):
        once(rep, "k", {}, lambda: {"x": 1 // 0})
    assert once(rep, "k", {}, lambda: {"x": 1}) == ({"x": 1}, False)


@pytest.mark.parametrize("key", ["", "x" * 201, "a\x00b"])
def test_an_unusable_key_is_refused(db: None, key: str) -> None:
    with pytest.raises(Problem) as refused:
        once(person("rep"), key, {}, dict)
    assert refused.value.status == 400


def test_eight_senders_at_once_make_one_write(transactional_db: None) -> None:
    rep = person("rep")
    together = Barrier(8)
    runs: list[int] = []

    def write() -> dict[str, Any]:
        runs.append(1)
        return {"no": len(runs)}

    def send(_number: int) -> tuple[dict[str, Any], bool]:
        together.wait()
        try:
            return once(rep, "same", {"a": 1}, write)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert [answer for answer, _ in answers] == [{"no": 1}] * 8
    assert sum(not repeated for _, repeated in answers) == 1
    assert IdempotencyKey.objects.count() == 1

"""The trail over REST: the same events, filters and rights as the page."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from accounts.tokens import create_token
from audit import chain
from audit.models import Event
from tests.audit.factories import note, person

ADDRESS = "/api/v1/audit-events"


def get(client: Client, user: User, **query: object):
    token = create_token(user, name="test")
    return client.get(ADDRESS, query, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def auditor(db: None) -> User:
    return person("auditor", Role.AUD)


def test_an_auditor_reads_all_pages_once(client: Client, auditor: User, rep: User) -> None:
    for number in range(7):
        note(rep, f"request:CA-{number}", request_no=f"CA-{number}", after={"limit": "10.00"})
    seen: list[int] = []
    cursor: object = ""
    while cursor is not None:
        answer = get(client, auditor, kind="test", limit=3, **({"cursor": cursor} if cursor else {})).json()
        seen += [item["id"] for item in answer["items"]]
        cursor = answer["next_cursor"]
    assert seen == list(Event.objects.filter(action="test.changed").values_list("pk", flat=True))


def test_a_reader_can_recompute_the_hash_from_the_answer(client: Client, auditor: User, rep: User) -> None:
    note(rep, request_no="CA-1", after={"limit": "10.00"})
    (item,) = get(client, auditor, request="CA-1").json()["items"]
    assert item["after"] == {"limit": "10.00"}
    again = chain.row_hash(bytes.fromhex(item["prev_hash"]), item["position"], item["body"])
    assert again.hex() == item["hash"]


def test_a_rep_is_refused(client: Client, rep: User) -> None:
    assert get(client, rep).status_code == 403
    assert client.get(ADDRESS).status_code == 401


@pytest.mark.parametrize(
    "query", [{"limit": 201}, {"limit": 0}, {"cursor": "x"}, {"start": "31.1.2026"}, {"q": "\x00"}]
)
def test_a_bad_filter_is_refused(client: Client, auditor: User, query: dict[str, object]) -> None:
    assert get(client, auditor, **query).status_code == 422

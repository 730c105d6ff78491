from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Person, User
from audit import canonical, services
from audit.actions import UnknownActionError, register
from audit.models import Event, PiiValue

register("test.changed", "测试", "Tested")


@pytest.fixture
def rep(db: None) -> User:
    return User.objects.create(
        email="rep@example.com", display_name="Rep", person=Person.objects.create(name="Rep")
    )


def note(actor: User | None, stream: str = "request:CA-1", **more: object) -> Event:
    return services.record(
        "test.changed", stream=stream, actor=actor, object_type="request", object_id="CA-1", **more
    )


def test_first(rep: User, django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        first = note(rep, after={"limit": Decimal("10.50")}, request_no="CA-1", customer_id=7, customer_label="华东医药")
    first.refresh_from_db()
    assert first.action == "test.changed"
    assert first.actor_id == rep.pk
    assert first.actor_name == "Rep"
    assert first.customer_id == 7
    assert first.request_no == "CA-1"
    assert "华东医药" in first.search_text
    assert first.content["after"] == {"limit": "10.50"}
    assert canonical.instant(first.at) == first.content["at"]
    second = note(rep)
    assert second.stream_seq == 2
    assert bytes(second.prev_hash) == bytes(first.row_hash)

"""Events for the tests of the trail."""

from typing import Any

from django.utils import timezone

from accounts.models import Person, RoleAssignment, User
from audit import services
from audit.actions import register
from audit.models import Event

register("test.changed", "测试变更", "Test changed")
register("test.decided", "测试审批", "Test decided")


def person(name: str, *roles: str) -> User:
    """An account called `name` that holds the roles everywhere."""
    user = User.objects.create(
        email=f"{name}@example.com", display_name=name.title(), person=Person.objects.create(name=name),
        language="en",
    )  # fmt: skip
    for role in roles:
        RoleAssignment.objects.create(user=user, role=role, valid_from=timezone.localdate())
    return user


def note(actor: User | None, stream: str = "request:CA-1", action: str = "test.changed", **more: Any) -> Event:
    """Record one event; everything else has a plain default."""
    more.setdefault("object_type", "request")
    more.setdefault("object_id", stream.partition(":")[2] or stream)
    return services.record(action, stream=stream, actor=actor, **more)

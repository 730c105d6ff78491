"""The trail: events that are inserted and never changed, and the erasable vault for personal values."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Final

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.functional import cached_property

from accounts.models import User
from accounts.queries import has_role
from accounts.roles import Role
from audit import actions

READERS: Final = (Role.AUD, Role.FM, Role.CFO)


class FromBody(models.Func):
    """A value at a path inside the hashed body; what a screen shows is computed from what was hashed."""

    arity = 1

    def __init__(self, path: str, field: models.Field[Any, Any]) -> None:
        cast = {"BigIntegerField": "::bigint"}.get(field.get_internal_type(), "")
        value = f"((%(expressions)s::jsonb) #>> '{{{path}}}')"
        if cast:
            template = value + cast
        elif field.get_internal_type() == "DateTimeField":
            template = f"audit_instant({value})"
        else:
            template = f"COALESCE({value}, '')"
        super().__init__("body", template=template, output_field=field)


class SearchText(models.Func):
    """What people type to find an event: names and numbers in it, in lower case."""

    template = (
        "lower(COALESCE((%(expressions)s::jsonb) #>> '{customer,label}', '')"
        " || ' ' || COALESCE((%(expressions)s::jsonb) #>> '{object,label}', '')"
        " || ' ' || COALESCE((%(expressions)s::jsonb) #>> '{object,id}', '')"
        " || ' ' || COALESCE((%(expressions)s::jsonb) #>> '{request_no}', '')"
        " || ' ' || COALESCE((%(expressions)s::jsonb) #>> '{actor,name}', ''))"
    )


def _projection(path: str, field: models.Field[Any, Any]) -> Any:
    return models.GeneratedField(expression=FromBody(path, field), output_field=field, db_persist=True)


class EventQuerySet(models.QuerySet["Event"]):
    """The trail is for finance and auditors, whole."""

    def visible_to(self, user: User) -> EventQuerySet:
        """Everything for the roles that review the trail, nothing for everybody else."""
        return self if has_role(user, *READERS) else self.none()


class Event(models.Model):
    """One thing that happened. `body` is what was hashed; the database computes the columns after it.

    Only `audit.services.record` makes events; triggers refuse a wrong hash, UPDATE, DELETE and TRUNCATE.
    """

    stream = models.CharField(max_length=120)
    stream_seq = models.PositiveBigIntegerField()
    body = models.TextField()
    prev_hash = models.BinaryField()
    row_hash = models.BinaryField()

    action = _projection("action", models.TextField())
    at = _projection("at", models.DateTimeField())
    actor_id = _projection("actor,id", models.BigIntegerField(null=True))
    actor_name = _projection("actor,name", models.TextField())
    object_type = _projection("object,type", models.TextField())
    object_id = _projection("object,id", models.TextField())
    object_label = _projection("object,label", models.TextField())
    request_no = _projection("request_no", models.TextField())
    customer_id = _projection("customer,id", models.BigIntegerField(null=True))
    customer_label = _projection("customer,label", models.TextField())
    search_text = models.GeneratedField(expression=SearchText("body"), output_field=models.TextField(), db_persist=True)

    objects: ClassVar[models.Manager[Event]] = EventQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stream", "stream_seq"], name="audit_event_position"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["action", "id"], name="audit_event_action"),
            models.Index(fields=["actor_id", "id"], name="audit_event_actor"),
            models.Index(fields=["request_no", "id"], name="audit_event_request"),
            models.Index(fields=["customer_id", "id"], name="audit_event_customer"),
            models.Index(fields=["at"], name="audit_event_at"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="audit_event_search"),
        ]

    def __str__(self) -> str:
        return f"{self.stream}#{self.stream_seq} {self.action}"

    @cached_property
    def content(self) -> dict[str, Any]:
        """The body as data."""
        content: dict[str, Any] = json.loads(self.body)
        return content

    @property
    def action_label(self) -> str:
        return actions.label(str(self.action))

    @property
    def hash_hex(self) -> str:
        return bytes(self.row_hash).hex()

    @property
    def prev_hash_hex(self) -> str:
        return bytes(self.prev_hash).hex()


class PiiValue(models.Model):
    """A personal value of an event. The body holds only SHA-256(salt || value), so this row can be erased."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="pii_values")
    field = models.CharField(max_length=80)
    salt = models.BinaryField()
    value = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "field"], name="audit_pii_one_per_field"),
        ]

    def __str__(self) -> str:
        return f"{self.field} of event {self.event_id}"


class VerificationRun(models.Model):
    """One check of the whole trail: how far it went and what it found."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(db_default=Now())
    events = models.BigIntegerField()
    up_to_id = models.BigIntegerField()
    errors = models.IntegerField()
    warnings = models.IntegerField()
    findings = models.JSONField(default=list)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"#{self.up_to_id}: {self.errors}"

    @property
    def clean_trail(self) -> bool:
        return self.errors == 0

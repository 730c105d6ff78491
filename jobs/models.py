"""Work that must happen, as rows; and the first answer to every write that carried an idempotency key."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class State(models.TextChoices):
    """Waiting (also for a retry), at work under a lease, done, or given up."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(models.Model):
    """One piece of work that must happen exactly once in effect (trust reference 3).

    The row is written in the transaction that makes the work necessary. `key` says what the work is: a second
    job with the same key does not exist. `token` and `lease_until` say who works on it and until when.
    """

    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, db_default=State.PENDING)
    due_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    token = models.UUIDField(null=True)
    attempts = models.PositiveIntegerField(db_default=0)
    last_error = models.CharField(max_length=400, db_default="")
    progress_done = models.PositiveIntegerField(db_default=0)
    progress_total = models.PositiveIntegerField(db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="job_due", condition=models.Q(state="pending")),
            models.Index(fields=["lease_until"], name="job_leased", condition=models.Q(state="running")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} ({self.state})"


class IdempotencyKey(models.Model):
    """The first response to a write, kept to answer a repetition of it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    response = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return self.key

"""What happens beside the decisions: handing over, asking, watching, commenting, and saved filters."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflows.models.requests import Request, Step


class Handover(models.Model):
    """A step went from one person or pool to another. Never changed.

    Transfer: responsibility moves. Delegate and hand back: it stays, the other says his opinion first. Nobody by name
    means the pool of the step's role; no actor means that time or the policy did it.
    """

    class Verb(models.TextChoices):
        TRANSFER = "transfer", _("Transferred")
        DELEGATE = "delegate", _("Delegated, to be handed back")
        HAND_BACK = "hand_back", _("Handed back")
        ESCALATE = "escalate", _("Escalated")
        RETURN_TO_POOL = "return_to_pool", _("Back to the role")

    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="handovers")
    verb = models.CharField(max_length=16, choices=Verb.choices)
    from_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    to_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    from_key = models.CharField(max_length=32, blank=True)
    to_key = models.CharField(max_length=32, blank=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.step_id} {self.verb}"


class Question(models.Model):
    """An approver asks the submitter something; the clock of the step stands until it is answered."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="questions")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="questions")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    asked_at = models.DateTimeField(db_default=Now())
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.TextField(blank=True)
    # Closed without an answer when the step was decided or the round ended.
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["step"], condition=Q(closed_at__isnull=True), name="question_one_open_per_step"
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Consultation(models.Model):
    """Somebody's opinion was asked for; it binds nobody and holds nothing up."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="consultations")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked = models.ForeignKey(User, on_delete=models.PROTECT, related_name="consultations")
    text = models.TextField()
    asked_at = models.DateTimeField(db_default=Now())
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["request", "asked"],
                condition=Q(answered_at__isnull=True),
                name="consultation_one_open_per_person",
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Watcher(models.Model):
    """Somebody is told what happens to a request (抄送)."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="watchers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="watched")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "user"], condition=Q(ended_at__isnull=True), name="watcher_once")
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.user_id}"


class Comment(models.Model):
    """What people say to each other about a request. Never changed."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    mentions = ArrayField(models.BigIntegerField(), default=list)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.text[:60]


class SavedFilter(models.Model):
    """A filter of the queue that somebody keeps under a name of his own."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=400, blank=True)
    is_default = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "name"], name="saved_filter_unique_name"),
            models.UniqueConstraint(fields=["user"], condition=Q(is_default=True), name="saved_filter_one_default"),
        ]

    def __str__(self) -> str:
        return self.name

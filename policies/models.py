"""Policy versions and their tables: data that decides, dated, hashed, and never changed once in force."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.language import pick


class Period(Func):
    """The days [from, to) of a version; an open end is unbounded."""

    function = "DATERANGE"
    output_field = DateRangeField()


class PolicyVersion(models.Model):
    """One edition of all tables. Exactly one is in force on any day; the database refuses a second.

    Triggers refuse every change once it has left the draft, except its end when a successor takes over.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        RETIRED = "retired", _("Retired")

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    digest = models.CharField(max_length=64)
    change_note = models.TextField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("number",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gt=F("effective_from")),
                name="policy_version_period",
            ),
            ExclusionConstraint(
                name="policy_version_one_in_force",
                expressions=[
                    (
                        Period("effective_from", "effective_to", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    )
                ],
                condition=~Q(state="draft"),
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def digest_short(self) -> str:
        """Enough of the digest to compare by eye."""
        return self.digest[:12]


class DecisionTable(models.Model):
    """One table of a version: what its columns mean, and what happens when several rows hold."""

    class HitPolicy(models.TextChoices):
        UNIQUE = "unique", _("at most one row holds")
        ANY = "any", _("rows that hold agree")
        FIRST = "first", _("the first row that holds")
        COLLECT = "collect", _("all rows that hold")
        PRIORITY = "priority", _("the row with the highest priority")

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="tables")
    code = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    hit_policy = models.CharField(max_length=10, choices=HitPolicy)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    columns = models.JSONField(default=list, blank=True)
    # Which kind of request it routes and how (`policies.rules.tables.Table`); empty for other tables.
    routing = models.JSONField(default=dict, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("version", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "code"], name="decision_table_unique_code"),
            models.UniqueConstraint(fields=["version", "position"], name="decision_table_unique_position"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.code}"

    @property
    def title(self) -> str:
        return pick(self.title_zh, self.title_en)


class TableRow(models.Model):
    """One row: cells as the owner typed them, outputs, and why it is so."""

    table = models.ForeignKey(DecisionTable, on_delete=models.PROTECT, related_name="rows")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=60)
    cells = models.JSONField(default=dict, blank=True)
    outputs = models.JSONField(default=dict, blank=True)
    rationale_zh = models.TextField(blank=True)
    rationale_en = models.TextField(blank=True)

    class Meta:
        ordering = ("table", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["table", "code"], name="table_row_unique_code"),
            models.UniqueConstraint(fields=["table", "position"], name="table_row_unique_position"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.code}"

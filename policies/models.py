"""Policy versions and their tables: data that decides, dated, hashed, and never changed once in force."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar, Final, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.language import pick
from accounts.models import Unit, User
from accounts.queries import has_role, visibility
from accounts.roles import Role


class Period(Func):
    """The days [from, to) of a version; an open end is unbounded."""

    function = "DATERANGE"
    output_field = DateRangeField()


# Who draws policy up (PL-1); whoever did so does not decide about it.
MAKERS: Final = (Role.SO, Role.CC)
# Whoever makes or decides policy, and audit.
REPLAY_READERS: Final = (*MAKERS, Role.RD, Role.FM, Role.LG, Role.CFO, Role.GM, Role.CH, Role.AUD)
# A version in one of these states is in force in its period; the others never are.
DATED: Final = ("scheduled", "active", "retired")


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    def dated(self) -> Self:
        """What is, was or will be in force."""
        return self.filter(state__in=DATED)

    def covering(self, on: date) -> Self:
        """What is in force on a business day: at most one."""
        return self.dated().filter(Q(effective_to__isnull=True) | Q(effective_to__gt=on), effective_from__lte=on)


class PolicyVersion(models.Model):
    """One edition of all tables. Exactly one is in force on any day; the database refuses a second.

    Which one is in force follows from the periods of what was scheduled, so that no timer has to be on time for it.
    Triggers refuse every change of the tables once they are checked (back to the draft is allowed until it is
    scheduled), and of the period once it is in force, except its end when a successor takes over.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CHECKED = "checked", _("Checked")
        IN_REVIEW = "in_review", _("In review")
        SCHEDULED = "scheduled", _("Scheduled")
        ACTIVE = "active", _("Active")
        RETIRED = "retired", _("Retired")
        SUPERSEDED = "superseded", _("Superseded before its day")

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    digest = models.CharField(max_length=64)
    change_note = models.TextField()
    # Counts the changes of the draft: who writes on an older one is told so.
    revision = models.PositiveIntegerField(default=0)
    # The version that it was drawn up from; None for the first.
    based_on = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The version whose tables come back with this one when an emergency change has run out.
    restores = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Everybody who wrote on it; none of them decides about it.
    editors = models.ManyToManyField(User, blank=True, related_name="edited_policy_versions")
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[PolicyVersionQuerySet] = PolicyVersionQuerySet.as_manager()  # type: ignore[assignment]

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
                condition=Q(state__in=DATED),
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def last_on(self) -> date | None:
        """The last day on which it is in force; None while nothing follows it."""
        return self.effective_to - timedelta(days=1) if self.effective_to else None

    @property
    def digest_short(self) -> str:
        """Enough of the digest to compare by eye."""
        return self.digest[:12]


class PolicyChangeQuerySet(models.QuerySet["PolicyChange"]):
    def visible_to(self, user: User) -> Self:
        """Who makes policy sees every change that is prepared; everybody else sees the request about it."""
        reads = has_role(user, *MAKERS) or visibility(user).everything
        return self.all() if reads else self.filter(version__editors__person_id=user.person_id).distinct()

    def drafts(self) -> Self:
        """Not under way, not thrown away."""
        return self.filter(submitted=False, discarded_at__isnull=True)


class PolicyChange(models.Model):
    """The letter that asks for a version to be put in force: PL-1 in the ordinary way, PL-2 in an emergency."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="changes")
    # The company whose people decide about it; the policy itself holds for the whole group.
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    emergency = models.BooleanField(_("emergency"), default=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    submitted = models.BooleanField(default=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    # Rejected, withdrawn or thrown away: the version may be edited again, and asked for with another letter.
    discarded_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[PolicyChangeQuerySet] = PolicyChangeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(discarded_at__isnull=True), name="policy_change_one_per_version"
            ),
        ]

    def __str__(self) -> str:
        return str(self.version)

    @property
    def customer(self) -> None:
        """Policy is about no customer."""

    @property
    def editors(self) -> models.QuerySet[User]:
        """Everybody who wrote on the version."""
        return self.version.editors.all()


class ReplayQuerySet(models.QuerySet["PolicyReplay"]):
    def visible_to(self, user: User) -> Self:
        """Whoever makes or decides policy, and audit: it adds up what the whole company asked for."""
        return self.all() if has_role(user, *REPLAY_READERS) else self.none()

    def finished(self) -> Self:
        """Complete, and never changed again."""
        return self.filter(state=PolicyReplay.State.DONE)


class PolicyReplay(models.Model):
    """A version run over the submissions of some months, beside the version in force (`policies.rules.replay`).

    It goes on where it was interrupted: `cursor` is the last submission that `result` counts.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("At work")
        DONE = "done", _("Finished")
        FAILED = "failed", pgettext_lazy("replay", "Failed")

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="replays")
    # Of the tables that were replayed; a draft that was edited since has another one.
    digest = models.CharField(max_length=64)
    base = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    months = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    problem = models.CharField(max_length=400, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    result = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    objects: ClassVar[ReplayQuerySet] = ReplayQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=["version", "-id"], name="policy_replay_of_version")]

    def __str__(self) -> str:
        return f"{self.version} / {self.months}"

    @property
    def last_on(self) -> date:
        """The last day whose submissions count."""
        return self.valid_to - timedelta(days=1)


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

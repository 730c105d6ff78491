"""The envelope of a request, its submissions, the steps of its plan and what was decided.

Progress is in the Viewflow process; `Request.state` and `Step.status` are its projections, written only by the
services, under the request's row lock, for lists and queues. Submissions and decisions are inserted, never changed.
"""

from functools import cached_property
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Concat, Now
from django.utils.translation import gettext_lazy as _
from guardian.shortcuts import get_objects_for_user
from viewflow.workflow.models import Process, Task

from accounts.models import Region, Unit, User
from accounts.queries import held_roles, visibility
from customers.models import Customer
from workflows.models.delegations import Delegation
from workflows.models.queues import entrusted, keys_of, personal_key


class ApprovalProcess(Process):
    """Viewflow's process; a proxy, so that it costs no further table."""

    class Meta:
        proxy = True


class State(models.TextChoices):
    IN_REVIEW = "in_review", _("In review")
    RETURNED = "returned", _("Returned")
    SIGNING = "signing", _("Waiting for signatures")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    VOID = "void", _("Void")


class RequestQuerySet(models.QuerySet["Request"]):
    def visible_to(self, user: User) -> Self:
        """One's own, what the roles' scope covers, what was shared; a confidential one only by name or audit."""
        held = held_roles(user)
        seen = visibility(user, held)
        if seen.audits:
            return self.all()
        shared = get_objects_for_user(
            user, "workflows.view_request", Request, accept_global_perms=False, with_superuser=False
        )
        mine = Q(submitter__person_id=user.person_id) | Q(pk__in=shared.values("pk"))
        for said in (Q(person_id=user.person_id), Q(on_behalf_of__person_id=user.person_id)):
            mine |= Q(pk__in=Decision.objects.filter(said).values("request_id"))
        keys = keys_of(user.pk, held)
        waiting, given_out = Q(queue_key__in=keys), Q(handovers__from_key__in=keys)
        for entrusting in entrusted(user, Delegation.objects.around(user)) if user.is_active else ():
            waiting |= Q(queue_key__in=entrusting.keys) & entrusting.covered()
            given_out |= Q(handovers__from_key__in=entrusting.keys) & entrusting.covered()
        there = Q(handovers__verb="delegate", handovers__to_key=F("queue_key"))  # in one filter: of the same handover
        his_own = Concat(Value("@"), Cast("assignee_id", models.CharField()))
        out = (Q(assignee=None) | ~Q(queue_key=his_own)) & Q(queue_key__startswith="@")
        is_out = Step.objects.filter(out, there & given_out, status="open")
        for steps in (Step.objects.filter(waiting, status="open"), is_out):
            mine |= Q(pk__in=steps.values("request_id"))
        by_role = Q(owner=user) | Q(unit_id__in=seen.unit_ids) | Q(region_id__in=seen.region_ids)
        by_role |= Q(customer__in=Customer.objects.visible_to(user).values("pk"))
        return self.filter(mine | (Q(confidential=False) & by_role))

    def open(self) -> Self:
        """Not ended yet."""
        return self.filter(closed_at__isnull=True)


class Request(models.Model):
    """Who asks for what, for which customer, and how far it is. The letter is the kind's own domain row."""

    no = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=24)
    letter_id = models.BigIntegerField()
    title = models.CharField(max_length=200)
    # A contract template is about no customer.
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="requests")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True)
    submitter = models.ForeignKey(User, on_delete=models.PROTECT, related_name="submitted_requests")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="owned_requests")
    process = models.OneToOneField(ApprovalProcess, on_delete=models.PROTECT, null=True, related_name="request")
    state = models.CharField(max_length=12, choices=State.choices, default=State.IN_REVIEW)
    round = models.PositiveSmallIntegerField(default=1)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    confidential = models.BooleanField(default=False)
    # How far from everyday business, 0 to 100, as the plan of the current round says (`workflows.rules.risk`).
    risk = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    # When it took effect; what has to be ratified is in force before it is closed.
    effective_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects: ClassVar[RequestQuerySet] = RequestQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "letter_id"], condition=~Q(state="withdrawn"), name="request_one_per_letter"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0, amount__lte=10**12), name="request_amount_bounded"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-id"], name="request_of_customer"),
            models.Index(fields=["submitter", "-id"], name="request_of_submitter"),
            models.Index(fields=["unit", "region", "-id"], name="request_of_scope"),
        ]

    def __str__(self) -> str:
        return self.no

    @property
    def customer_name(self) -> str:
        """The customer's name; empty for a request that is about no customer."""
        return str(self.customer.name) if self.customer else ""


class Submission(models.Model):
    """One attempt: what was asked, on which figures, under which policy, by which plan. Never changed."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="submissions")
    round = models.PositiveSmallIntegerField()
    policy_number = models.PositiveIntegerField()
    policy_digest = models.CharField(max_length=64)
    content = models.JSONField(encoder=DjangoJSONEncoder)
    content_sha256 = models.CharField(max_length=64)
    plan = models.JSONField(encoder=DjangoJSONEncoder)
    plan_digest = models.CharField(max_length=64)
    # Natural persons who wrote or changed what is asked, or whose own limit it raises; none of them may decide it.
    editors = ArrayField(models.BigIntegerField())
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT)
    submitted_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("request", "round")
        constraints: ClassVar = [models.UniqueConstraint(fields=["request", "round"], name="submission_one_per_round")]

    def __str__(self) -> str:
        return f"{self.request_id}/{self.round}"


class PanelMode(models.TextChoices):
    """How several approvals of one role count; without a mode any one of the pool decides (或签)."""

    ALL = "all", _("All of them")
    VOTE = "vote", _("Vote")
    SEQUENTIAL = "sequential", _("One after another")


class RejectPolicy(models.TextChoices):
    """What one rejection in a panel does."""

    VETO = "veto", _("One rejection rejects")
    COUNTED = "counted", _("Rejected when enough approvals have become impossible")
    FIRST_DECIDES = "first_decides", _("The first answer decides")


class Origin(models.TextChoices):
    """Why there is a step."""

    POLICY = "policy", _("Policy")
    ADDED = "added", _("Added by an approver")


class Capacity(models.TextChoices):
    """In which capacity somebody decided."""

    OWN = "own", _("In his own role")
    DELEGATE = "delegate", _("As delegate")
    ASSIGNED = "assigned", _("By name")
    ESCALATED = "escalated", _("After escalation")
    OVERRIDE = "override", _("Override by the policy owner")


class Step(models.Model):
    """One approval by one person, and the pool of people who may give it.

    Several approvals of one role (会签, 票签, 依次) are a panel: steps with the same `panel` key and the same rule.
    """

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="steps")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="steps")
    key = models.CharField(max_length=24)
    stage = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=3)
    mode = models.CharField(max_length=8)
    reasons = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    sla_hours = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=12, default="waiting")
    queue_key = models.CharField(max_length=32, blank=True)
    # The one person who has to act, when it was given to somebody by name; `queue_key` is his own pool then.
    assignee = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="assigned_steps")
    panel = models.CharField(max_length=24, blank=True, default="")
    panel_mode = models.CharField(max_length=12, choices=PanelMode.choices, blank=True, default="")
    needed = models.PositiveSmallIntegerField(default=1)
    reject_policy = models.CharField(max_length=16, choices=RejectPolicy.choices, default="veto")
    origin = models.CharField(max_length=8, choices=Origin.choices, default="policy")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="added_steps")
    beside = models.CharField(max_length=24, blank=True, default="")
    carried_from = models.ForeignKey("Decision", on_delete=models.PROTECT, null=True, related_name="carried_to")
    carried_why = models.JSONField(default=list, blank=True, encoder=DjangoJSONEncoder)
    task = models.OneToOneField(Task, on_delete=models.PROTECT, null=True)
    opened_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # A question is out: the clock stands since then.
    paused_at = models.DateTimeField(null=True)
    # What time does to an open step next: remind, escalate (how often so far), end.
    next_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    escalated = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("submission", "stage", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "key"], name="step_one_per_key"),
            models.CheckConstraint(
                condition=~Q(status="open") | (Q(task__isnull=False) & Q(due_at__isnull=False)),
                name="step_open_has_task_and_due",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["queue_key", "due_at", "id"], name="step_queue", condition=Q(status="open")),
            models.Index(fields=["next_at", "id"], name="step_next_at", condition=Q(status="open")),
        ]

    def __str__(self) -> str:
        return f"{self.role} ({self.status})"

    @property
    def is_out(self) -> bool:
        """Whether it was given out for an opinion: it is in the queue of somebody who does not decide it."""
        return self.queue_key.startswith("@") and self.queue_key != personal_key(self.assignee_id or 0)

    @property
    def home_key(self) -> str:
        """The pool whose step it is; while it is out for an opinion, the one to which it comes back."""
        return self._given_out_by or self.queue_key if self.is_out else self.queue_key

    @cached_property
    def _given_out_by(self) -> str:
        return self.handovers.filter(verb="delegate").values_list("from_key", flat=True).last() or ""


class Decision(models.Model):
    """Who said what in a step, on which content. Never changed."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="decisions")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="decisions")
    step = models.OneToOneField(Step, on_delete=models.PROTECT, related_name="decision")
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="decisions")
    person_id = models.BigIntegerField()
    # Whose authority it was, when a delegate acted.
    on_behalf_of = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="decided_for")
    capacity = models.CharField(max_length=10, choices=Capacity.choices, default="own")
    # How many decisions of this person in the round no longer count: taken back, or asked again.
    attempt = models.PositiveSmallIntegerField(default=0)
    role = models.CharField(max_length=3)
    verb = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    conditions = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    content_sha256 = models.CharField(max_length=64)
    channel = models.CharField(max_length=12)
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["submission", "person_id", "attempt"], name="decision_one_per_person")
        ]
        indexes: ClassVar = [models.Index(fields=["person_id", "-id"], name="decision_of_person")]

    def __str__(self) -> str:
        return f"{self.role} {self.verb}"


class NumberSeries(models.Model):
    """The last number given in a series such as CR-202611; the row is locked while a number is taken."""

    prefix = models.CharField(max_length=16, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.prefix

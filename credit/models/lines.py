"""What is in force: credit lines and the conditions that wait to be proved."""

from typing import ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from accounts.models import User
from credit.choices import (
    Basis,
    EndReason,
    LineKind,
    Measure,
)
from credit.models.amounts import bounded
from credit.models.application import CreditApplication
from customers.models import Customer


class CreditLineQuerySet(models.QuerySet["CreditLine"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(customer__in=Customer.objects.visible_to(user).values("pk"))

    def marked(self) -> Self:
        """With `frozen`: whether nothing may be drawn on the line now."""
        held = LineMeasure.objects.filter(measure=Measure.FREEZE, lifted_at__isnull=True)
        return self.annotate(frozen=models.Exists(held.filter(line=models.OuterRef("pk"))))

    def active(self) -> Self:
        """Activated and not ended; the dates still decide whether the line counts on a day."""
        return self.filter(activated_at__isnull=False, ended_at__isnull=True)


class CreditLine(models.Model):
    """A granted limit. No row = nothing set, amount 0 = no credit, unlimited = said so on purpose.

    Never edited: a new decision supersedes it. A trigger lets `activated_at`, `ended_at` and
    `end_reason` be written once and refuses every other change. `valid_to` is the last day that counts.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="credit_lines")
    application = models.ForeignKey(
        CreditApplication, on_delete=models.PROTECT, null=True, blank=True, related_name="lines"
    )
    kind = models.CharField(max_length=10, choices=LineKind.choices)
    basis = models.CharField(max_length=10, choices=Basis.choices, default=Basis.AMOUNT)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3)
    term_days = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    security_value = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    request_no = models.CharField(max_length=24)
    # Counts again because the decrease or closing that ended it was not ratified
    restored = models.BooleanField(default=False)
    policy_number = models.PositiveIntegerField()
    conditions = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    granted_at = models.DateTimeField(db_default=Now())
    activated_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=10, choices=EndReason.choices, null=True, blank=True)

    objects: ClassVar[CreditLineQuerySet] = CreditLineQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=["customer", "kind", "valid_from"], name="credit_line_lookup")]
        constraints: ClassVar = [
            bounded("amount", "credit_line"),
            bounded("security_value", "credit_line"),
            models.UniqueConstraint(
                fields=["request_no", "kind", "restored"], name="credit_line_one_per_request_and_kind"
            ),
            models.CheckConstraint(
                condition=Q(basis="amount", amount__isnull=False) | Q(basis="unlimited", amount__isnull=True),
                name="credit_line_amount_or_unlimited",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="credit_line_dates",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason__isnull=True)
                | Q(ended_at__isnull=False, end_reason__isnull=False),
                name="credit_line_end_has_reason",
            ),
            ExclusionConstraint(
                name="credit_line_one_active_at_a_time",
                expressions=[
                    ("customer", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(activated_at__isnull=False, ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.request_no}"


class LineMeasure(models.Model):
    """What was done at once to a line (CL-0): frozen, decreased or closed, until it is lifted.

    Written once; a trigger lets only the lifting be filled in. A line is frozen while a freeze of it is not lifted.
    """

    line = models.ForeignKey(CreditLine, on_delete=models.PROTECT, related_name="measures")
    measure = models.CharField(max_length=10, choices=Measure.choices)
    request_no = models.CharField(max_length=24, db_index=True)
    reason = models.TextField(blank=True)
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(db_default=Now())
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lift_reason = models.CharField(max_length=300, null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(measure="freeze", lifted_at__isnull=True),
                name="line_measure_frozen_once",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lift_reason__isnull=True)
                | Q(lifted_at__isnull=False, lift_reason__isnull=False),
                name="line_measure_lifted_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} · {self.request_no}"


class LineCondition(models.Model):
    """Something that must be proved before a granted line takes effect, such as a guarantee received."""

    line = models.ForeignKey(CreditLine, on_delete=models.PROTECT, related_name="pending")
    text = models.CharField(max_length=300)
    due_on = models.DateField(null=True, blank=True)
    fulfilled_at = models.DateTimeField(null=True, blank=True)
    fulfilled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    evidence = models.CharField(max_length=500, null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(fulfilled_at__isnull=True, fulfilled_by__isnull=True)
                | Q(fulfilled_at__isnull=False, fulfilled_by__isnull=False, evidence__isnull=False),
                name="line_condition_fulfilled_with_evidence",
            )
        ]

    def __str__(self) -> str:
        return self.text

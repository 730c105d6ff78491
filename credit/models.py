"""Credit: what is asked (application), what is known (case forms), what is in force (lines)."""

from typing import ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from guardian.shortcuts import get_objects_for_user

from accounts.models import User
from accounts.queries import visibility
from credit.choices import (
    AttachmentKind,
    Basis,
    EndReason,
    LineKind,
    ReasonCode,
    RequestType,
    SecurityType,
    Settlement,
    line_kind,
)
from customers.models import Customer

LARGEST = 10**12


def bounded(field: str, table: str) -> models.CheckConstraint:
    """Money is absent or between 0 and 1e12; the upper bound also refuses NaN."""
    inside = Q(**{f"{field}__gte": 0, f"{field}__lte": LARGEST})
    return models.CheckConstraint(condition=Q(**{f"{field}__isnull": True}) | inside, name=f"{table}_{field}_bounded")


class CreditApplicationQuerySet(models.QuerySet["CreditApplication"]):
    def visible_to(self, user: User) -> Self:
        """Of visible customers; a confidential one only for its editors, who was named, and who reads all."""
        if visibility(user).audits:
            return self.all()
        shared = get_objects_for_user(
            user, "credit.view_creditapplication", CreditApplication, accept_global_perms=False, with_superuser=False
        )
        mine = Q(created_by__person_id=user.person_id) | Q(
            pk__in=CreditApplication.editors.through.objects.filter(user__person_id=user.person_id).values(
                "creditapplication_id"
            )
        )
        customers = Q(confidential=False, customer__in=Customer.objects.visible_to(user).values("pk"))
        return self.filter(mine | Q(pk__in=shared.values("pk")) | customers)

    def drafts(self) -> Self:
        """Not asked for yet (or returned), not thrown away."""
        return self.filter(submitted=False, discarded_at__isnull=True)


class CreditApplication(models.Model):
    """Form 1: what a sales person asks for a customer. A draft is a row that no request points to yet."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="credit_applications")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="credit_applications")
    editors = models.ManyToManyField(User, related_name="edited_credit_applications")
    last_edited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    req_type = models.CharField(_("request type"), max_length=12, choices=RequestType.choices, default="new")
    req_limit = models.DecimalField(_("requested limit"), max_digits=18, decimal_places=2, null=True, blank=True)
    req_term = models.PositiveSmallIntegerField(_("requested term (days)"), null=True, blank=True)
    settlement = models.CharField(max_length=10, choices=Settlement.choices, blank=True)
    req_placement = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    forecast_month = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    categories = models.CharField(max_length=300, blank=True)
    reason_code = models.CharField(max_length=12, choices=ReasonCode.choices, blank=True)
    reason_text = models.TextField(blank=True)
    give_get = models.TextField(blank=True)
    competitor = models.TextField(blank=True)
    security_type = models.CharField(max_length=16, choices=SecurityType.choices, blank=True)
    security_value = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    security_provider = models.CharField(max_length=120, blank=True)
    security_valid_to = models.DateField(null=True, blank=True)
    grade_override = models.SmallIntegerField(default=0)
    override_reason = models.TextField(blank=True)
    confidential = models.BooleanField(default=False)
    currency = models.CharField(max_length=3, default="CNY")

    revision = models.PositiveIntegerField(default=1)
    submitted = models.BooleanField(default=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[CreditApplicationQuerySet] = CreditApplicationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=["customer", "-submitted_at"], name="credit_app_of_customer"),
            models.Index(fields=["created_by", "-id"], name="credit_app_of_author"),
        ]
        constraints: ClassVar = [
            *(bounded(f, "credit_app") for f in ("req_limit", "req_placement", "forecast_month", "security_value")),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="credit_app_dates",
            ),
            models.CheckConstraint(
                condition=Q(grade_override__gte=-1, grade_override__lte=1), name="credit_app_one_notch"
            ),
            models.CheckConstraint(
                condition=Q(submitted=False)
                | Q(submitted_at__isnull=False, req_limit__isnull=False, req_term__isnull=False),
                name="credit_app_submitted_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(req_term__isnull=True) | Q(req_term__lte=365), name="credit_app_term_bounded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.get_req_type_display()}"

    @property
    def kind(self) -> str:
        """The line this application is about: trade, temporary or placement."""
        return line_kind(self.req_type)


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User) -> Self:
        """Whoever sees the application sees its papers."""
        return self.filter(application__in=CreditApplication.objects.visible_to(user).values("pk"))

    def present(self) -> Self:
        return self.filter(removed_at__isnull=True)


class Attachment(models.Model):
    """A paper of an application; the bytes are kept by their SHA-256, the row is never edited."""

    application = models.ForeignKey(CreditApplication, on_delete=models.PROTECT, related_name="attachments")
    kind = models.CharField(max_length=20, choices=AttachmentKind.choices)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[AttachmentQuerySet] = AttachmentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.file_name


class CaseFormQuerySet(models.QuerySet["CaseForm"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(customer__in=Customer.objects.visible_to(user).values("pk"))


class CaseForm(models.Model):
    """A filed survey (2), analysis (3) or potential (5) form; a newer one supersedes it, nothing edits it."""

    class Form(models.IntegerChoices):
        SURVEY = 2, _("Credit survey")
        ANALYSIS = 3, _("Credit analysis")
        POTENTIAL = 5, _("Development potential")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="case_forms")
    form_no = models.PositiveSmallIntegerField(choices=Form.choices)
    answers = models.JSONField(encoder=DjangoJSONEncoder)
    as_of = models.DateField()
    filled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    second_surveyor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[CaseFormQuerySet] = CaseFormQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=["customer", "form_no", "-id"], name="case_form_latest")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(form_no__in=[2, 3, 5]), name="case_form_known"),
            models.CheckConstraint(
                condition=Q(second_surveyor__isnull=True) | ~Q(second_surveyor=F("filled_by")),
                name="case_form_second_surveyor_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_form_no_display()} · {self.customer} · {self.as_of}"


class CreditLineQuerySet(models.QuerySet["CreditLine"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(customer__in=Customer.objects.visible_to(user).values("pk"))

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
            models.UniqueConstraint(fields=["request_no", "kind"], name="credit_line_one_per_request_and_kind"),
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

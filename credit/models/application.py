"""What is asked (form 1) and the papers that go with it."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from guardian.shortcuts import get_objects_for_user

from accounts.models import User
from accounts.queries import visibility
from credit.choices import (
    AttachmentKind,
    ReasonCode,
    RequestType,
    SecurityType,
    Settlement,
    line_kind,
)
from credit.models.amounts import bounded
from customers.models import Customer


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

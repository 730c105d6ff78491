"""Sealed papers: what was printed, from which data, with which seal, and whether it still holds."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from accounts.models import Unit, User
from accounts.queries import visibility
from contracts.models.clauses import readable_units
from customers.models import Customer

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Kind(models.TextChoices):
    """The letters of the house."""

    DECISION_NOTICE = "decision_notice", _("Decision notice")
    APPROVAL_SHEET = "approval_sheet", _("Approval sheet")
    CONTRACT = "contract", _("Contract")


class State(models.TextChoices):
    """How far a document is; void is said by `voided_at`, because a void document was issued all the same."""

    QUEUED = "queued", _("Being prepared")
    DONE = "done", _("Issued")
    FAILED = "failed", _("Failed")


class DocumentQuerySet(models.QuerySet["Document"]):
    """Who may read which documents."""

    def visible_to(self, user: "User | AnonymousUser") -> "DocumentQuerySet":
        """Those of visible customers, or of one's company when about none; a confidential one only for who was
        named and who reads everything."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if visibility(user).audits:
            return self
        named = DocumentUserObjectPermission.objects.filter(user=user, permission__codename="view_document").values(
            "content_object_id"
        )
        by_customer = Q(confidential=False, customer__in=Customer.objects.visible_to(user).values("pk"))
        by_unit = Q(confidential=False, customer__isnull=True, unit__in=readable_units(user).values("pk"))
        return self.filter(Q(pk__in=named) | by_customer | by_unit)


class Document(models.Model):
    """One letter in one language: the frozen data, and once issued the sealed PDF, which never changes."""

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    language = models.CharField(max_length=10)
    request_no = models.CharField(max_length=24, db_index=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    # A contract template is about no customer.
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="documents")
    confidential = models.BooleanField(default=False)
    ordered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    snapshot = models.JSONField()
    snapshot_sha256 = models.CharField(max_length=64)
    template_sha256 = models.CharField(max_length=64)
    engine = models.CharField(max_length=20)
    verify_code = models.CharField(max_length=20, unique=True)

    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(default=1)
    failure = models.CharField(max_length=500, blank=True)
    engine_version = models.CharField(max_length=100, blank=True)
    fonts_sha256 = models.CharField(max_length=64, blank=True)
    docx_sha256 = models.CharField(max_length=64, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    size = models.PositiveIntegerField(null=True)
    pages = models.PositiveSmallIntegerField(null=True)
    seal_subject = models.CharField(max_length=300, blank=True)
    sealed_at = models.DateTimeField(null=True)

    voided_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    void_reason = models.CharField(max_length=500, blank=True)

    objects: ClassVar[models.Manager["Document"]] = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "request_no", "language", "snapshot_sha256"], name="document_once_per_content"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(sealed_at__isnull=False, pages__gt=0, size__gt=0) & ~Q(pdf_sha256=""),
                name="document_done_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | Q(state="done") & ~Q(void_reason=""),
                name="document_void_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The sealed PDF."""
        return reverse("contracts:pdf", args=[self.number])

    @property
    def shown_state(self) -> str:
        """The state as people see it: a voided document is void, whatever else it is."""
        return "void" if self.voided_at else self.state


class DocumentUserObjectPermission(UserObjectPermissionBase):
    """A confidential document opened to a person by name: django-guardian's row with a real foreign key."""

    content_object = models.ForeignKey(Document, on_delete=models.CASCADE)


class NumberSeries(models.Model):
    """The last number given in a month's series ("DN-202611"); its row lock keeps numbers unique.

    Numbers are unique, not gapless: what fails for good keeps its number.
    """

    series = models.CharField(max_length=16, primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"

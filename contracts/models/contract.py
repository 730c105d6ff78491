"""Contracts as approved, sealed and signed; the seal register and the counterparty's copies."""

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contracts.models.contract_letter import ContractLetter
from contracts.models.documents import Document
from contracts.models.templates import TemplateVersion
from customers.models import Customer
from customers.models.file import money, money_check

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class ContractQuerySet(models.QuerySet["Contract"]):
    """Which contracts a person may read, and how far they are."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Those whose letter he may read."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(letter__in=ContractLetter.objects.visible_to(user).values("pk"))

    def in_state(self, state: str) -> Self:
        """Contracts of one state; see `Contract.state`."""
        found = self
        passed = ("sealed_at", "signed_at", "effective_at", "expired_at", "terminated_at")
        until = {"approved": 0, "sealed": 1, "signed": 2, "effective": 3, "expired": 4}
        if state == "terminated":
            return self.filter(terminated_at__isnull=False)
        if state not in until:
            return self
        if until[state]:
            found = found.filter(**{f"{passed[until[state] - 1]}__isnull": False})
        return found.filter(**{f"{name}__isnull": True for name in passed[until[state] :]})

    def ending(self, until: date) -> Self:
        """In force and with its last day on or before the date."""
        return self.in_state("effective").filter(valid_to__lte=until)


class Contract(models.Model):
    """An approved contract and its life. What was agreed never changes; each stage is written once, in order.

    content: the approved submission; what the paper prints is in it under "evaluation".
    """

    letter = models.OneToOneField(ContractLetter, on_delete=models.PROTECT, related_name="contract")
    number = models.CharField(max_length=24, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contracts")
    template_version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="contracts")
    currency = models.CharField(max_length=3)
    annual_value = money()
    valid_from = models.DateField()
    valid_to = models.DateField()
    copies = models.PositiveSmallIntegerField()
    signer_name = models.CharField(max_length=120)
    signer_legal_rep = models.BooleanField()
    authority_no = models.CharField(max_length=80, blank=True)
    authority_valid_to = models.DateField(null=True)
    standard = models.BooleanField()
    paper_sha256 = models.CharField(max_length=64)
    """The customer's own paper; "" on ours."""
    content = models.JSONField(encoder=DjangoJSONEncoder)
    policy_number = models.PositiveIntegerField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()

    document = models.OneToOneField(Document, on_delete=models.PROTECT, null=True, related_name="contract")
    sealed_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_on = models.DateField(null=True)
    effective_at = models.DateTimeField(null=True)
    expired_at = models.DateTimeField(null=True)
    terminated_at = models.DateTimeField(null=True)
    terminated_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    termination_reason = models.CharField(max_length=500, blank=True)

    objects: ClassVar[ContractQuerySet] = ContractQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=["customer", "-id"], name="contract_of_customer"),
            models.Index(fields=["valid_to", "id"], name="contract_by_end"),
        ]
        constraints: ClassVar = [
            money_check("annual_value", "contract_value"),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="contract_dates"),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_on__isnull=True)
                | Q(sealed_at__isnull=False, signed_at__isnull=False, signed_on__isnull=False),
                name="contract_signed_after_seal",
            ),
            models.CheckConstraint(
                condition=Q(effective_at__isnull=True) | Q(signed_at__isnull=False),
                name="contract_effective_after_both",
            ),
            models.CheckConstraint(
                condition=Q(expired_at__isnull=True) | Q(effective_at__isnull=False),
                name="contract_expired_was_effective",
            ),
            models.CheckConstraint(
                condition=Q(terminated_at__isnull=True, terminated_by__isnull=True, termination_reason="")
                | Q(terminated_at__isnull=False, terminated_by__isnull=False) & ~Q(termination_reason=""),
                name="contract_terminated_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("contracts:contract", args=[self.number])

    @property
    def state(self) -> str:
        """approved | sealed | signed | effective | expired | terminated (defaults 2(h))."""
        if self.terminated_at:
            return "terminated"
        stages = (("expired", self.expired_at), ("effective", self.effective_at), ("signed", self.signed_at))
        return next((name for name, at in (*stages, ("sealed", self.sealed_at)) if at), "approved")


class OfContractQuerySet(models.QuerySet[Any]):
    """Rows that are visible when their contract is."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Rows of the contracts that he may read."""
        return self.filter(contract__in=Contract.objects.visible_to(user).values("pk"))


class SealType(models.TextChoices):
    ELECTRONIC = "electronic", _("Electronic seal of the company")
    CONTRACT = "contract", _("Contract seal on paper")
    COMPANY = "company", _("Company seal on paper")


class SealEntry(models.Model):
    """用印登记 / Seal register: which seal was set on which contract, by whose hand, on how many copies."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="seals")
    seal = models.CharField(max_length=10, choices=SealType.choices)
    document_number = models.CharField(max_length=24)
    document_sha256 = models.CharField(max_length=64)
    keeper = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    """Whose hand set it; None for the electronic seal, which the system keeps and sets by itself."""
    copies = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=300, blank=True)
    sealed_at = models.DateTimeField(db_default=Now())

    objects = OfContractQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(copies__gte=1), name="seal_entry_has_copies"),
            models.CheckConstraint(
                condition=Q(seal="electronic", keeper__isnull=True) | ~Q(seal="electronic") & Q(keeper__isnull=False),
                name="seal_entry_paper_has_keeper",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract} · {self.get_seal_display()}"


class SignedCopy(models.Model):
    """The counterparty's signed copy that was accepted, and how it was found to be the paper that we sealed."""

    class Method(models.TextChoices):
        SIGNATURE = "signature", _("Further signature on our file")
        TEXT = "text", _("Same text, page by page")
        PERSON = "person", _("Compared by a person, page by page")

    contract = models.OneToOneField(Contract, on_delete=models.PROTECT, related_name="signed_copy")
    method = models.CharField(max_length=10, choices=Method.choices)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField()
    signed_on = models.DateField()
    signers = models.JSONField(default=list)
    """Holders of the further certificates, as the file says; whether anybody trusts them is not ours to say."""
    pages_confirmed = models.JSONField(default=list)
    reason = models.CharField(max_length=500, blank=True)
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(db_default=Now())

    objects = OfContractQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(method="person") | ~Q(reason=""), name="signed_copy_person_gives_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract} · {self.file_name}"

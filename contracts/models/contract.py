"""Contracts: what a sales person proposes (the letter), and what was approved, sealed and signed (the contract)."""

from datetime import date
from typing import TYPE_CHECKING, ClassVar, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from contracts.models.documents import Document
from contracts.models.templates import ContractTemplate, TemplateVersion
from customers.models import Customer
from customers.models.file import money, money_check
from customers.models.letters import Letter, LetterQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Freight(models.TextChoices):
    SUPPLIER = "supplier", _("Supplier")
    BUYER = "buyer", _("Buyer")


class Payment(models.TextChoices):
    PREPAID = "prepaid", _("Payment before delivery")
    MONTHLY = "monthly", _("Monthly statement")
    INVOICE = "invoice", _("Days after the invoice")
    DELIVERY = "delivery", _("Days after delivery")


class Dispute(models.TextChoices):
    COURT = "court", _("Court at the supplier's seat")
    ARBITRATION = "arbitration", _("Arbitration")


class ContractLetterQuerySet(LetterQuerySet["ContractLetter"]):
    """Letters about contracts."""


class ContractLetter(Letter):
    """What is proposed to a customer. Figures left empty are those that were approved for him.

    Dates: `valid_to` is the last day; `sign_on` the planned day of signing, on which contracts of one customer are
    added up. Rates are per mille a day, shares per cent, periods days.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contract_letters")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="contract_letters")
    editors = models.ManyToManyField(User, related_name="edited_contract_letters")

    template = models.ForeignKey(ContractTemplate, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    currency = models.CharField(max_length=3, default="CNY")
    annual_value = money(verbose_name=_("value in a year"), null=True)
    valid_from = models.DateField(_("first day"), null=True, blank=True)
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    auto_renew = models.BooleanField(_("renews itself"), default=False)
    sign_on = models.DateField(_("planned day of signing"), null=True, blank=True)
    sign_place = models.CharField(_("place of signing"), max_length=120, blank=True)
    copies = models.PositiveSmallIntegerField(_("copies"), default=2)

    delivery_address = models.CharField(_("place of delivery"), max_length=300, blank=True)
    delivery_mode = models.CharField(_("transport"), max_length=120, blank=True)
    lead_days = models.PositiveSmallIntegerField(_("delivery within (days)"), null=True, blank=True)
    freight_by = models.CharField(_("freight paid by"), max_length=10, choices=Freight.choices, default="supplier")
    lots = models.CharField(_("lots and cycle"), max_length=120, blank=True)
    quality_standard = models.CharField(_("quality standard"), max_length=200, blank=True)
    storage = models.CharField(_("packaging and storage"), max_length=200, blank=True)
    acceptance_method = models.CharField(_("way of acceptance"), max_length=200, blank=True)
    acceptance_days = models.PositiveSmallIntegerField(_("acceptance within (days)"), null=True, blank=True)
    receivers = models.CharField(_("authorised receivers"), max_length=200, blank=True)
    returns_cap = models.DecimalField(_("returns at most (%)"), max_digits=5, decimal_places=2, null=True, blank=True)

    payment = models.CharField(_("way of payment"), max_length=10, choices=Payment.choices, default="monthly")
    term_days = models.PositiveSmallIntegerField(_("payment term (days)"), null=True, blank=True)
    statement_day = models.PositiveSmallIntegerField(_("day of the statement"), null=True, blank=True)
    credit_limit = money(verbose_name=_("credit limit"), null=True)
    discount = models.DecimalField(_("discount (%)"), max_digits=5, decimal_places=2, null=True, blank=True)
    rebate_rate = models.DecimalField(_("rebate (%)"), max_digits=5, decimal_places=2, null=True, blank=True)
    with_rebate = models.BooleanField(_("with a rebate"), default=False)
    territory = models.CharField(_("territory"), max_length=200, blank=True)
    guarantee_type = models.CharField(_("security"), max_length=60, blank=True)
    guarantee_value = money(verbose_name=_("value of the security"), null=True)
    guarantee_provider = models.CharField(_("provider of the security"), max_length=120, blank=True)
    guarantee_valid_to = models.DateField(_("security valid to"), null=True, blank=True)

    late_rate = models.DecimalField(_("late payment (‰ a day)"), max_digits=5, decimal_places=2, null=True, blank=True)
    delivery_rate = models.DecimalField(
        _("late delivery (‰ a day)"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    notice_days = models.PositiveSmallIntegerField(_("notice of termination (days)"), null=True, blank=True)
    price_notice_days = models.PositiveSmallIntegerField(_("notice of price changes (days)"), null=True, blank=True)
    dispute = models.CharField(_("disputes"), max_length=12, choices=Dispute.choices, default="court")
    dispute_body = models.CharField(_("arbitration body"), max_length=120, blank=True)

    signer_name = models.CharField(_("signs for the customer"), max_length=120, blank=True)
    signer_legal_rep = models.BooleanField(_("is the legal representative"), default=False)
    authority_no = models.CharField(_("number of the letter of authority"), max_length=80, blank=True)
    authority_valid_to = models.DateField(_("authority valid to"), null=True, blank=True)

    on_customer_paper = models.BooleanField(_("on the customer's paper"), default=False)
    reason = models.TextField(_("reason"), blank=True)

    objects: ClassVar[ContractLetterQuerySet] = ContractLetterQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=["customer", "sign_on"], name="contract_letter_of_day")]
        constraints: ClassVar = [
            money_check("annual_value", "contract_letter_value"),
            money_check("credit_limit", "contract_letter_limit"),
            money_check("guarantee_value", "contract_letter_guarantee"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="contract_letter_dates",
            ),
            models.CheckConstraint(
                condition=Q(submitted=False)
                | Q(annual_value__isnull=False, valid_from__isnull=False, valid_to__isnull=False),
                name="contract_letter_submitted_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer)


class ContractLine(models.Model):
    """One product of the contract (defaults 2(g) clause 3). No unit price: the approved one.

    quantity in `unit`; unit_price in the contract's currency a unit; agreement_no is taken from the approved price.
    """

    letter = models.ForeignKey(ContractLetter, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    product = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=200)
    brand = models.CharField(max_length=80, blank=True)
    spec = models.CharField(max_length=120, blank=True)
    unit = models.CharField(max_length=20)
    quantity = models.DecimalField(max_digits=18, decimal_places=3)
    unit_price = models.DecimalField(max_digits=18, decimal_places=4, null=True)

    class Meta:
        ordering = ("letter", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["letter", "position"], name="contract_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0, quantity__lte=10**12), name="contract_line_quantity"),
            models.CheckConstraint(
                condition=Q(unit_price__isnull=True) | Q(unit_price__gte=0, unit_price__lte=10**12),
                name="contract_line_price",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ContractDeviation(models.Model):
    """A clause that shall say something else than the published text; an empty text leaves the clause out."""

    letter = models.ForeignKey(ContractLetter, on_delete=models.CASCADE, related_name="deviations")
    code = models.CharField(max_length=8)
    proposed = models.TextField(blank=True)
    reason = models.CharField(max_length=500)
    cap_removed = models.BooleanField(default=False)

    class Meta:
        ordering = ("letter", "code")
        constraints: ClassVar = [models.UniqueConstraint(fields=["letter", "code"], name="contract_deviation_once")]

    def __str__(self) -> str:
        return self.code


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

    values: what the paper prints, from the approved submission; replaced: the lines of clauses that deviate.
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


class OfContractQuerySet(models.QuerySet[models.Model]):
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


__all__ = [
    "Contract",
    "ContractDeviation",
    "ContractLetter",
    "ContractLine",
    "Dispute",
    "Freight",
    "Payment",
    "SealEntry",
    "SealType",
    "SignedCopy",
]

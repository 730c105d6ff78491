"""What a sales person proposes: the letter about a contract, its products and the clauses that shall differ."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from contracts.models.templates import ContractTemplate
from customers.models import Customer
from customers.models.file import money, money_check
from customers.models.letters import Letter, LetterQuerySet


class CompanyAccount(models.Model):
    """What our contracts say about the company beside its name: where to pay, where to write."""

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="account")
    bank_zh = models.CharField(_("bank and account, Chinese"), max_length=160)
    bank_en = models.CharField(_("bank and account, English"), max_length=160)
    email = models.EmailField(_("e-mail"), blank=True)

    def __str__(self) -> str:
        return f"{self.unit}"


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
    lot = models.CharField(_("lot size"), max_length=60, blank=True)
    cycle = models.CharField(_("delivery cycle"), max_length=60, blank=True)
    risk_point = models.CharField(_("risk passes"), max_length=200, blank=True)
    quality_standard = models.CharField(_("quality standard"), max_length=200, blank=True)
    quality_annex = models.CharField(_("number of the quality agreement"), max_length=60, blank=True)
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

"""A request for prices below the tier's: what is asked, on which evidence, and what else was promised."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models import Customer, Paper
from customers.models.file import money, money_check
from customers.models.letters import Letter, LetterQuerySet
from pricing.choices import Basis, Consideration, Mode, Obtained, PriceReason, PromiseKind
from pricing.models.products import PriceList, Product, price_check, unit_price, units


class SpecialPrice(Letter):
    """What a sales person asks for a customer. A draft is a row that no request points to yet.

    The annual volumes are sales of these products in money a year: what is expected, and what the customer
    may reach at best; rebates are looked at in both cases (approval.md 2.1).
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="special_prices")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="special_prices")
    editors = models.ManyToManyField(User, related_name="edited_special_prices")

    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    currency = models.CharField(max_length=3, default="CNY")
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    reason_code = models.CharField(_("reason"), max_length=16, choices=PriceReason.choices, blank=True)
    reason_text = models.TextField(_("reason in words"), blank=True)
    consideration = models.CharField(_("other promises"), max_length=4, choices=Consideration.choices, blank=True)
    annual_expected = money(verbose_name=_("expected sales a year"), null=True)
    annual_best = money(verbose_name=_("sales a year at best"), null=True)
    objects: ClassVar[LetterQuerySet["SpecialPrice"]] = LetterQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Letter.Meta):
        indexes: ClassVar = [
            models.Index(fields=["customer", "-submitted_at"], name="special_price_of_customer"),
            models.Index(fields=["created_by", "-id"], name="special_price_of_author"),
        ]
        constraints: ClassVar = [
            money_check("annual_expected", "special_price_annual_expected"),
            money_check("annual_best", "special_price_annual_best"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="special_price_dates",
            ),
            models.CheckConstraint(
                condition=Q(submitted=False)
                | Q(submitted_at__isnull=False, valid_from__isnull=False, valid_to__isnull=False),
                name="special_price_submitted_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.currency}"


class SpecialPriceLine(models.Model):
    """One product at one price: asked for as a net price or as a discount off the list price, not both."""

    letter = models.ForeignKey(SpecialPrice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    quantity = units(verbose_name=_("quantity"), null=True)
    requested_price = unit_price(verbose_name=_("net price"), null=True)
    requested_discount = models.DecimalField(
        _("discount off list (%)"), max_digits=7, decimal_places=4, null=True, blank=True
    )
    quantity_cap = units(verbose_name=_("quantity cap"), null=True)

    class Meta:
        ordering = ("position", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["letter", "product"], name="special_price_line_once"),
            price_check("quantity", "special_price_line_quantity"),
            price_check("quantity_cap", "special_price_line_cap"),
            price_check("requested_price", "special_price_line_price", positive=False),
            models.CheckConstraint(
                condition=Q(requested_discount__isnull=True)
                | Q(requested_discount__gte=0, requested_discount__lte=100),
                name="special_price_line_discount",
            ),
            models.CheckConstraint(
                condition=Q(requested_price__isnull=True) | Q(requested_discount__isnull=True),
                name="special_price_line_price_or_discount",
            ),
        ]

    def __str__(self) -> str:
        return str(self.product)


class OtherConsideration(models.Model):
    """Something promised besides the price; it becomes an off-invoice element of every line's waterfall."""

    letter = models.ForeignKey(SpecialPrice, on_delete=models.CASCADE, related_name="considerations")
    kind = models.CharField(_("what"), max_length=16, choices=PromiseKind.choices)
    basis = models.CharField(_("basis"), max_length=8, choices=Basis.choices, default=Basis.NET)
    mode = models.CharField(_("measure"), max_length=8, choices=Mode.choices, default=Mode.PERCENT)
    expected = models.DecimalField(_("expected"), max_digits=18, decimal_places=4)
    best = models.DecimalField(_("at best for the customer"), max_digits=18, decimal_places=4)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            price_check("expected", "consideration_expected", positive=False),
            price_check("best", "consideration_best", positive=False),
            models.CheckConstraint(
                condition=Q(mode="total") | Q(expected__lte=100, best__lte=100), name="consideration_percent"
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class CompetitorEvidence(models.Model):
    """A competitor's price that the request answers: whose, for what, from when, how it became known."""

    letter = models.ForeignKey(SpecialPrice, on_delete=models.CASCADE, related_name="evidence")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    competitor = models.CharField(_("competitor"), max_length=120)
    competitor_product = models.CharField(_("competitor's product"), max_length=200, blank=True)
    price = unit_price(verbose_name=_("price per stock unit"))
    currency = models.CharField(_("currency"), max_length=3)
    terms = models.CharField(_("terms"), max_length=200, blank=True)
    obtained_on = models.DateField(_("obtained on"))
    how = models.CharField(_("how obtained"), max_length=20, choices=Obtained.choices)
    corroboration = models.CharField(_("corroborated by"), max_length=200, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [price_check("price", "competitor_evidence_price")]

    def __str__(self) -> str:
        return f"{self.competitor} {self.price}"

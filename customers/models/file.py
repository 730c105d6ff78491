"""The customer file: who the customer is, who looks after him, his licences, contacts and legal record."""

from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from accounts.models import Region, Unit, User
from accounts.money import LARGEST
from accounts.queries import visibility
from customers.rules.currencies import is_currency
from customers.rules.uscc import is_uscc

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def check_uscc(value: str) -> None:
    """Refuse a unified social credit code whose check character is wrong (GB 32100-2015)."""
    if not is_uscc(value):
        raise ValidationError(
            _("%(value)s is not a valid unified social credit code."), params={"value": value}, code="uscc"
        )


def check_currency(value: str) -> None:
    """Refuse a code that is no currency of ISO 4217."""
    if not is_currency(value):
        raise ValidationError(_("%(value)s is not a currency code."), params={"value": value}, code="currency")


def money(*, verbose_name: object = "", null: bool = False) -> "models.DecimalField[Decimal, Decimal]":
    """An amount column; pair it with `money_check`, which also stops NaN and Infinity."""
    return models.DecimalField(verbose_name, max_digits=18, decimal_places=2, null=null, blank=null)  # type: ignore[arg-type]


def money_check(field: str, name: str) -> models.CheckConstraint:
    """0 <= amount <= 1e12; an unknown amount (NULL) passes."""
    return models.CheckConstraint(condition=Q(**{f"{field}__gte": 0}) & Q(**{f"{field}__lte": LARGEST}), name=name)


class CustomerType(models.TextChoices):
    """What the customer is (defaults 2(i)); indicator sets may differ by it."""

    DISTRIBUTOR = "distributor", _("Distributor")
    CHAIN = "chain", _("Chain")
    HOSPITAL = "hospital", _("Hospital")
    OUTLET = "outlet", _("Outlet")
    OEM = "oem", _("Manufacturer")


class Segment(models.TextChoices):
    """How the customer matters to the company (defaults 2(i))."""

    STRATEGIC = "strategic", _("Strategic key account")
    CHANNEL = "channel", _("Channel partner")
    LOYAL_SMALL = "loyal_small", _("Loyal small customer")
    PROJECT = "project", _("Project customer")


class LicenceKind(models.TextChoices):
    """Licences of defaults 2(i)."""

    BUSINESS = "business", _("Business licence")
    DRUG = "drug", _("Drug operating licence")
    MEDICAL = "medical", _("Medical institution licence")
    DEVICE = "device", _("Medical device licence or record")
    FOOD = "food", _("Food licence")
    GSP = "gsp", _("GSP certificate (no longer issued)")
    AUTHORISATION = "authorisation", _("Authorisation letter of the signer")
    IDENTITY = "identity", _("Identity proof of buyer or receiver")


class FlagKind(models.TextChoices):
    """Legal record that knocks a customer out (defaults 2(b), Knock-outs)."""

    DISHONEST = "dishonest", _("Dishonest debtor or enforcement")
    LAWSUIT = "lawsuit", _("Lawsuit for payment")
    INSOLVENCY = "insolvency", _("Insolvency, closure or ordered suspension")
    FORGED_DOCUMENT = "forged_document", _("Forged document")
    BOUNCED_BILL = "bounced_bill", _("Bounced bill")
    REFUSED_TO_SIGN = "refused_to_sign", _("Refused to sign contract or statement")


class CustomerGroup(models.Model):
    """Customers under one control; credit exposure is added up at this level."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        ordering = ("code",)
        verbose_name = _("customer group")

    def __str__(self) -> str:
        return self.name


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Who may read which customers."""

    def visible_to(self, user: "User | AnonymousUser") -> "CustomerQuerySet":
        """His own customers, those of his regions and units, those shared with him; finance reads all."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        scope = visibility(user)
        if scope.everything:
            return self
        shared = CustomerUserObjectPermission.objects.filter(user=user, permission__codename="view_customer").values(
            "content_object_id"
        )
        reach = Q(owner=user) | Q(pk__in=shared)
        if scope.unit_ids:
            reach |= Q(unit_id__in=scope.unit_ids)
        if scope.region_ids:
            reach |= Q(region_id__in=scope.region_ids)
        return self.filter(reach)

    def active(self) -> "CustomerQuerySet":
        """Customers the company still trades with."""
        return self.filter(active=True)


class Customer(models.Model):
    """A company that buys from one unit; it belongs to the company, its owner only looks after it."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="customers", verbose_name=_("unit"))
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="customers", verbose_name=_("region"))
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="customers", verbose_name=_("owner"))
    group = models.ForeignKey(
        CustomerGroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="customers",
        verbose_name=_("group"),
    )
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    # Both derived from the name by customers.services: sort and search key, and look-alike skeleton.
    pinyin = models.CharField(max_length=600, blank=True, editable=False)
    skeleton = models.CharField(max_length=600, blank=True, editable=False)
    uscc = models.CharField(_("unified social credit code"), max_length=18, blank=True, validators=[check_uscc])
    customer_type = models.CharField(
        _("type"), max_length=20, choices=CustomerType.choices, default=CustomerType.DISTRIBUTOR
    )
    segment = models.CharField(_("segment"), max_length=20, choices=Segment.choices, default=Segment.CHANNEL)
    legal_rep = models.CharField(_("legal representative"), max_length=120, blank=True)
    registered_address = models.CharField(_("registered address"), max_length=300, blank=True)
    bank_masked = models.CharField(_("bank and account (masked)"), max_length=120, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    since = models.DateField(_("customer since"), null=True, blank=True)
    tier = models.PositiveSmallIntegerField(_("stars"), null=True, blank=True)
    tier_provisional = models.BooleanField(_("stars are provisional"), default=False)
    key_account = models.BooleanField(_("key account"), default=False)
    buyer_public_or_large = models.BooleanField(_("public or large enterprise"), default=False)
    category_purchases = money(verbose_name=_("yearly purchases of our category"), null=True)
    turnover = money(verbose_name=_("yearly turnover"), null=True)
    target_lines = models.PositiveIntegerField(_("product lines aimed at"), default=0)
    currency = models.CharField(_("currency"), max_length=3, default="CNY", validators=[check_currency])
    active = models.BooleanField(_("active"), default=True)
    # Goes up with every change of the file, so that two editors cannot overwrite each other.
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        ordering = ("pinyin", "pk")
        verbose_name = _("customer")
        indexes: ClassVar = [
            models.Index(fields=["pinyin", "id"], name="customer_sort"),
            models.Index(fields=["owner", "pinyin"], name="customer_owner"),
            models.Index(fields=["region", "pinyin"], name="customer_region"),
            models.Index(fields=["unit", "pinyin"], name="customer_unit"),
            models.Index(fields=["skeleton"], name="customer_skeleton"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "uscc"], condition=~Q(uscc=""), name="customer_unique_uscc",
                violation_error_message=_("A customer with this unified social credit code exists already."),
            ),
            models.CheckConstraint(
                condition=Q(tier__isnull=True) | Q(tier__range=(1, 4)), name="customer_tier_1_to_4"
            ),
            money_check("category_purchases", "customer_category_purchases"),
            money_check("turnover", "customer_turnover"),
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_name"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.short_name or self.name


class CustomerUserObjectPermission(UserObjectPermissionBase):
    """A customer shared with a colleague: django-guardian's permission row with a real foreign key."""

    content_object = models.ForeignKey(Customer, on_delete=models.CASCADE)


Row = TypeVar("Row", bound=models.Model)


class OfCustomerQuerySet(models.QuerySet[Row]):
    """Rows that are visible when their customer is."""

    def visible_to(self, user: "User | AnonymousUser") -> "OfCustomerQuerySet[Row]":
        """Rows of the customers the user may read."""
        return self.filter(customer__in=Customer.objects.visible_to(user))


class Contact(models.Model):
    """A person at the customer. Personal data: shown masked, kept in the trail only as commitments."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(_("name"), max_length=120)
    title = models.CharField(_("position"), max_length=120, blank=True)
    mobile = models.CharField(_("mobile"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    consent = models.BooleanField(_("has agreed to be contacted"), default=False)
    active = models.BooleanField(_("active"), default=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        ordering = ("customer", "-active", "name", "pk")
        verbose_name = _("contact")

    def __str__(self) -> str:
        return self.name


class Licence(models.Model):
    """A licence with its validity; an expired blocking licence stops credit whoever asks.

    `valid_to` is the last day of validity (inclusive), as printed on the licence; None never expires.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="licences")
    kind = models.CharField(_("licence"), max_length=20, choices=LicenceKind.choices)
    number = models.CharField(_("number"), max_length=80)
    scope = models.CharField(_("licensed scope"), max_length=400, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to (last day)"), null=True, blank=True)
    blocking = models.BooleanField(_("blocks credit when expired"), default=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        ordering = ("customer", "kind", "pk")
        verbose_name = _("licence")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "kind", "number"], name="licence_unique",
                violation_error_message=_("This licence is in the file already."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="licence_dates",
                violation_error_message=_("The licence must not end before it begins."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class LegalFlag(models.Model):
    """A public record or an event that weighs on the customer's credit, with its source."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="legal_flags")
    kind = models.CharField(_("kind"), max_length=20, choices=FlagKind.choices)
    on = models.DateField(_("date"))
    source = models.CharField(_("source"), max_length=300)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        ordering = ("customer", "-on", "pk")
        verbose_name = _("legal record")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("on")), name="legal_flag_dates"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

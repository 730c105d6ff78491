"""What is sold, what it lists for and what it costs, each on a day."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.language import pick
from accounts.models import Unit, User
from accounts.queries import visibility
from customers.models.file import check_currency

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

LARGEST_PRICE = 10**9


def unit_price(*, verbose_name: object = "", null: bool = False) -> "models.DecimalField[Decimal, Decimal]":
    """A price of one stock unit, kept to four places; pair it with `price_check`."""
    return models.DecimalField(verbose_name, max_digits=18, decimal_places=4, null=null, blank=null)  # type: ignore[arg-type]


def units(*, verbose_name: object = "", null: bool = False) -> "models.DecimalField[Decimal, Decimal]":
    """A number of stock units, kept to three places; pair it with `price_check`."""
    return models.DecimalField(verbose_name, max_digits=18, decimal_places=3, null=null, blank=null)  # type: ignore[arg-type]


def price_check(field: str, name: str, *, positive: bool = True) -> models.CheckConstraint:
    """0 < price <= 1e9 (0 allowed on request); an unknown one (NULL) passes, NaN does not."""
    least = "gt" if positive else "gte"
    return models.CheckConstraint(
        condition=Q(**{f"{field}__{least}": 0}) & Q(**{f"{field}__lte": LARGEST_PRICE}), name=name
    )


class Category(models.Model):
    """A group of products with one target and one floor for the gross margin (defaults 2(d): 25 % and 12 %)."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120)
    target_pct = models.DecimalField(_("target margin (%)"), max_digits=5, decimal_places=2, default=Decimal(25))
    floor_pct = models.DecimalField(_("floor margin (%)"), max_digits=5, decimal_places=2, default=Decimal(12))

    class Meta:
        ordering = ("code",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(floor_pct__gte=0, target_pct__gte=F("floor_pct"), target_pct__lt=100),
                name="category_margins",
            )
        ]

    def __str__(self) -> str:
        return pick(self.name_zh, self.name_en)


class Product(models.Model):
    """Something with a price. `unit` is the stock unit in which quantities and prices are meant."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="products")
    spec = models.CharField(_("specification"), max_length=200, blank=True)
    brand = models.CharField(_("brand"), max_length=120, blank=True)
    unit = models.CharField(_("stock unit"), max_length=20)
    pack_unit = models.CharField(_("pack"), max_length=20, blank=True)
    pack_size = models.DecimalField(_("stock units per pack"), max_digits=12, decimal_places=3, default=Decimal(1))
    # Pieces are whole numbers; tonnes may be fractions.
    divisible = models.BooleanField(_("sold in fractions of the unit"), default=False)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ("code",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(pack_size__gt=0, pack_size__lte=LARGEST_PRICE), name="product_pack_size")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return pick(self.name_zh, self.name_en)


class OfUnitQuerySet(models.QuerySet["PriceList"]):
    """Price lists of the units that a person works for."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Lists of one's own places; finance reads all."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        scope = visibility(user)
        if scope.everything:
            return self
        mine = Q(unit__regions__in=scope.region_ids) | Q(unit__in=scope.unit_ids) | Q(unit__customers__owner=user)
        return self.filter(pk__in=PriceList.objects.filter(mine).values("pk"))

    def on(self, day: date) -> Self:
        """Lists that count on a day; `valid_to` is the last such day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


class PriceList(models.Model):
    """The list prices of one unit in one currency from a day on; a correction is a new list."""

    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="price_lists")
    currency = models.CharField(_("currency"), max_length=3, validators=[check_currency])
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to (last day)"), null=True, blank=True)

    objects: ClassVar[OfUnitQuerySet] = OfUnitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("unit", "-valid_from", "code")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "code"], name="price_list_unique_code"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="price_list_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.currency}"


class ListPrice(models.Model):
    """The list price of a product, per stock unit; never edited."""

    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, related_name="prices")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="list_prices")
    price = unit_price(verbose_name=_("list price"))

    class Meta:
        ordering = ("price_list", "product")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["price_list", "product"], name="list_price_unique"),
            price_check("price", "list_price_bounded"),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.price}"


class UnitCost(models.Model):
    """What one stock unit costs a company of the group from a day on; the latest not after the day counts."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="unit_costs")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="costs")
    currency = models.CharField(_("currency"), max_length=3, validators=[check_currency])
    cost = unit_price(verbose_name=_("unit cost"))
    valid_from = models.DateField(_("valid from"))

    class Meta:
        ordering = ("product", "-valid_from")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "product", "currency", "valid_from"], name="unit_cost_unique"),
            price_check("cost", "unit_cost_bounded", positive=False),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.cost}"

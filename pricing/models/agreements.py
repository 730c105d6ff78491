"""What was granted, how much of it is taken, and what its owner should look at."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models import Customer
from customers.models.file import check_currency
from pricing.models.products import Product, price_check, unit_price, units
from pricing.models.special_price import SpecialPrice
from pricing.rules.utilisation import Cap, Use

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

LARGEST_QUANTITY: Final = 10**12


class AgreementState(models.TextChoices):
    """Where an agreement stands on a day; computed, never stored."""

    PLANNED = "planned", _("Begins later")
    IN_FORCE = "in_force", _("In force")
    USED_UP = "used_up", _("Used up")
    EXPIRED = "expired", _("Expired")
    ENDED = "ended", _("Ended")


class EndReason(models.TextChoices):
    """Why an agreement ended before its last day."""

    REVOKED = "revoked", _("Revoked")
    SUPERSEDED = "superseded", _("Replaced by another agreement")


class Movement(models.TextChoices):
    """What happens to an order line, as far as the agreement is concerned."""

    ORDERED = "ordered", _("Order placed")
    DELIVERED = "delivered", _("Delivered")
    INVOICED = "invoiced", _("Invoiced")
    RETURNED = "returned", _("Goods returned")
    CANCELLED = "cancelled", _("Order cancelled")


class PriceAgreementQuerySet(models.QuerySet["PriceAgreement"]):
    """Who may read which agreements, and where they stand on a day."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Whoever may see the request that granted them."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(letter__in=SpecialPrice.objects.visible_to(user).values("pk"))

    def on(self, day: date) -> Self:
        """Agreements that count on a business day; `valid_to` is the last such day, `ended_on` the first without."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), valid_from__lte=day, valid_to__gte=day)

    def in_state(self, state: str, day: date) -> Self:
        """Agreements in a state of AgreementState on a day."""
        going = Q(ended_on__isnull=True) | Q(ended_on__gt=day)
        with_rest = Exists(AgreementLine.objects.filter(agreement=OuterRef("pk")).with_rest())
        conditions = {
            "planned": going & Q(valid_from__gt=day),
            "in_force": going & Q(with_rest, valid_from__lte=day, valid_to__gte=day),
            "used_up": going & Q(~with_rest, valid_from__lte=day, valid_to__gte=day),
            "expired": going & Q(valid_to__lt=day),
            "ended": ~going,
        }
        return self.filter(conditions[state])


class PriceAgreement(models.Model):
    """Prices granted to a customer for a time. Never edited: a new decision grants a new agreement.

    An order counts on its business date in the unit's time zone. `valid_from` and `valid_to` both count;
    `ended_on` is the first day that no longer does.
    """

    number = models.CharField(max_length=30, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="price_agreements")
    letter = models.ForeignKey(SpecialPrice, on_delete=models.PROTECT, related_name="agreements")
    request_no = models.CharField(max_length=24, unique=True)
    policy_number = models.PositiveIntegerField()
    currency = models.CharField(max_length=3, validators=[check_currency])
    valid_from = models.DateField()
    valid_to = models.DateField()
    notes = models.JSONField(default=list)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(db_default=Now())

    ended_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = models.CharField(max_length=10, choices=EndReason.choices, null=True, blank=True)
    end_note = models.CharField(max_length=500, null=True, blank=True)
    superseded_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces")

    objects: ClassVar[PriceAgreementQuerySet] = PriceAgreementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=["customer", "valid_to"], name="agreement_of_customer")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="agreement_dates"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, ended_at__isnull=True, end_reason__isnull=True)
                | Q(ended_on__isnull=False, ended_at__isnull=False, end_reason__isnull=False),
                name="agreement_end_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def state_on(self, day: date) -> str:
        """Where the agreement stands on a day; reads its lines."""
        if self.ended_on is not None and day >= self.ended_on:
            return AgreementState.ENDED
        if day < self.valid_from:
            return AgreementState.PLANNED
        if day > self.valid_to:
            return AgreementState.EXPIRED
        used_up = all(line.cap.hard and line.cap.remaining(line.use) == 0 for line in self.lines.all())
        return AgreementState.USED_UP if used_up else AgreementState.IN_FORCE


TAKEN = F("ordered") - F("cancelled") - F("returned")


class AgreementLineQuerySet(models.QuerySet["AgreementLine"]):
    """Lines by what is left on them."""

    def with_rest(self) -> Self:
        """Lines on which something may still be ordered."""
        return self.annotate(taken=TAKEN).filter(
            Q(cap_quantity__isnull=True) | Q(hard=False) | Q(cap_quantity__gt=F("taken"))
        )


class AgreementLine(models.Model):
    """One product at one net price, with the quantities taken so far in stock units.

    The five counters are the sums of the ledger, kept under the row's lock so that a check costs the same
    after the millionth order. A trigger refuses to change anything else.
    """

    agreement = models.ForeignKey(PriceAgreement, on_delete=models.PROTECT, related_name="lines")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="agreement_lines")
    list_price = unit_price()
    net_price = unit_price()
    commitment = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True)
    cap_quantity = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True)
    hard = models.BooleanField(default=True)
    waterfall = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    ordered = units()
    delivered = units()
    invoiced = units()
    returned = units()
    cancelled = units()

    objects: ClassVar[AgreementLineQuerySet] = AgreementLineQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("id",)
        indexes: ClassVar = [models.Index(fields=["customer", "product", "-id"], name="agreement_line_lookup")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agreement", "product"], name="agreement_line_once"),
            price_check("list_price", "agreement_line_list_price"),
            price_check("net_price", "agreement_line_net_price", positive=False),
            price_check("cap_quantity", "agreement_line_cap", positive=False),
            models.CheckConstraint(
                condition=Q(ordered__gte=0, delivered__gte=0, invoiced__gte=0, returned__gte=0, cancelled__gte=0)
                & Q(ordered__lte=LARGEST_QUANTITY),
                name="agreement_line_counters",
            ),
            models.CheckConstraint(
                condition=Q(ordered__gte=F("cancelled") + F("returned"))
                & Q(ordered__gte=F("cancelled") + F("delivered"))
                & Q(ordered__gte=F("cancelled") + F("invoiced")),
                name="agreement_line_no_more_than_ordered",
            ),
            models.CheckConstraint(
                condition=Q(hard=False) | Q(cap_quantity__isnull=True) | Q(cap_quantity__gte=TAKEN),
                name="agreement_line_hard_cap",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.net_price}"

    @property
    def cap(self) -> Cap:
        """How much was granted."""
        return Cap(self.cap_quantity, self.hard)

    @property
    def use(self) -> Use:
        """How much is taken."""
        return Use(self.ordered, self.delivered, self.invoiced, self.returned, self.cancelled)

    @property
    def remaining(self) -> Decimal | None:
        """What may still be ordered; None without a cap."""
        return self.cap.remaining(self.use)


class UtilisationEntry(models.Model):
    """One movement of one order line on an agreement line; append-only, its source key makes it happen once.

    `event` names the movement in the sender's system; an order line itself is consumed once and has none.
    """

    line = models.ForeignKey(AgreementLine, on_delete=models.PROTECT, related_name="entries")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Movement.choices)
    order = models.CharField(max_length=80)
    order_line = models.CharField(max_length=40)
    event = models.CharField(max_length=120, blank=True)
    quantity = units()
    price = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    on = models.DateField()
    fingerprint = models.CharField(max_length=64)
    answer = models.JSONField(encoder=DjangoJSONEncoder)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=["line", "-id"], name="utilisation_of_line")]
        constraints: ClassVar = [
            price_check("quantity", "utilisation_quantity"),
            models.UniqueConstraint(
                fields=["customer", "order", "order_line", "kind", "event"], name="utilisation_once_per_source_key"
            ),
            models.CheckConstraint(
                condition=Q(kind="ordered", event="") | ~Q(kind="ordered"), name="utilisation_event"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quantity} ({self.order}/{self.order_line})"


class NoticeCode(models.TextChoices):
    """What an owner should look at."""

    CAP_80 = "cap_80", _("80 per cent of the quantity are taken")
    CAP_100 = "cap_100", _("The quantity is used up")
    CAP_120 = "cap_120", _("120 per cent of the quantity are taken")
    ENDS_90 = "ends_90", _("Ends within 90 days")
    ENDS_60 = "ends_60", _("Ends within 60 days")
    ENDS_30 = "ends_30", _("Ends within 30 days")
    UNUSED = "unused", _("Granted, but never used")
    COMMITMENT = "commitment", _("Ended below the promised quantity")
    LINK_BROKEN = "link_broken", _("An order was written at another price")
    CONFLICT = "conflict", _("Two agreements hold for one product")


class AgreementNotice(models.Model):
    """Something about an agreement that its owner should look at; told once, then marked as seen."""

    agreement = models.ForeignKey(PriceAgreement, on_delete=models.PROTECT, related_name="notices")
    line = models.ForeignKey(AgreementLine, on_delete=models.PROTECT, null=True, blank=True, related_name="notices")
    code = models.CharField(max_length=12, choices=NoticeCode.choices)
    subject = models.CharField(max_length=130, blank=True)
    figures = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=["agreement", "-id"], name="agreement_notice_open", condition=Q(seen_at__isnull=True))
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agreement", "line", "code", "subject"], nulls_distinct=False, name="agreement_notice_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.get_code_display()}"

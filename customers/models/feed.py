"""Trade facts from the ERP: orders, invoices, receipts, claims, each known by its key in the source."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from customers.models.file import Customer, OfCustomerQuerySet, check_currency, money, money_check


class FeedKind(models.TextChoices):
    """What a file or an upsert carries."""

    ORDERS = "orders", _("Orders")
    INVOICES = "invoices", _("Invoices")
    RECEIPTS = "receipts", _("Receipts")
    CLAIMS = "claims", _("Claims")


class OrderStatus(models.TextChoices):
    """Open is (partly) undelivered, shipped is delivered but not invoiced, closed is invoiced."""

    OPEN = "open", _("Open")
    SHIPPED = "shipped", _("Shipped")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


class ClaimKind(models.TextChoices):
    """Complaints, and breaches of market discipline (dumping)."""

    QUALITY = "quality", _("Quality")
    DELIVERY = "delivery", _("Delivery")
    PRICE = "price", _("Price")
    DUMPING = "dumping", _("Cross-region dumping")


class FeedBatch(models.Model):
    """One accepted file or upsert: what it was, of what time, by whom, and what it changed."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="feed_batches")
    kind = models.CharField(max_length=10, choices=FeedKind.choices)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    data_as_of = models.DateTimeField()
    rows = models.PositiveIntegerField()
    inserted = models.PositiveIntegerField()
    updated = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes: ClassVar = [models.Index(fields=["unit", "kind", "-data_as_of"], name="feed_batch_latest")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rows=F("inserted") + F("updated") + F("unchanged")), name="feed_batch_adds_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"


class FeedRow(models.Model):
    """What every fact carries: whose it is, its key in the source, and the batch that last wrote it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="%(class)ss")
    source_key = models.CharField(max_length=64)
    currency = models.CharField(max_length=3, default="CNY", validators=[check_currency])
    batch = models.ForeignKey(FeedBatch, on_delete=models.PROTECT, null=True, related_name="+")
    data_as_of = models.DateTimeField()

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.source_key


def _unique(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=["unit", "source_key"], name=name)


class Order(FeedRow):
    """A customer's order."""

    number = models.CharField(max_length=64)
    ordered_on = models.DateField()
    amount = money()
    shipped_amount = money()
    line_code = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=10, choices=OrderStatus.choices)
    tonnes = models.DecimalField(max_digits=14, decimal_places=3, null=True)

    class Meta:
        ordering = ("ordered_on", "pk")
        indexes: ClassVar = [models.Index(fields=["customer", "ordered_on"], name="order_customer_day")]
        constraints: ClassVar = [
            _unique("order_unique_key"),
            money_check("amount", "order_amount"),
            money_check("shipped_amount", "order_shipped_amount"),
            models.CheckConstraint(condition=Q(tonnes__gte=0) & Q(tonnes__lte=10**10), name="order_tonnes"),
            models.CheckConstraint(condition=Q(status__in=OrderStatus.values), name="order_status"),
        ]


class Invoice(FeedRow):
    """A posted invoice. Credit notes are not modelled: the ERP sends the corrected invoice."""

    number = models.CharField(max_length=64)
    invoiced_on = models.DateField()
    due_on = models.DateField()
    amount = money()
    cost = money(null=True)
    line_code = models.CharField(max_length=40, blank=True)
    disputed = models.BooleanField(default=False)
    our_fault = models.BooleanField(default=False)
    tonnes = models.DecimalField(max_digits=14, decimal_places=3, null=True)

    class Meta:
        ordering = ("invoiced_on", "pk")
        indexes: ClassVar = [models.Index(fields=["customer", "invoiced_on"], name="invoice_customer_day")]
        constraints: ClassVar = [
            _unique("invoice_unique_key"),
            money_check("amount", "invoice_amount"),
            money_check("cost", "invoice_cost"),
            models.CheckConstraint(condition=Q(due_on__gte=F("invoiced_on")), name="invoice_due_after_issue"),
            models.CheckConstraint(condition=Q(tonnes__gte=0) & Q(tonnes__lte=10**10), name="invoice_tonnes"),
        ]


class Receipt(FeedRow):
    """Money received; without an invoice it is unallocated cash, bounced it counts for nothing."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, null=True, related_name="receipts")
    received_on = models.DateField()
    amount = money()
    bounced = models.BooleanField(default=False)

    class Meta:
        ordering = ("received_on", "pk")
        indexes: ClassVar = [models.Index(fields=["customer", "received_on"], name="receipt_customer_day")]
        constraints: ClassVar = [
            _unique("receipt_unique_key"),
            money_check("amount", "receipt_amount"),
        ]


class Claim(FeedRow):
    """A complaint about goods, delivery or price, or a case of cross-region dumping."""

    opened_on = models.DateField()
    kind = models.CharField(max_length=10, choices=ClaimKind.choices)
    amount = money()
    closed_on = models.DateField(null=True)
    confirmed = models.BooleanField(default=False)

    class Meta:
        ordering = ("opened_on", "pk")
        indexes: ClassVar = [models.Index(fields=["customer", "opened_on"], name="claim_customer_day")]
        constraints: ClassVar = [
            _unique("claim_unique_key"),
            money_check("amount", "claim_amount"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")), name="claim_dates"
            ),
            models.CheckConstraint(condition=Q(kind__in=ClaimKind.values), name="claim_kind"),
        ]

"""Stars: what is asked (tier change), and what is in force (tier records)."""

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models.file import Customer, OfCustomerQuerySet
from customers.models.letters import Letter, LetterQuerySet

STARS: tuple[tuple[int, str], ...] = ((4, "★★★★"), (3, "★★★"), (2, "★★"), (1, "★"))


class TierSource(models.TextChoices):
    """Who proposed it: a person, the yearly rating, or credit control in an emergency."""

    PERSON = "rep", _("Proposed by a colleague")
    RERATING = "rerating", _("Proposed by the re-rating")
    EMERGENCY = "emergency", _("Emergency measure of credit control")


class ListChange(models.TextChoices):
    """What happens to the membership of the key-account list."""

    ENTER = "enter", _("Put on the key-account list")
    LEAVE = "leave", _("Take off the key-account list")


class TierReason(models.TextChoices):
    """Why stars change."""

    GROWTH = "growth", _("Sales and payment have developed well")
    POTENTIAL = "potential", _("Development potential")
    FIRST = "first", _("First rating of a new customer")
    DECLINE = "decline", _("Sales or payment have become worse")
    RISK = "risk", _("Credit risk or a legal record")
    CONDUCT = "conduct", _("Market conduct")
    EXIT = "exit", _("The business relationship ends")
    RERATING = "rerating", _("Result of the periodic rating")


class Lever(models.TextChoices):
    """Benefits on top of the stars (defaults 2(c), Levers)."""

    PRICE = "P", _("Price: larger discount band")
    TERM = "T", _("Term: 15 days more")
    EXPENSE = "E", _("Expense and visits")


class TierChangeQuerySet(LetterQuerySet["TierChange"]):
    """Letters about stars."""


class TierChange(Letter):
    """What somebody asks about a customer's stars and his place on the key-account list.

    `influence` (0–5) and `proactivity` (0–10) are the two factors of the tier score that people rate, each with
    evidence in words. `effective_on` is a business date of the customer's unit.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="tier_changes")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tier_changes")
    editors = models.ManyToManyField(User, related_name="edited_tier_changes")

    source = models.CharField(max_length=10, choices=TierSource.choices, default=TierSource.PERSON)
    proposed_tier = models.PositiveSmallIntegerField(_("proposed stars"), choices=STARS, null=True, blank=True)
    list_change = models.CharField(_("key-account list"), max_length=5, choices=ListChange.choices, blank=True)
    levers = ArrayField(models.CharField(max_length=1, choices=Lever.choices), default=list, blank=True)
    effective_on = models.DateField(_("takes effect on"), null=True, blank=True)
    reason_code = models.CharField(_("reason"), max_length=10, choices=TierReason.choices, blank=True)
    reason_text = models.TextField(_("reason in words"), blank=True)
    influence = models.PositiveSmallIntegerField(_("industry influence (0–5)"), null=True, blank=True)
    influence_evidence = models.TextField(_("evidence for the influence"), blank=True)
    proactivity = models.PositiveSmallIntegerField(_("proactivity and business mind (0–10)"), null=True, blank=True)
    proactivity_evidence = models.TextField(_("evidence for the proactivity"), blank=True)
    override_reason = models.TextField(_("reason for the exception"), blank=True)
    exit = models.BooleanField(_("the business relationship ends"), default=False)
    sponsor_informed = models.BooleanField(_("the executive sponsor has been informed"), default=False)

    objects: ClassVar[TierChangeQuerySet] = TierChangeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=["customer", "-submitted_at"], name="tier_change_of_customer"),
            models.Index(fields=["created_by", "-id"], name="tier_change_of_author"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(proposed_tier__isnull=True) | Q(proposed_tier__range=(1, 4)), name="tier_change_1_to_4"
            ),
            models.CheckConstraint(
                condition=Q(influence__isnull=True) | Q(influence__lte=5), name="tier_change_influence_0_to_5"
            ),
            models.CheckConstraint(
                condition=Q(proactivity__isnull=True) | Q(proactivity__lte=10), name="tier_change_proactivity_0_to_10"
            ),
            models.CheckConstraint(
                condition=Q(submitted=False)
                | Q(submitted_at__isnull=False, proposed_tier__isnull=False, effective_on__isnull=False),
                name="tier_change_submitted_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {'★' * (self.proposed_tier or 0)}"


class TierEnd(models.TextChoices):
    """Why a record no longer counts."""

    SUPERSEDED = "superseded", _("replaced by a later decision")
    OVERTAKEN = "overtaken", _("a later decision came first")
    UNDONE = "undone", _("not ratified")


class TierRecordSource(models.TextChoices):
    """Where stars in force come from."""

    FILE = "file", _("Customer file")
    PERSON = "rep", _("Proposed by a colleague")
    RERATING = "rerating", _("Proposed by the re-rating")
    EMERGENCY = "emergency", _("Emergency measure of credit control")
    UNDONE = "undone", _("Earlier stars again, the measure was not ratified")


class TierRecordQuerySet(OfCustomerQuerySet["TierRecord"]):
    def active(self) -> Self:
        """In force now."""
        return self.filter(activated_at__isnull=False, ended_at__isnull=True)

    def waiting(self) -> Self:
        """Decided, their first day has not come."""
        return self.filter(activated_at__isnull=True, ended_at__isnull=True)


class TierRecord(models.Model):
    """Stars and key-account status that a decision gave, from a business date on.

    Never edited: a later decision supersedes it. A trigger lets `activated_at`, `ended_at` and `end_reason` be
    written once and refuses every other change. `Customer.tier`, `tier_provisional` and `key_account` are
    projections of the record in force, for lists and for readers of today's figures.

    Args:
        tier: None is a customer who was never rated.
        override: granted against the rules (TC-4).
        rerate_on: first business date of the next rating.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="tier_records")
    tier = models.PositiveSmallIntegerField(_("stars"), null=True)
    provisional = models.BooleanField(default=False)
    key_account = models.BooleanField(_("key account"), default=False)
    levers = ArrayField(models.CharField(max_length=1, choices=Lever.choices), default=list)
    override = models.BooleanField(default=False)
    valid_from = models.DateField()
    rerate_on = models.DateField(null=True)
    source = models.CharField(max_length=10, choices=TierRecordSource.choices)
    request_no = models.CharField(max_length=24, blank=True)
    policy_number = models.PositiveIntegerField(null=True)
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="superseded_by")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=10, choices=TierEnd.choices, null=True)

    objects: ClassVar[TierRecordQuerySet] = TierRecordQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-valid_from", "-id")
        indexes: ClassVar = [models.Index(fields=["customer", "-valid_from", "-id"], name="tier_record_of_customer")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(tier__isnull=True) | Q(tier__range=(1, 4)), name="tier_record_tier_1_to_4"
            ),
            models.CheckConstraint(
                condition=Q(rerate_on__isnull=True) | Q(rerate_on__gte=F("valid_from")), name="tier_record_rerate_later"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason__isnull=True)
                | Q(ended_at__isnull=False, end_reason__isnull=False),
                name="tier_record_end_has_reason",
            ),
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(activated_at__isnull=False, ended_at__isnull=True),
                name="tier_record_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["request_no"],
                condition=~Q(request_no="") & ~Q(source__in=["undone", "file"]),
                name="tier_record_one_per_request",
            ),
        ]

    def __str__(self) -> str:
        return f"{'★' * (self.tier or 0) or '–'} · {self.valid_from}"

"""The re-rating of all customers: who started it, over which customers, and what came out for each of them."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models.file import Customer, OfCustomerQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class RatingScope(models.TextChoices):
    """Which customers are rated."""

    ALL = "all", _("All active customers")
    DUE = "due", _("Only those whose rating is due")


class RatingRunQuerySet(models.QuerySet["RatingRun"]):
    """Who may read which runs."""

    def visible_to(self, user: "User | AnonymousUser") -> "RatingRunQuerySet":
        """The runs that the user started: what came out concerns the customers that he may see."""
        return self.filter(started_by=user.pk) if user.is_authenticated else self.none()


class RatingRun(models.Model):
    """One re-rating. It is finished when every customer in its scope has a result.

    Args:
        on: business date of the evaluation, for all customers. effective_on: first day of the proposed stars.
        total: customers in scope when it was started. trial: only a preview; nothing is proposed.
    """

    scope = models.CharField(max_length=3, choices=RatingScope.choices, default=RatingScope.ALL)
    on = models.DateField()
    effective_on = models.DateField()
    policy_number = models.PositiveIntegerField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="rating_runs")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField()
    trial = models.BooleanField(default=False)

    objects: ClassVar[RatingRunQuerySet] = RatingRunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-started_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["started_by"], condition=Q(finished_at__isnull=True), name="rating_run_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(effective_on__gte=models.F("on")), name="rating_run_effective_later"),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()} · {self.on}"


class RatingOutcome(models.TextChoices):
    """What became of a customer in a run."""

    KEPT = "kept", _("Nothing changes")
    PROPOSED = "proposed", _("Change proposed")
    WOULD = "would", _("Change would be proposed")
    OPEN = "open", _("A change is under way already")
    EXCEPTION = "exception", _("Keeps an exception that is still valid")
    REFUSED = "refused", _("Could not be proposed")


class RatingResult(models.Model):
    """One customer in one run, evaluated once; never changed.

    Args:
        before, after: stars in force and by the evaluation; earned: by score and gates alone, without hysteresis.
        reasons: why, one object with zh and en each. problems: why it could not be proposed, in words.
    """

    run = models.ForeignKey(RatingRun, on_delete=models.PROTECT, related_name="results")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="rating_results")
    outcome = models.CharField(max_length=10, choices=RatingOutcome.choices)
    before = models.PositiveSmallIntegerField(null=True)
    before_provisional = models.BooleanField(default=False)
    after = models.PositiveSmallIntegerField()
    after_provisional = models.BooleanField(default=False)
    earned = models.PositiveSmallIntegerField(null=True)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    reasons = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    request_no = models.CharField(max_length=24, blank=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        ordering = ("run", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "customer"], name="rating_result_once"),
            models.CheckConstraint(
                condition=Q(outcome="proposed") & ~Q(request_no="") | ~Q(outcome="proposed") & Q(request_no=""),
                name="rating_result_proposed_has_request",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["customer", "-run"], name="rating_result_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer} · {self.before or '–'} → {self.after}"

"""Standing delegation (代理): who acts for whom, from when until when, for what."""

from datetime import datetime
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.queries import has_role
from accounts.roles import Role
from workflows.rules.delegation import Mandate


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def in_force(self, at: datetime | None = None) -> Self:
        """Half-open, by the database's clock unless the caller has read it already."""
        now = at or Now()
        return self.filter(ended_at__isnull=True, valid_from__lte=now, valid_to__gt=now)

    def lasting(self) -> Self:
        """Not over yet: in force or to come."""
        return self.filter(ended_at__isnull=True, valid_to__gt=Now())

    def around(self, user: User) -> Self:
        """In force now, given or received by the user, and one hop further on both sides."""
        now = Delegation.objects.in_force()
        near = Q(delegate=user) | Q(delegator=user)
        near |= Q(delegate__in=now.filter(delegate=user).values("delegator"))
        return self.in_force().filter(near).select_related("delegator", "delegate").order_by("pk")

    def visible_to(self, user: User) -> Self:
        """One's own, given or received; all of them for operators and for those who review the trail."""
        if has_role(user, Role.SO, Role.AUD, Role.CFO, Role.FM):
            return self.all()
        return self.filter(Q(delegator__person_id=user.person_id) | Q(delegate__person_id=user.person_id))


class Delegation(models.Model):
    """Somebody acts for somebody else during [valid_from, valid_to), with the delegator's authority.

    Only its end is ever changed. It is looked at whenever a queue is read or a decision made, so that what waits goes
    to the delegate and comes back by itself.
    """

    delegator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations_given")
    delegate = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations_received")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    # Kinds of request; empty means all of them.
    kinds = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    # Up to which headline amount, in the company's own currency; None is as far as the delegator's own authority.
    ceiling = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    reason = models.TextField(blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[DelegationQuerySet] = DelegationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="delegation_period"),
            models.CheckConstraint(condition=~Q(delegator=F("delegate")), name="delegation_to_another"),
            models.CheckConstraint(
                condition=Q(ceiling__isnull=True) | Q(ceiling__gte=0, ceiling__lte=10**12),
                name="delegation_ceiling_bounded",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["delegate", "valid_to"], name="delegation_of_delegate", condition=Q(ended_at__isnull=True)
            ),
            models.Index(
                fields=["delegator", "valid_to"], name="delegation_of_delegator", condition=Q(ended_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegator_id} → {self.delegate_id}"

    def covered(self, request: str = "request__") -> Q:
        """The requests that this covers, by kind and headline amount (`Mandate.covers`)."""
        kinds = Q(**{f"{request}kind__in": self.kinds}) if self.kinds else Q()
        if self.ceiling is None:
            return kinds
        within = {"amount__gt": 0, "amount__lte": self.ceiling, "currency": F(f"{request}unit__currency")}
        amounts = Q(**{f"{request}{name}": value for name, value in within.items()})
        return kinds & (amounts | Q(**{f"{request}amount": 0}) if self.kinds else amounts)

    def mandate(self) -> Mandate:
        """As the rules see it."""
        return Mandate(
            self.delegator_id, self.delegate_id, self.valid_from, self.valid_to, frozenset(self.kinds), self.ceiling
        )

"""What every letter (what is asked, of whatever kind) has in common: author, editors, and whether it is asked yet."""

from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from guardian.shortcuts import get_objects_for_user

from accounts.models import User
from accounts.queries import visibility
from customers.models.file import Customer

Row = TypeVar("Row", bound=models.Model)


class LetterQuerySet(models.QuerySet[Row]):
    """Who may read which letters. The model has `customer`, `created_by` and `editors`."""

    def visible_to(self, user: User) -> Self:
        """Of visible customers; a confidential one only for its editors, who was named, and who reads all."""
        if visibility(user).audits:
            return self.all()
        about = self.model._meta
        shared = get_objects_for_user(
            user, f"{about.app_label}.view_{about.model_name}", self.model, accept_global_perms=False,
            with_superuser=False,
        )  # fmt: skip
        edited = self.model._default_manager.filter(editors__person_id=user.person_id)
        mine = Q(created_by__person_id=user.person_id) | Q(pk__in=edited.values("pk"))
        customers = Q(confidential=False, customer__in=Customer.objects.visible_to(user).values("pk"))
        return self.filter(mine | Q(pk__in=shared.values("pk")) | customers)

    def drafts(self) -> Self:
        """Not asked for yet (or returned), not thrown away."""
        return self.filter(submitted=False, discarded_at__isnull=True)


class Letter(models.Model):
    """The columns of a letter; a draft is a row that no request points to yet.

    The kind adds `customer`, `created_by` and `editors` (with its own related names) and what is asked.
    """

    last_edited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confidential = models.BooleanField(_("confidential"), default=False)
    revision = models.PositiveIntegerField(default=1)
    submitted = models.BooleanField(default=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True
        ordering: ClassVar = ("-id",)

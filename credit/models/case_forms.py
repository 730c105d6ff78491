"""What is known about a customer: the filed forms 2, 3 and 5."""

from typing import ClassVar, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models import Customer


class CaseFormQuerySet(models.QuerySet["CaseForm"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(customer__in=Customer.objects.visible_to(user).values("pk"))


class CaseForm(models.Model):
    """A filed survey (2), analysis (3) or potential (5) form; a newer one supersedes it, nothing edits it."""

    class Form(models.IntegerChoices):
        SURVEY = 2, _("Credit survey")
        ANALYSIS = 3, _("Credit analysis")
        POTENTIAL = 5, _("Development potential")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="case_forms")
    form_no = models.PositiveSmallIntegerField(choices=Form.choices)
    answers = models.JSONField(encoder=DjangoJSONEncoder)
    as_of = models.DateField()
    filled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    second_surveyor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[CaseFormQuerySet] = CaseFormQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=["customer", "form_no", "-id"], name="case_form_latest")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(form_no__in=[2, 3, 5]), name="case_form_known"),
            models.CheckConstraint(
                condition=Q(second_surveyor__isnull=True) | ~Q(second_surveyor=F("filled_by")),
                name="case_form_second_surveyor_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_form_no_display()} · {self.customer} · {self.as_of}"

"""The clause library: what each clause of our contracts says, who answers for it, since when."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.language import pick
from accounts.models import Unit, User
from accounts.queries import held_roles, visibility

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Category(models.TextChoices):
    """The subjects of the clause-owner matrix (defaults 2(d), CT-N)."""

    GENERAL = "general", _("Parties, subject and form")
    PAYMENT = "payment", _("Payment, credit and rebate")
    LIABILITY = "liability", _("Liability and damages")
    CONFIDENTIALITY = "confidentiality", _("Compliance, confidentiality and data")
    QUALITY = "quality", _("Quality, returns and recall")
    JURISDICTION = "jurisdiction", _("Jurisdiction, law and notices")
    TERRITORY = "territory", _("Price policy, territory and exclusivity")
    TERM = "term", _("Term and renewal")
    DELIVERY = "delivery", _("Delivery times and penalties")


class Need(models.TextChoices):
    """When a contract must have the clause; a template of ours always carries those that are not optional."""

    ALWAYS = "always", _("In every contract")
    REGULATED = "regulated", _("For regulated goods")
    CREDIT = "credit", _("When credit is granted")
    SECURITY = "security", _("When security is required")
    OPTIONAL = "optional", _("Optional")


def readable_units(user: "User | AnonymousUser") -> "models.QuerySet[Unit]":
    """The companies whose templates and clauses a person may read: those in which he holds any role."""
    if not isinstance(user, User) or not user.is_active:
        return Unit.objects.none()
    held = held_roles(user)
    if visibility(user).everything or any(one.unit_id is None for one in held):
        return Unit.objects.all()
    return Unit.objects.filter(pk__in={one.unit_id for one in held})


class ClauseQuerySet(models.QuerySet["Clause"]):
    """Which clauses a person may read."""

    def visible_to(self, user: "User | AnonymousUser") -> "ClauseQuerySet":
        """Those of the companies he works for."""
        return self.filter(unit__in=readable_units(user).values("pk"))


class Clause(models.Model):
    """One subject of our contracts, such as C09 settlement; what it says is in its versions."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="clauses")
    code = models.CharField(max_length=8)
    position = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=16, choices=Category.choices)

    objects: ClassVar[models.Manager["Clause"]] = ClauseQuerySet.as_manager()

    class Meta:
        ordering = ("unit", "position")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "code"], name="clause_once"),
            models.CheckConstraint(condition=models.Q(category__in=Category.values), name="clause_category_known"),
        ]

    def __str__(self) -> str:
        return self.code


class ClauseVersion(models.Model):
    """What a clause says from a publication on; never edited, a later version follows it.

    The texts keep their {{ fields }}; their paragraphs stand on lines of their own, tables are left out.
    """

    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    text_zh = models.TextField()
    text_en = models.TextField()
    owners = models.JSONField(default=list)
    """Roles that countersign a deviation, for example ["CC", "FM"]."""
    final_owner = models.CharField(max_length=4, blank=True)
    """The role that has the last word on a deviation; "" when the owners suffice."""
    need = models.CharField(max_length=10, choices=Need.choices)
    deviation_allowed = models.BooleanField()
    sha256 = models.CharField(max_length=64)
    request_no = models.CharField(max_length=24, blank=True)
    """The request that brought it; "" for the texts that the system came with."""
    published_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("clause", "-number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clause", "number"], name="clause_version_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="clause_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.clause} v{self.number}"

    @property
    def title(self) -> str:
        """The heading in the reader's language."""
        return pick(self.title_zh, self.title_en)

    @property
    def mandatory(self) -> bool:
        """Whether a template must carry it."""
        return self.need != Need.OPTIONAL

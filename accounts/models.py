"""Who people are, which roles they hold where and when, and the company they work for."""

import functools
import uuid
import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.language import pick
from accounts.managers import UserManager
from accounts.roles import Role


@functools.cache
def known_time_zones() -> frozenset[str]:
    """The tz database, read once: it takes 600 files."""
    return frozenset(zoneinfo.available_timezones())


def check_time_zone(name: str) -> None:
    """Refuse a zone that the tz database does not know."""
    if name not in known_time_zones():
        raise ValidationError(_("Unknown time zone: %(name)s."), params={"name": name}, code="time_zone")


class Unit(models.Model):
    """A company of the group: its own customers, people, currency, time zone and letterhead."""

    code = models.SlugField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    currency = models.CharField(max_length=3, default="CNY")
    time_zone = models.CharField(max_length=64, default="Asia/Shanghai", validators=[check_time_zone])
    holiday_calendar = models.CharField(max_length=10, default="CN")
    uscc = models.CharField(max_length=18, blank=True)
    address_zh = models.CharField(max_length=200, blank=True)
    address_en = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return pick(self.name_zh, self.name_en)


class Region(models.Model):
    """A sales region of a unit."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="regions")
    code = models.SlugField(max_length=20)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)

    class Meta:
        ordering = ("unit", "code")
        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "code"], name="region_unique_code")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return pick(self.name_zh, self.name_en)


class Person(models.Model):
    """A natural person; segregation of duties looks at persons, who may have several accounts."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser, PermissionsMixin):
    """An account. People are deactivated, never deleted."""

    email = models.EmailField(_("e-mail"), unique=True)
    display_name = models.CharField(_("display name"), max_length=120)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="accounts")
    language = models.CharField(
        _("language"), max_length=10, choices=[("zh-hans", "简体中文"), ("en", "English")], default="zh-hans"
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai", validators=[check_time_zone])
    reports_to = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("reports to"),
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("operator"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["display_name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ("display_name", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(reports_to__isnull=True) | ~Q(reports_to=F("id")), name="user_not_own_manager"
            )
        ]

    def __str__(self) -> str:
        return self.display_name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Ask the backends; Django would answer yes for a superuser without asking anybody."""
        asked = [backend for backend in get_backends() if hasattr(backend, "has_perm")]
        return any(backend.has_perm(self, perm, obj) for backend in asked)

    def has_module_perms(self, app_label: str) -> bool:
        """As `has_perm`: the superuser flag alone opens nothing."""
        asked = [backend for backend in get_backends() if hasattr(backend, "has_module_perms")]
        return any(backend.has_module_perms(self, app_label) for backend in asked)

    @staticmethod
    def normal_email(email: str) -> str:
        """Fold ASCII case only: Unicode folding would let a dotless i collide with an i."""
        return "".join(char.lower() if char.isascii() else char for char in email.strip())

    def clean(self) -> None:
        """Refuse a reporting line that comes back to its start."""
        super().clean()
        self.email = self.normal_email(self.email)
        seen = {self.pk}
        above = self.reports_to
        while above is not None:
            if above.pk in seen and above.pk is not None:
                raise ValidationError(
                    {"reports_to": _("The reporting line would be a circle.")}, code="reporting_cycle"
                )
            seen.add(above.pk)
            above = above.reports_to


class RoleAssignment(models.Model):
    """Role x scope x dates: a person may act in this role here from, and until the day before, these dates.

    No unit means every unit, no region means every region of the unit.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_assignments")
    role = models.CharField(max_length=3, choices=Role.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    is_deputy = models.BooleanField(default=False)

    class Meta:
        ordering = ("role", "pk")
        indexes: ClassVar = [models.Index(fields=["role", "unit", "region"], name="role_assignment_scope")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="role_assignment_dates",
            ),
            models.CheckConstraint(
                condition=Q(region__isnull=True) | Q(unit__isnull=False),
                name="role_assignment_region_has_unit",
            ),
        ]

    def __str__(self) -> str:
        scope = self.region or self.unit or "*"
        return f"{self.role} · {scope}"


class ApiToken(models.Model):
    """A bearer token; only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

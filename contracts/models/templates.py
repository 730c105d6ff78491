"""Contract templates: one for each language, in versions that are checked, decided and then never change."""

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.language import pick
from accounts.models import Unit, User
from contracts.models.clauses import readable_units

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Language(models.TextChoices):
    """The languages of a contract; in a bilingual one the Chinese text governs."""

    CHINESE = "zh-hans", _("Chinese")
    ENGLISH = "en", _("English")
    BILINGUAL = "bilingual", _("Chinese and English")


class TemplateState(models.TextChoices):
    """How far a version is."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")


class TemplateQuerySet(models.QuerySet["ContractTemplate"]):
    """Which templates a person may read."""

    def visible_to(self, user: "User | AnonymousUser") -> "TemplateQuerySet":
        """Those of the companies he works for."""
        return self.filter(unit__in=readable_units(user).values("pk"))


class ContractTemplate(models.Model):
    """A standard text of a company in one language, such as SALES in Chinese."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="contract_templates")
    code = models.SlugField(max_length=20)
    language = models.CharField(max_length=10, choices=Language.choices)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[models.Manager["ContractTemplate"]] = TemplateQuerySet.as_manager()

    class Meta:
        ordering = ("unit", "code", "-language")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "code", "language"], name="contract_template_once"),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="contract_template_language_known"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_language_display()})"

    def get_absolute_url(self) -> str:
        """Its versions."""
        return reverse("contracts:template", args=[self.pk])

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return pick(self.title_zh, self.title_en)


class VersionQuerySet(models.QuerySet["TemplateVersion"]):
    """Which versions a person may read, and which hold on a day."""

    def visible_to(self, user: "User | AnonymousUser") -> "VersionQuerySet":
        """Those of the companies he works for."""
        return self.filter(template__unit__in=readable_units(user).values("pk"))

    def drafts(self) -> "VersionQuerySet":
        """Not asked for yet (or returned), not thrown away."""
        return self.filter(state=TemplateState.DRAFT, discarded_at__isnull=True)

    def in_force(self, on: date) -> "VersionQuerySet":
        """Published and valid on the day: at most one for each template."""
        return self.filter(
            Q(retires_on__isnull=True) | Q(retires_on__gt=on), published_at__isnull=False, valid_from__lte=on
        )


class TemplateVersion(models.Model):
    """One .docx of a template with what was found in it; once published only its end is still written."""

    template = models.ForeignKey(ContractTemplate, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    """The published version that it was drawn up against; None for the first of a template."""
    state = models.CharField(max_length=10, choices=TemplateState.choices, default=TemplateState.DRAFT)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    editors = models.ManyToManyField(User, related_name="edited_template_versions")
    last_edited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    engine = models.CharField(max_length=20, default="typst")
    preview_sha256 = models.CharField(max_length=64, blank=True)
    """The PDF with sample values; "" when the file can't be set."""
    pages = models.PositiveSmallIntegerField(null=True)
    findings = models.JSONField(default=list)
    """What the check found: contracts.rules.findings.Finding as dicts."""
    clauses = models.JSONField(default=list)
    """The text by clause: contracts.rules.clause_text.ClauseText as dicts."""
    fields = models.JSONField(default=list)
    """The merge fields that it prints, for example ["contract.no", "lines[].name"]."""
    change_note = models.TextField(_("what changes and why"), blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)

    revision = models.PositiveIntegerField(default=1)
    submitted_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True, blank=True)
    request_no = models.CharField(max_length=24, blank=True)
    retires_on = models.DateField(null=True, blank=True)
    """The first day on which it no longer holds."""

    objects: ClassVar[VersionQuerySet] = VersionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("template", "-number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_once"),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False, valid_from__isnull=False)
                | Q(state__in=["draft", "in_review"], published_at__isnull=True),
                name="template_version_published_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(retires_on__isnull=True) | Q(retires_on__gte=F("valid_from")),
                name="template_version_dates",
            ),
            ExclusionConstraint(
                name="template_version_one_at_a_time",
                expressions=[
                    ("template", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("retires_on"),
                            RangeBoundary(inclusive_lower=True, inclusive_upper=False),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"

    def get_absolute_url(self) -> str:
        """Its page: findings, preview, redline."""
        return reverse("contracts:template-version", args=[self.pk])

    @property
    def customer(self) -> None:
        """A template is about no customer."""

    @property
    def unit(self) -> Unit:
        """The company whose template it is."""
        return self.template.unit

    @property
    def submitted(self) -> bool:
        """Whether a request was made with it."""
        return self.state != TemplateState.DRAFT

    @property
    def is_sound(self) -> bool:
        """Whether the check found nothing that forbids its use."""
        return not any(finding["severity"] == "error" for finding in self.findings)

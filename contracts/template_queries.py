"""Reads about templates and clauses: what holds on a day, what a new version is measured by."""

from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import Unit
from contracts.models import Clause, ClauseVersion, ContractTemplate, Need, TemplateVersion
from contracts.rules.template_check import LibraryClause


def published(unit: Unit, code: str, language: str, on: date) -> TemplateVersion | None:
    """The version of a template that holds on a day; None before the first one does."""
    wanted = {"template__unit": unit, "template__code": code, "template__language": language}
    return TemplateVersion.objects.in_force(on).select_related("template").filter(**wanted).first()


def latest(template: ContractTemplate) -> TemplateVersion | None:
    """The version that was published last, whether it holds already or not: the next one is drawn up against it."""
    return template.versions.filter(published_at__isnull=False).order_by("-published_at", "-pk").first()


def clause_versions(unit: Unit) -> dict[str, ClauseVersion]:
    """The newest version of every clause of a company, by code, in the order of the contract."""
    newest = (
        ClauseVersion.objects.filter(clause__unit=unit)
        .select_related("clause")
        .order_by("clause__position", "clause_id", "-number")
        .distinct("clause__position", "clause_id")
    )
    return {version.clause.code: version for version in newest}


def library(unit: Unit) -> list[LibraryClause]:
    """The clauses as the check of a template wants them."""
    return [
        LibraryClause(
            code, version.title_zh, version.title_en, version.need != Need.OPTIONAL, version.text_zh, version.text_en
        )
        for code, version in clause_versions(unit).items()
    ]


def clauses(visible: QuerySet[Clause], *, text: str = "", category: str = "", owner: str = "") -> list[ClauseVersion]:
    """The newest versions of the clauses that contain the text in title or wording, by category and owner."""
    newest = (
        ClauseVersion.objects.filter(clause__in=visible.values("pk"))
        .order_by("clause_id", "-number")
        .distinct("clause_id")
    )
    found = ClauseVersion.objects.filter(pk__in=newest.values("pk")).select_related("clause__unit")
    if text:
        found = found.filter(
            Q(title_zh__icontains=text)
            | Q(title_en__icontains=text)
            | Q(text_zh__icontains=text)
            | Q(text_en__icontains=text)
            | Q(clause__code__iexact=text)
        )
    if category:
        found = found.filter(clause__category=category)
    if owner:
        found = found.filter(Q(owners__contains=[owner]) | Q(final_owner=owner))
    return list(found.order_by("clause__unit__code", "clause__position"))

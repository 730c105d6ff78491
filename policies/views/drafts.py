"""Versions while they are written: the list, one draft with its tables, what it changes, what is wrong with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import AUTHENTICATED, access, roles
from accounts.language import pick
from accounts.models import User
from accounts.problems import Problem
from accounts.queries import business_today, has_role, held_roles
from jobs.idempotency import key_of_form, once
from policies import editing_tables, page
from policies.findings import findings
from policies.forms import DraftForm
from policies.models import MAKERS, REPLAY_READERS, PolicyVersion
from policies.page_grid import Draft, finding
from policies.page_kinds import KINDS
from policies.queries import NoPolicyError, agreed_by, version_in_force
from policies.services import start_draft


@access(AUTHENTICATED)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every version, the newest first; makers begin a new one here."""
    return _index(request, DraftForm(initial={"effective_from": business_today() + timedelta(days=1)}))


def _index(request: HttpRequest, form: DraftForm, status: int = 200) -> HttpResponse:
    rows = PolicyVersion.objects.select_related("created_by", "based_on").order_by("-number")
    context = {"versions": list(rows), "form": form, "may_write": _may_write(request), "in_force": _in_force()}
    return render(request, "policies/drafts.html", context, status=status)


@access(roles(*MAKERS))
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin a version with the tables that are in force."""
    form = DraftForm(request.POST)
    if form.is_valid():
        try:
            number = _started(user_of(request), key_of_form(request.POST), form.cleaned_data)
        except (Problem, NoPolicyError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Version %(number)s is drafted.") % {"number": number})
            return redirect("policies:tables", number=number)
    return _index(request, form, 422)


def _started(user: User, key: str, said: dict[str, Any]) -> int:
    """The number of the new version, the same for every repetition of the form."""
    what = ["policy", "start", said["change_note"], said["effective_from"].isoformat()]
    answer, _again = once(user, key, what, lambda: {"number": start_draft(user, **said).number})
    return int(answer["number"])


@access(AUTHENTICATED)
@require_GET
def overview(request: HttpRequest, number: int) -> HttpResponse:
    """One version: what for, its tables with how many rows changed and what is wrong."""
    version = version_of(number)
    initial = {"change_note": version.change_note, "effective_from": version.effective_from}
    return _overview(request, version, DraftForm(initial=initial))


def _overview(request: HttpRequest, version: PolicyVersion, form: DraftForm, status: int = 200) -> HttpResponse:
    draft = Draft(version, business_today())
    found = findings(version)
    context = {
        **bar(request, draft),
        "form": form,
        "groups": _groups(draft),
        "blocking": sum(each.blocking for each in found),
        "notes": sum(not each.blocking for each in found),
    }
    return render(request, "policies/draft.html", context, status=status)


def _groups(draft: Draft) -> list[dict[str, Any]]:
    """The tables of the version, those of one kind of request together."""
    groups: dict[str, list[dict[str, Any]]] = {}
    wrong = [each.table.split() for each in draft.findings if each.blocking]
    for table in draft.content["tables"]:
        kind = table.get("routing", {}).get("request_kind", "")
        groups.setdefault(kind, []).append(
            {
                "code": table["code"],
                "title": pick(table["title_zh"], table["title_en"]),
                "rows": len(table["rows"]),
                "change": draft.change(table["code"]),
                "wrong": sum(table["code"] in codes for codes in wrong),
            }
        )
    order = sorted(groups, key=lambda kind: (kind == "", list(KINDS).index(kind) if kind in KINDS else 99))
    return [{"label": KINDS.get(kind, kind) if kind else _("For all kinds"), "tables": groups[kind]} for kind in order]


@access(roles(*MAKERS))
@require_POST
def describe(request: HttpRequest, number: int) -> HttpResponse:
    """Keep why the policy changes, and from when."""
    form = DraftForm(request.POST)
    if form.is_valid():
        try:
            editing_tables.describe(number, actor=user_of(request), **form.cleaned_data)
        except Problem as refusal:
            if refusal.status in (403, 404):
                raise
            field = refusal.errors[0]["field"] if refusal.errors else None
            form.add_error(field, refusal.title)
        else:
            messages.success(request, _("Saved."))
            return redirect("policies:tables", number=number)
    return _overview(request, version_of(number), form, 422)


@access(AUTHENTICATED)
@require_GET
def changes(request: HttpRequest, number: int) -> HttpResponse:
    """Everything that a version changes, table by table."""
    draft = Draft(version_of(number), business_today())
    return render(request, "policies/draft_changes.html", {**bar(request, draft), "changes": draft.changes})


@access(AUTHENTICATED)
@require_GET
def check(request: HttpRequest, number: int) -> HttpResponse:
    """Everything that is wrong with a version, what blocks it first."""
    draft = Draft(version_of(number), business_today())
    found = [finding(draft.version, each) for each in findings(draft.version)]
    blocking = [each for each in found if each["finding"].blocking]
    notes = [each for each in found if not each["finding"].blocking]
    return render(request, "policies/draft_check.html", {**bar(request, draft), "blocking": blocking, "notes": notes})


@access(AUTHENTICATED)
@require_GET
def holders(request: HttpRequest) -> HttpResponse:
    """Who holds which role where, and where nobody does."""
    context = {"holders": page.all_holders(business_today()), "may_assign": user_of(request).is_staff}
    return render(request, "policies/holders.html", context)


def bar(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    """What the pages of one version share: the version, what it is compared with, whether the reader may write."""
    version = draft.version
    editable = version.state == PolicyVersion.State.DRAFT and _may_write(request)
    return {
        "version": version,
        "draft": draft,
        "base": draft.base,
        "editable": editable,
        "agreed": agreed(request, version),
    }


def agreed(request: HttpRequest, version: PolicyVersion) -> dict[str, Any]:
    """By which request a version was agreed, whether the reader may see replays of it, and that request.

    A policy request belongs to no region: whoever is of one region only does not see it unless he took part.
    """
    held = [each for each in held_roles(user_of(request)) if each.role in REPLAY_READERS]
    return {"no": agreed_by(version), "replays": bool(held), "linked": any(each.region_id is None for each in held)}


def version_of(number: int) -> PolicyVersion:
    """The version that the address names; 404 for none."""
    return get_object_or_404(PolicyVersion.objects.select_related("created_by", "based_on", "restores"), number=number)


def user_of(request: HttpRequest) -> User:
    """Who is asking."""
    assert isinstance(request.user, User)  # noqa: S101 - no view here is public
    return request.user


def _may_write(request: HttpRequest) -> bool:
    return has_role(user_of(request), *MAKERS)


def _in_force() -> PolicyVersion | None:
    try:
        return version_in_force(business_today())
    except NoPolicyError:
        return None

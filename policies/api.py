"""REST resource policies: its versions, each with its tables and what a check says about them."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router

from accounts.queries import business_today
from accounts.schemas import Cursor, Limit, Word, acting, idempotency_key, keyset
from jobs.idempotency import once
from policies import services
from policies.findings import findings
from policies.models import PolicyVersion
from policies.queries import agreed_by, content
from policies.rules.check import Finding
from policies.schemas import CheckIn, CheckOut, ReopenIn, VersionDetail, VersionOut, VersionPage

versions = Router(tags=["policies"])


def _rows() -> Any:
    return PolicyVersion.objects.select_related("based_on", "restores", "created_by")


def _out(version: PolicyVersion) -> dict[str, Any]:
    same = ("number", "state", "effective_from", "effective_to", "digest", "revision", "change_note", "created_at")
    today = business_today()
    return {
        **{name: getattr(version, name) for name in same},
        "in_force": PolicyVersion.objects.covering(today).filter(pk=version.pk).exists(),
        "based_on": version.based_on.number if version.based_on else None,
        "restores": version.restores.number if version.restores else None,
        "created_by": version.created_by.display_name if version.created_by else "",
    }


def _report(version: PolicyVersion, found: list[Finding]) -> dict[str, Any]:
    return {
        "number": version.number,
        "state": version.state,
        "digest": version.digest,
        "blocking": sum(each.blocking for each in found),
        "findings": [
            {
                **{name: getattr(each, name) for name in ("code", "table", "zh", "en", "blocking")},
                "rows": list(each.rows),
                "example": dict(each.example),
            }
            for each in found
        ],
    }


@versions.get("", response=VersionPage, summary="List policy versions")
def list_versions(request: HttpRequest, cursor: Cursor = None, limit: Limit = 50, state: Word = None) -> dict[str, Any]:
    """Newest first, by state."""
    rows = _rows() if state is None else _rows().filter(state=state)
    page, following = keyset(rows, cursor, limit)
    return {"items": [_out(row) for row in page], "next_cursor": following}


@versions.get("/{int:number}", response=VersionDetail, summary="Read a policy version")
def show_version(request: HttpRequest, number: int) -> dict[str, Any]:
    """With all of its tables; the SHA-256 of their canonical JSON is the digest."""
    version = get_object_or_404(_rows(), number=number)
    return {**_out(version), "request": agreed_by(version) or None, **content(version)}


@versions.get("/{int:number}/check", response=CheckOut, summary="Read the check report of a version")
def show_check(request: HttpRequest, number: int) -> dict[str, Any]:
    """Gaps, overlaps, shadowed rows, unreachable bands, roles that nobody holds, each with a counter-example."""
    version = get_object_or_404(_rows(), number=number)
    return _report(version, findings(version))


@versions.post("/{int:number}/check", response=CheckOut, summary="Check a draft")
def check(request: HttpRequest, number: int, body: CheckIn) -> dict[str, Any]:
    """When nothing blocks it, the draft becomes checked, and its tables stand still."""
    user, key = acting(request), idempotency_key(request)

    def write() -> dict[str, Any]:
        return _report(*services.check_version(number, user, body.revision))

    return once(user, key, ["check policy", number, body.revision], write)[0]


@versions.post("/{int:number}/reopen", response=VersionOut, summary="Take a checked version back to the draft")
def reopen(request: HttpRequest, number: int, body: ReopenIn) -> dict[str, Any]:
    """Its tables may be changed again."""
    user, key = acting(request), idempotency_key(request)

    def write() -> dict[str, Any]:
        services.back_to_draft(number, user, body.reason)
        return _out(get_object_or_404(_rows(), number=number))

    return once(user, key, ["reopen policy", number, body.reason], write)[0]

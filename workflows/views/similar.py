"""Earlier requests beside the one to decide: what was asked, what became of it, by whom and why."""

from typing import Any

from django.db.models import F

from accounts.models import User
from accounts.roles import Role
from workflows import rules
from workflows.kinds import REGISTRY
from workflows.models import Decision, Request
from workflows.queries_pages import similar_requests
from workflows.summaries import lines_of
from workflows.views.conditions import condition_words


def similar(request: Request, user: User) -> list[dict[str, Any]]:
    """Three earlier requests that the user may see, of the same kind first, each with its outcome.

    A constant number of statements for each kind among them.
    """
    found = similar_requests(request, user)
    if not found:
        return []
    lines, said = lines_of(found), _decisions(found)
    return [
        {
            "request": each,
            "kind": REGISTRY[each.kind].name,
            "line": lines.get(each.pk),
            **_outcome(each, said.get(each.pk, [])),
        }
        for each in found
    ]


def _decisions(found: list[Request]) -> dict[int, list[Decision]]:
    rows = Decision.objects.filter(request__in=found, submission__round=F("request__round"))
    decided: dict[int, list[Decision]] = {}
    for row in rows.exclude(step__status__in=rules.GONE).select_related("actor").order_by("decided_at", "pk"):
        decided.setdefault(row.request_id, []).append(row)
    return decided


def _outcome(request: Request, decisions: list[Decision]) -> dict[str, Any]:
    """The words of whoever decided last; what was granted less than was asked."""
    last = decisions[-1] if decisions else None
    made = [words for each in decisions for words in _conditions(request, each)]
    return {
        "granted": list(dict.fromkeys(made)) if request.state in ("approved", "signing") else [],
        "by": last.actor.display_name if last else "",
        "role": Role(last.role).label if last and last.role in Role.values else "",
        "at": last.decided_at if last else None,
        "reason": last.reason if last else "",
    }


def _conditions(request: Request, decision: Decision) -> list[str]:
    return condition_words(REGISTRY[request.kind], decision.conditions, request.currency)

"""What a person has asked for, of every kind in one list: what needs him first, then what is on its way."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import User
from workflows.dashboards import drafts, on_the_way, questions_to, with_documents
from workflows.kinds.pages import PAGES
from workflows.models import Decision, Request, State
from workflows.queries_pages import named

OPEN: Final = 50
ENDED: Final = 20


def own(user: User) -> QuerySet[Request]:
    """What this person submitted, from whichever of his accounts."""
    return Request.objects.filter(submitter__person_id=user.person_id)


def mine(user: User, params: Mapping[str, str]) -> dict[str, Any]:
    """Everything on the page; a constant number of statements, whatever the number of requests.

    Args:
        params: `kind` and `q` narrow it down; anything that is not understood does not.
    """
    kind = params.get("kind", "") if params.get("kind") in PAGES else ""
    words = params.get("q", "").strip().replace("\x00", "")[:80]
    fitting = own(user).filter(named(words) if words else Q(), **({"kind": kind} if kind else {}))
    rows = fitting.select_related("customer__unit", "unit", "region", "submitter")
    asked = Decision.objects.filter(verb="return").select_related("actor", "submission")
    back = list(rows.filter(state=State.RETURNED).prefetch_related(Prefetch("decisions", asked))[:OPEN])
    way = rows.filter(closed_at__isnull=True).exclude(state=State.RETURNED)
    # Who has waited longest stands first.
    under_way = sorted(on_the_way(list(way.order_by("pk")[:OPEN])), key=lambda row: (row["due"] is None, row["due"]))
    ended = with_documents(list(rows.filter(closed_at__isnull=False).order_by("-closed_at")[:ENDED]), user)
    return {
        "questions": list(questions_to(user).filter(request__in=fitting.order_by())[:OPEN]),
        "returned": on_the_way(back),
        "drafts": [each for each in drafts(user) if kind in ("", each["pages"].code)] if not words else [],
        "under_way": under_way,
        "ended": ended,
        "counts": dict(own(user).order_by().values_list("kind").annotate(Count("pk"))),
        "kind": kind,
        "q": words,
    }

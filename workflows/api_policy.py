"""REST resource policy-changes, and requests/{no}/reroute."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from accounts.models import User
from accounts.schemas import Name
from customers.models import Customer
from policies.models import PolicyChange
from policies.services import begin_change, save_change
from workflows import services
from workflows.api import written
from workflows.kinds.policy_pages import PAGES
from workflows.letter_api import Letter, letter_router
from workflows.representations import detail_out
from workflows.schemas import RequestDetail
from workflows.schemas_policy import PolicyChangeChange, PolicyChangeIn, PolicyChangeOut, RerouteIn


def rows(user: User) -> Any:
    """Changes that the user may see, sent ones too."""
    seen = PolicyChange.objects.visible_to(user).filter(discarded_at__isnull=True)
    return seen.select_related("unit", "created_by", "version__based_on")


def shown(letter: PolicyChange, no: str | None) -> dict[str, Any]:
    """A change and the number under which it was submitted."""
    version = letter.version
    return {
        "id": letter.pk,
        "version": version.number,
        "digest": version.digest,
        "state": version.state,
        "emergency": letter.emergency,
        "effective_from": version.effective_from,
        "change_note": version.change_note,
        "unit": letter.unit.code,
        "request": no,
    }


def save(customer: Customer | None, values: dict[str, Any], user: User, letter: PolicyChange | None) -> PolicyChange:
    """Begin or change the request for a version."""
    number = values.pop("version", None)
    return save_change(letter or begin_change(number or 0, user), values, user)


policy_changes = letter_router(
    Letter(
        pages=PAGES,
        name="policy change",
        model=PolicyChange,
        begin=PolicyChangeIn,
        change=PolicyChangeChange,
        out=PolicyChangeOut,
        shown=shown,
        rows=rows,
        save=save,
        inside=frozenset({"version", "effective_from", "change_note"}),
    )
)

rerouting = Router(tags=["requests"])


@rerouting.post("/{no}/reroute", response=RequestDetail, summary="Re-route a request")
def reroute(request: HttpRequest, no: Name, body: RerouteIn) -> dict[str, Any]:
    """Ask the approvals of another version of the policy: only its owner, with a reason."""
    said = body.model_dump()

    def write(user: User, key: str) -> dict[str, Any]:
        return detail_out(services.reroute(no, **said, actor=user, idempotency_key=key), user)

    return written(request, no, ["reroute", no, said], write)

"""Standing delegation: giving it and ending it."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.http import Http404

from accounts.models import RoleAssignment, User
from accounts.queries import business_today, has_role, held_roles, in_force
from accounts.roles import INCOMPATIBLE, Role
from audit.clock import db_now
from audit.services import record
from policies.queries import pack, version_in_force
from workflows import rules
from workflows.kinds import REGISTRY
from workflows.models import Delegation
from workflows.notices import news
from workflows.refusals import problem
from workflows.rules.delegation import Parties, refusal_to_delegate
from workflows.services.doors import Answer, door

# At which field of a form a refusal is shown.
FIELDS = {
    "delegation_to_self": "delegate",
    "delegation_period": "valid_to",
    "delegation_too_long": "valid_to",
    "delegate_inactive": "delegate",
    "delegate_without_role": "delegate",
    "delegate_incompatible": "delegate",
    "delegation_needs_ceiling": "ceiling",
    "delegation_overlaps": "valid_from",
    "delegation_goes_round": "delegate",
    "delegation_kind": "kinds",
    "reason_missing": "reason",
}


def delegate(
    delegator: User,
    to: User,
    *,
    valid_from: datetime,
    valid_to: datetime,
    actor: User,
    idempotency_key: str,
    kinds: Iterable[str] = (),
    ceiling: Decimal | None = None,
    reason: str = "",
) -> Delegation:
    """Let somebody act for the delegator during [valid_from, valid_to): what waits for him, and what comes.

    Args:
        valid_from: a moment that is over already means from now on.
        kinds: codes of kinds of request; none named means all of them.
        ceiling: up to which headline amount, in the company's own currency; None is as far as his own authority.
        reason: needed when an operator gives it for somebody else.

    Raises:
        Problem: not one's own (403), or why it may not be given (`workflows.rules.delegation`).
    """
    asked = Delegation(
        delegator=delegator,
        delegate=to,
        valid_from=valid_from,
        valid_to=valid_to,
        kinds=sorted(set(kinds)),
        ceiling=ceiling,
        reason=reason.strip(),
        created_by=actor,
    )
    answer = door(actor, idempotency_key, ["delegate", *_terms(asked).values()], lambda: _delegate(asked, actor))
    return Delegation.objects.select_related("delegator", "delegate").get(pk=answer["delegation"])


def _delegate(asked: Delegation, actor: User) -> Answer:
    delegator, to = asked.delegator, asked.delegate
    if actor.pk != delegator.pk and not (has_role(actor, Role.SO) and actor.person_id != to.person_id):
        raise problem(rules.Refusal("not_your_delegation"))
    if actor.pk != delegator.pk and not asked.reason:
        raise problem(rules.Refusal("reason_missing", 422), "reason")
    if set(asked.kinds) - REGISTRY.keys():
        raise problem(rules.Refusal("delegation_kind", 422), "kinds")
    to.refresh_from_db(fields=["is_active"])
    with connection.cursor() as cursor:  # one after another: two at once could close a circle
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('workflows.delegation', 0))")
    asked.valid_from = max(asked.valid_from, db_now())  # what was done before was not done for him
    if refusal := _refusal(asked):
        raise problem(refusal, FIELDS.get(refusal.code, ""))
    asked.save()
    _note("delegation.given", asked, actor, after=_terms(asked), reason=asked.reason)
    what = "delegation_given" if actor.pk == delegator.pk else "delegation_arranged"
    _tell(what, asked, actor)
    return {"delegation": asked.pk}


def _refusal(asked: Delegation) -> rules.Refusal | None:
    delegator, to = asked.delegator, asked.delegate
    if delegator.person_id == to.person_id:
        return rules.Refusal("delegation_to_self", 422)
    policy = pack(version_in_force(business_today()))
    theirs = list(RoleAssignment.objects.filter(in_force(), user__person_id=to.person_id))
    functions = {code: (rule.function, rule.level) for code, rule in policy.roles.items()}
    mine = frozenset(row.role for row in held_roles(delegator)) & (functions.keys() | {policy.parameters.policy_owner})
    parties = Parties(
        deciding=frozenset(mine),
        active=to.is_active,
        held=frozenset(row.role for row in theirs),
        deputy=mine <= {row.role for row in theirs if row.is_deputy},
    )
    others = [row.mandate() for row in Delegation.objects.lasting()]
    return refusal_to_delegate(
        asked.mandate(), others, parties, now=db_now(), incompatible=INCOMPATIBLE, functions=functions
    )


def end_delegation(pk: int, *, actor: User, idempotency_key: str, reason: str = "") -> Delegation:
    """End a delegation now: what waits goes back to the delegator at once.

    Raises:
        Http404: there is none that the actor may see.
        Problem: not one's own (403), or already over (409).
    """
    words = reason.strip()
    door(actor, idempotency_key, ["end delegation", pk, words], lambda: _end(pk, actor, words))
    return Delegation.objects.select_related("delegator", "delegate").get(pk=pk)


def _end(pk: int, actor: User, reason: str) -> Answer:
    rows = Delegation.objects.visible_to(actor).select_for_update(of=("self",)).select_related("delegator", "delegate")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    persons = {found.delegator.person_id, found.delegate.person_id}
    if actor.person_id not in persons and not has_role(actor, Role.SO):
        raise problem(rules.Refusal("not_your_delegation"))
    now = db_now()
    if found.ended_at is not None or found.valid_to <= now:
        raise problem(rules.Refusal("delegation_over", 409))
    found.ended_at = now
    found.save(update_fields=["ended_at"])
    _note("delegation.ended", found, actor, before=_terms(found), reason=reason)
    _tell("delegation_ended", found, actor)
    return {"delegation": pk}


def _tell(what: str, found: Delegation, actor: User) -> None:
    """Both hear of it, but not who did it."""
    both = [found.delegator_id, found.delegate_id]
    news([{"what": what, "step": None, "actor": actor.pk, "to": both, "delegation": found.pk}])


def _terms(asked: Delegation) -> dict[str, Any]:
    return {
        "delegator": asked.delegator_id,
        "delegate": asked.delegate_id,
        "valid_from": asked.valid_from,
        "valid_to": asked.valid_to,
        "kinds": list(asked.kinds),
        "ceiling": asked.ceiling,
    }


def _note(action: str, found: Delegation, actor: User, **facts: Any) -> None:
    record(
        action,
        stream=f"auth:{found.delegator_id}",
        actor=actor,
        object_type="delegation",
        object_id=str(found.pk),
        object_label=f"{found.delegator.display_name} → {found.delegate.display_name}",
        **facts,
    )

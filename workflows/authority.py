"""Every check of a decision, on the state under the lock: one list for every channel."""

from decimal import Decimal

from accounts.models import User
from policies.queries import pinned_pack
from policies.rules.pack import Pack
from policies.rules.plan import authority_ceiling
from workflows import engine, rules
from workflows.engine import Round
from workflows.models import Capacity, Step, personal_key
from workflows.routing import ends_with
from workflows.staffing import duties


def refusal_of(
    round_: Round,
    step: Step,
    actor: User,
    verb: str,
    sha_shown: str,
    reason: str,
    conditions: rules.Conditions,
) -> rules.Refusal | None:
    """Why the actor may not say this in the step now, or None."""
    if verb not in rules.VERBS_OF.get(step.mode, ()):
        return rules.Refusal("unknown_verb" if verb not in rules.VERBS else "not_in_this_step", 422)
    refusal = refusal_of_person(round_, step, actor, sha_shown, _finally_granted(round_, step, verb, conditions))
    return refusal or _refusal_of_words(round_, step, actor, verb, reason, conditions)


def refusal_of_person(
    round_: Round, step: Step, actor: User, sha_shown: str, final_amount: Decimal | None = None
) -> rules.Refusal | None:
    """Why the actor may not act in the step at all, or None.

    Args:
        final_amount: what an approval of this step would finally grant; None when others come after it.
    """
    staff = round_.staff
    standing = staff.standing(step, actor) if staff is not None else None
    refusal = rules.refusal_to_decide(
        decider=rules.Decider(
            person=actor.person_id,
            active=actor.is_active,
            holds_role=standing is not None,
            ceiling=ceiling_of(round_, authority_role(step, standing.capacity if standing else "", _policy(round_))),
            principal=standing.principal.person_id if standing and standing.principal else None,
        ),
        duties=duties(round_),
        step_status=step.status,
        sha_shown=sha_shown,
        sha_now=round_.submission.content_sha256,
        final_amount=final_amount,
    )
    if refusal is not None and refusal.code == "no_authority" and step.queue_key == personal_key(actor.pk):
        return rules.Refusal("opinion_only")
    if refusal is not None and refusal.code == "no_authority" and staff is not None:
        beyond = staff.beyond(step, actor)
        return (
            rules.Refusal("above_delegation", values={"ceiling": f"{beyond:,.2f}"}) if beyond is not None else refusal
        )
    return refusal


def refusal_to_override(
    round_: Round,
    step: Step,
    actor: User,
    verb: str,
    sha_shown: str,
    reason: str,
    conditions: rules.Conditions,
) -> rules.Refusal | None:
    """Why the actor may not decide this step in its holder's place, as the owner of the policy, or None."""
    owner = _policy(round_).parameters.policy_owner
    if round_.staff is None or not round_.staff.holds(actor, owner):
        return rules.Refusal("not_policy_owner")
    if verb not in rules.VERBS_OF.get(step.mode, ()):
        return rules.Refusal("unknown_verb" if verb not in rules.VERBS else "not_in_this_step", 422)
    refusal = rules.refusal_to_decide(
        decider=rules.Decider(actor.person_id, actor.is_active, holds_role=True, ceiling=ceiling_of(round_, owner)),
        duties=duties(round_),
        step_status=step.status,
        sha_shown=sha_shown,
        sha_now=round_.submission.content_sha256,
        final_amount=_finally_granted(round_, step, verb, conditions),
    )
    missing = None if reason else rules.Refusal("reason_missing", 422)
    return refusal or missing or _refusal_of_words(round_, step, actor, verb, reason, conditions)


def _policy(round_: Round) -> Pack:
    return pinned_pack(round_.submission.policy_number, round_.submission.policy_digest)


def ceiling_of(round_: Round, role: str) -> Decimal | None:
    """The highest authority among the roles that agreed and this one; None is unlimited."""
    policy, kind = _policy(round_), round_.kind
    agreed = [(each, engine.standing(each)) for each in round_.steps if each.status in rules.AGREED]
    roles = {authority_role(each, said.capacity, policy) for each, said in agreed if said is not None} | {role}
    ceilings = [authority_ceiling(policy, role, kind.code, kind.authority_metric) for role in roles]
    known = [ceiling for ceiling in ceilings if ceiling is not None]
    return max(known) if len(known) == len(ceilings) else None


def authority_role(step: Step, capacity: str, policy: Pack) -> str:
    """The role whose authority it is: not that of the step when the policy owner or a superior sits for it."""
    if capacity == Capacity.OVERRIDE:
        return policy.parameters.policy_owner
    pool = step.home_key.split(":")[0]
    return pool if capacity == Capacity.ESCALATED and pool in policy.roles else step.role


def _finally_granted(round_: Round, step: Step, verb: str, conditions: rules.Conditions) -> Decimal | None:
    """What this approval would put in force, measured as the ceilings are; None when others come after it."""
    approves = rules.STATUS_AFTER[verb] == "approved" and step.mode not in rules.RATIFYING
    if not approves or not ends_with(round_, step):
        return None
    kind = round_.kind
    granted = rules.tightened(kind.conditions, round_.terms(), [conditions])
    return kind.left_authority(Decimal(round_.submission.content["authority"]), round_.asked(), granted)


def _refusal_of_words(
    round_: Round, step: Step, actor: User, verb: str, reason: str, conditions: rules.Conditions
) -> rules.Refusal | None:
    if verb in rules.NEEDS_REASON and not reason:
        return rules.Refusal("reason_missing", 422)
    if verb == rules.APPROVE_CONDITIONAL:
        made = {name for name, value in conditions.items() if value not in (None, "")}
        if not made or made - {field.name for field in round_.kind.conditions}:
            return rules.Refusal("conditions_missing", 422)
        days = (conditions.get(field.name) for field in round_.kind.conditions if field.tighter == "earlier")
        if any(day is not None and day < round_.today for day in days):
            return rules.Refusal("conditions_past", 422)
        if rules.loosened(round_.kind.conditions, round_.terms(), conditions):
            return rules.Refusal("conditions_loosen", 422)
    if rules.STATUS_AFTER[verb] == "approved":
        customer = round_.request.customer
        if customer is not None and not customer.active and step.mode not in rules.RATIFYING:
            return rules.Refusal("customer_closed", 409)
        return _refusal_if_needed_later(round_, step, actor)
    return None


def _refusal_if_needed_later(round_: Round, step: Step, actor: User) -> rules.Refusal | None:
    """One person decides once: whoever alone can take a later step leaves this one to a colleague."""
    staff = round_.staff
    if staff is None:
        return None
    standing = staff.standing(step, actor)
    said = {actor.person_id} | ({standing.principal.person_id} if standing and standing.principal else set())
    decided = duties(round_).decided | said
    ahead = [each for each in round_.steps if each.status in ("waiting", "open") and each.pk != step.pk]
    pools = {each.key: staff.persons(each) for each in ahead}
    left = {key: persons - decided for key, persons in pools.items()}
    if rules.seat(left) is not None or not staff.persons(step) - decided:
        return None
    alone = next((each for each in ahead if pools[each.key] and not left[each.key]), None)
    return rules.Refusal("needed_later", values={"role": alone.role}) if alone else None

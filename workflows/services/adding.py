"""Adding an approver before, beside or after one's own step, and taking the addition away again."""

from typing import Final, Literal

from accounts.models import User
from accounts.queries import assignments_covering
from policies.queries import pinned_pack
from policies.rules.pack import Pack
from workflows import rounds, rules
from workflows.authority import refusal_of_person
from workflows.engine import Round, cancel, hold
from workflows.models import Origin, Request, State, Step, personal_key
from workflows.refusals import problem
from workflows.routing import BEFORE, open_due
from workflows.services.doors import Answer, door, step_in
from workflows.staffing import duties, staff_of

Where = Literal["before", "after", "parallel"]
Mode = Literal["approve", "comment"]
WAYS: Final = ("before", "parallel", "after")
MODES: Final = ("approve", "comment")


def add_approver(
    no: str,
    step_id: int,
    *,
    actor: User,
    where: Where,
    reason: str,
    idempotency_key: str,
    user: User | None = None,
    role: str = "",
    mode: Mode = "approve",
) -> Step:
    """Ask one more person, or anybody of a role, on top of what the policy asks; nothing of that is taken away.

    Args:
        step_id: the open step of the actor.
        where: ``before``: one's own step waits for the answer; ``parallel``: beside it; ``after``: next, in a stage
            of its own.
        user: the person; his role is the one given, else that of the step, else the highest that may approve here.
        role: without a person, the role whose pool is asked.
        mode: ``approve`` (approval, or endorsement where the role has no authority) or ``comment`` (an opinion, which
            holds up nothing but one's own step).

    Raises:
        Http404: no such request, or the step is not of this request.
        Problem: the actor may not decide the step, or the person cannot be added (403, 409 or 422).
    """
    what = ["add", no, step_id, user.pk if user else None, role, where, mode, reason.strip()]
    answer = door(
        actor,
        idempotency_key,
        what,
        lambda: _add(no, step_id, actor, user, role, where, mode, reason.strip()),
        no=no,
    )
    return Step.objects.get(pk=answer["step"])


def _add(
    no: str, step_id: int, actor: User, user: User | None, role: str, where: str, mode: str, reason: str
) -> Answer:
    round_ = rounds.lock(no, actor)
    step = step_in(round_, step_id)
    _check(round_, step, actor, where, mode, reason)
    added = _new(round_, step, _role_of(round_, step, user, role), where, mode)
    added.added_by, added.assignee = actor, user
    if user is not None:
        added.queue_key = personal_key(user.pk)
    Step.objects.bulk_create([added])
    round_.add([added])
    _check_person(round_, step, added, actor)
    if where == "before":
        hold(step, round_)
    open_due(round_)
    said = {"step": added.key, "role": added.role, "mode": added.mode, "where": where, "beside": step.key}
    who = {"assignee": user.pk} if user else {}
    rounds.note(round_, "request.approver_added", reason=reason, after={**said, **who})
    round_.tell("added", added, to=[user.pk] if user else [])
    rounds.save(round_)
    return {"step": added.pk}


def _check(round_: Round, step: Step, actor: User, where: str, mode: str, reason: str) -> None:
    """Only who may decide the step adds somebody to it, while it is in review."""
    if refusal := refusal_of_person(round_, step, actor, round_.submission.content_sha256):
        raise problem(refusal)
    if step.mode not in ("approve", "endorse") or where not in WAYS or mode not in MODES:
        raise problem(rules.Refusal("not_in_this_step", 422))
    if round_.request.state != State.IN_REVIEW:
        raise problem(rules.Refusal("not_under_way", 409))
    if mode == "comment" and where == "after":
        raise problem(rules.Refusal("added_too_late", 422), "where")
    if not reason:
        raise problem(rules.Refusal("reason_missing", 422), "reason")


def _new(round_: Round, step: Step, role: str, where: str, mode: str) -> Step:
    """The added step, still without its people; later stages make room."""
    policy = _policy(round_)
    if where == "after":
        for each in round_.steps:
            if each.stage > step.stage:
                each.stage += 1
                round_.touch(each)
    number = 1 + sum(each.origin == Origin.ADDED and "~" not in each.key for each in round_.steps)
    approves = "approve" if role in policy.approving[round_.kind.code] else "endorse"
    return Step(
        request=round_.request,
        submission=round_.submission,
        key=f"+{number}",
        stage=step.stage + (where == "after"),
        role=role,
        mode=approves if mode == "approve" else "comment",
        sla_hours=policy.sla_hours[role],
        origin=Origin.ADDED,
        beside=(BEFORE if where == "before" else "") + step.key,
    )


def _role_of(round_: Round, step: Step, user: User | None, role: str) -> str:
    """In which role somebody is asked. Raises Problem when he holds none that may approve here."""
    policy = _policy(round_)
    allowed = roles_that_may_be_added(policy, round_.kind.code, step.role)
    if user is None:
        if role not in allowed:
            raise problem(rules.Refusal("nobody_chosen", 422), "role")
        return role
    request = round_.request
    rows = assignments_covering(request.unit, request.region, round_.today).filter(user=user)
    held = set(rows.values_list("role", flat=True)) & allowed
    if role:
        held &= {role}
    if not held or not user.is_active:
        raise problem(rules.Refusal("added_without_role", 422, {"name": user.display_name}), "user")
    return step.role if step.role in held else max(held, key=lambda code: (policy.roles[code].level, code))


def roles_that_may_be_added(policy: Pack, kind: str, own: str) -> set[str]:
    """Roles that the policy asks in some request of the kind, and those above one's own in the same function."""
    tables = policy.kinds[kind]
    bands = {row.outputs["band"] for table in (*tables.bands, *tables.joins) for row in table.rows}
    bands.update(band for table in tables.bands for band in table.ladder)
    asked = {role for band in bands for stage in policy.chains[band].stages for role in stage}
    mine = policy.roles[own]
    higher = {code for code, rule in policy.roles.items() if rule.function == mine.function and rule.level > mine.level}
    return asked | higher | {own}


def _check_person(round_: Round, step: Step, added: Step, actor: User) -> None:
    """Whoever is added is not barred, has no other part in the round, and every step still has somebody of its own."""
    apart = duties(round_)
    round_.staff = staff = staff_of(round_)
    standing = staff.standing(step, actor)
    acts = {actor.person_id} | ({standing.principal.person_id} if standing and standing.principal else set())
    if added.assignee is not None:
        person, named = added.assignee.person_id, {"name": added.assignee.display_name}
        if person in apart.owners | apart.editors | apart.barred | {apart.submitter}:
            raise problem(rules.Refusal("added_barred", 403, named), "user")
        if person in apart.decided | acts:
            raise problem(rules.Refusal("added_already", 409, named), "user")
    elif staff.stands_in(added.role) or not staff.persons(added) - apart.decided - acts:
        raise problem(rules.Refusal("added_nobody", 409, {"role": added.role}), "role")
    waiting = [step for step in round_.steps if step.status in ("waiting", "open")]
    pools = {step.key: staff.persons(step) - apart.decided for step in waiting}
    before = {key: people for key, people in pools.items() if key != added.key}
    if rules.seat(pools) is None and rules.seat(before) is not None:
        if added.assignee is None:
            raise problem(rules.Refusal("added_nobody", 409, {"role": added.role}), "role")
        raise problem(rules.Refusal("added_already", 409, {"name": added.assignee.display_name}), "user")


def remove_approver(no: str, step_id: int, *, actor: User, reason: str, idempotency_key: str) -> Request:
    """Take one's own addition away again, before it was answered and before one has decided oneself.

    Args:
        step_id: the added step.

    Raises:
        Http404: no such request, or the step is not of this request.
        Problem: not one's own addition (403), answered or relied upon (409), or no reason (422).
    """
    what = ["remove", no, step_id, reason.strip()]
    door(actor, idempotency_key, what, lambda: _remove(no, step_id, actor, reason.strip()), no=no)
    return Request.objects.get(no=no)


def _remove(no: str, step_id: int, actor: User, reason: str) -> Answer:
    round_ = rounds.lock(no, actor)
    added = step_in(round_, step_id)
    if refusal := refusal_to_remove(round_, added, actor):
        raise problem(refusal)
    if not reason:
        raise problem(rules.Refusal("reason_missing", 422), "reason")
    cancel(added, round_)
    added.status, added.closed_at = "withdrawn", round_.now
    round_.touch(added)
    open_due(round_)
    what = rounds.note(round_, "request.approver_removed", reason=reason, after={"step": added.key, "role": added.role})
    who = {"to": [added.assignee_id]} if added.assignee_id else {}
    round_.tell("released", added, event=what.pk, **who)
    rounds.save(round_)
    return {"step": added.pk}


def refusal_to_remove(round_: Round, added: Step, actor: User) -> rules.Refusal | None:
    """Why this person may not take the addition away, or None."""
    if added.origin != Origin.ADDED or added.added_by is None or added.added_by.person_id != actor.person_id:
        return rules.Refusal("not_your_addition")
    if added.status not in ("waiting", "open"):
        return rules.Refusal("addition_answered", 409)
    own = next((each for each in round_.steps if each.key == added.beside.removeprefix(BEFORE)), None)
    if added.mode != "comment" and (own is None or own.status not in ("waiting", "open")):
        return rules.Refusal("addition_needed", 409)
    return None


def _policy(round_: Round) -> Pack:
    return pinned_pack(round_.submission.policy_number, round_.submission.policy_digest)

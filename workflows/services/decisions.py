"""The only door for a decision."""

from accounts.models import User
from audit.origin import current as current_origin
from workflows import rounds, rules
from workflows.again import ask_again_from, note_again
from workflows.authority import refusal_of
from workflows.content import conditions_to_json
from workflows.engine import Round
from workflows.models import Decision, Origin, Step
from workflows.preview import sha256_of
from workflows.refusals import problem
from workflows.services.doors import Answer, door, step_in


def decide(
    no: str,
    step_id: int,
    *,
    actor: User,
    verb: str,
    content_sha256: str,
    idempotency_key: str,
    reason: str = "",
    conditions: rules.Conditions | None = None,
    to: str = "",
) -> Decision:
    """Decide a step: the only door for approve, approve with conditions, return, reject and object.

    Args:
        content_sha256: digest of the content that the actor had before him.
        reason: needed for everything but a plain approval.
        conditions: for `approve_conditional`, by the names of the kind's fields; they only tighten.
        to: for `return`, the key of a step of an earlier stage that is asked again, with everything after it; empty:
            the submitter revises it.

    Raises:
        Http404: no such request, or the step is not of this request.
        Problem: refused, with a code of `workflows.refusals`; nothing has changed.
    """
    asked, words = dict(conditions or {}), reason.strip()
    what = ["decide", no, step_id, verb, words, sha256_of(conditions_to_json(asked)), content_sha256]
    what += [to] if to else []
    made: list[Decision] = []
    answer = door(
        actor,
        idempotency_key,
        what,
        lambda: _decide(no, step_id, actor, verb, content_sha256, words, asked, made, to),
        no=no,
    )
    return made[0] if made else Decision.objects.select_related("step", "request").get(pk=answer["decision"])


def _decide(
    no: str,
    step_id: int,
    actor: User,
    verb: str,
    sha: str,
    reason: str,
    conditions: rules.Conditions,
    made: list[Decision],
    to: str,
) -> Answer:
    round_ = rounds.lock(no, actor)
    step = _seat(round_, step_in(round_, step_id))
    if refusal := refusal_of(round_, step, actor, verb, sha, reason, conditions):
        raise problem(refusal, {"reason_missing": "reason"}.get(refusal.code, ""))
    stage = earlier_stage(round_, step, verb, to) if to else None
    decision = rounds.write_decision(round_, step, actor, verb, reason, conditions, current_origin().channel, to=to)
    made.append(decision)
    if stage is not None:
        note_again(round_, *ask_again_from(round_, stage), because={"returned_to": to})
    elif verb == rules.RETURN:
        rounds.return_within_a_day(round_, step)
    if verb == rules.OBJECT and step.origin == Origin.POLICY:
        rounds.ask_more(round_, {"objected": True})
    rounds.advance(round_, step.task, actor)
    rounds.save(round_)
    return {"decision": decision.pk, "state": round_.request.state}


def _seat(round_: Round, step: Step) -> Step:
    """The seat of a vote that is still free, when somebody else has taken the one that was on the screen."""
    if step.status in rules.ANSWERED:
        return next((each for each in round_.same_seats(step) if each.status == "open"), step)
    return step


def earlier_stage(round_: Round, step: Step, verb: str, to: str) -> int:
    """The stage to which a step is returned.

    Raises Problem: only a return goes back, and only to a stage before one's own in which somebody was asked.
    """
    asked = next((each for each in stages_before(round_, step) if each.key == to), None)
    if verb != rules.RETURN or asked is None:
        raise problem(rules.Refusal("not_an_earlier_stage", 422), "to")
    return asked.stage


def stages_before(round_: Round, step: Step) -> list[Step]:
    """Steps of earlier stages in which somebody has had his say, and to which this one may therefore return."""
    if step.mode in rules.RATIFYING or rules.RETURN not in rules.VERBS_OF[step.mode]:
        return []
    return [each for each in round_.steps if each.stage < step.stage and each.status in rules.ANSWERED]

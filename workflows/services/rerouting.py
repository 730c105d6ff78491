"""Sending a request under way on under another version of the policy: its owner's word, with a reason."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from policies.models import PolicyVersion
from policies.queries import pack
from workflows import rounds, rules
from workflows.content import facts_from_json, terms_from_json
from workflows.engine import Round, close
from workflows.kind import Assessment
from workflows.models import Origin, Request, State
from workflows.preview import Preview, planned
from workflows.refusals import infeasible, problem
from workflows.routing import open_due
from workflows.services.doors import Answer, door
from workflows.services.overriding import interest_of, owns_policy
from workflows.staffing import staff_of


def reroute(no: str, *, version: int, reason: str, actor: User, idempotency_key: str) -> Request:
    """Ask the approvals of another version of the policy: a new round with the same content.

    What was asked, its figures and its facts stay as they were submitted. Approvals stand where the other version asks
    the same people for nothing more; all others are asked again. Approvers who were added and have not decided are
    dropped, and the trail names them: whoever still wants them adds them again.

    Args:
        version: number of a version that is or was in force.
        reason: mandatory.

    Raises:
        Http404: no such request.
        Problem: not the owner of the policy, or he submitted it (403); not in review, or it is under that version
            already (409); no reason, no such version, or that version stops it or finds nobody (422).
    """
    words = reason.strip()
    what = ["reroute", no, version, words]
    door(actor, idempotency_key, what, lambda: _reroute(no, version, words, actor), no=no)
    return Request.objects.get(no=no)


def _reroute(no: str, number: int, reason: str, actor: User) -> Answer:
    before = rounds.lock(no, actor)
    request, old = before.request, before.submission
    if refusal := refusal_to_reroute(before, actor):
        raise problem(refusal)
    if not reason:
        raise problem(rules.Refusal("reason_missing", 422), "reason")
    shown = replanned(before, _version(number, before))
    if not shown.submittable:
        raise infeasible(list(shown.blocks))
    undecided = [step for step in before.steps if step.status in ("open", "waiting")]
    for step in undecided:
        close(step, before)
    rounds.save(before)
    request.round += 1
    # Its submitter still asks for it; that he chose the version does not keep the owner of the policy from deciding.
    round_ = rounds.start(before.kind, request, shown, old.submitted_by)
    round_.actor, round_.staff = actor, staff_of(round_)
    after = {"round": request.round, "policy": number, "plan": shown.plan.digest,
             "steps": [step.key for step in round_.steps],
             "carried": [step.key for step in round_.steps if step.status == "carried"],
             "additions_dropped": [step.key for step in undecided if step.origin == Origin.ADDED]}  # fmt: skip
    what = rounds.note(
        round_,
        "request.rerouted",
        reason=reason,
        content_sha256=shown.content_sha256,
        before={"round": old.round, "policy": old.policy_number, "plan": old.plan_digest},
        after=after,
    )
    round_.tell("rerouted", event=what.pk)
    open_due(round_)
    rounds.save(round_)
    return {"round": request.round}


def refusal_to_reroute(round_: Round, actor: User) -> rules.Refusal | None:
    """Why this person may not re-route the request now, or None."""
    if not owns_policy(round_, actor):
        return rules.Refusal("not_policy_owner")
    if refusal := interest_of(round_, actor):
        return refusal
    if round_.request.state != State.IN_REVIEW or round_.request.effective_at is not None:
        return rules.Refusal("not_under_way", 409)
    return None


def _version(number: int, round_: Round) -> PolicyVersion:
    """The version to go on under. Raises Problem for one that never was in force, and for that of now."""
    found = PolicyVersion.objects.dated().filter(number=number, effective_from__lte=round_.today).first()
    if found is None:
        sentence = _("There is no policy version %(n)s that is or was in force.") % {"n": number}
        raise Problem("no_such_version", 422, sentence, [{"field": "version", "message": sentence}])
    if found.number == round_.submission.policy_number:
        raise problem(rules.Refusal("same_version", 409), "version")
    return found


def other_versions(round_: Round) -> list[int]:
    """Versions that are or were in force beside the one that the request is under, newest first."""
    dated = PolicyVersion.objects.dated().filter(effective_from__lte=round_.today)
    others = dated.exclude(number=round_.submission.policy_number).order_by("-effective_from")
    return list(others.values_list("number", flat=True)[:10])


def replanned(round_: Round, version: PolicyVersion) -> Preview:
    """What the request would have to pass under another version; nothing is stored."""
    request, content = round_.request, dict(round_.submission.content)
    content.pop("plan_digest", None)
    policy = pack(version)
    rules_of_kind = policy.kinds.get(request.kind)
    if rules_of_kind is None:
        raise infeasible([_("Version %(n)s has no rules for requests of this kind.") % {"n": version.number}])
    facts: dict[str, Any] = facts_from_json(rules_of_kind.columns, content["facts"])
    asked = Assessment(
        customer=request.customer,
        title=request.title,
        amount=request.amount,
        currency=request.currency,
        facts=facts,
        content=content,
        terms=terms_from_json(content["terms"]),
        authority=Decimal(content["authority"]),
        blocks=(),
        editors=frozenset(round_.submission.editors),
        confidential=request.confidential,
    )
    known = {"open_duplicate": False, **facts}
    return planned(round_.kind, asked, policy, known, request.unit, request.submitter, round_.now, request)

"""How a request is shown: path, terms, conditions and reasons as the templates want them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from contracts.models import Document
from policies.rules.plan import Plan
from workflows import other_actions, rules
from workflows.carrying import carried_sentence
from workflows.engine import Round, standing
from workflows.forms import DecisionForm
from workflows.forms_step_actions import forms_of
from workflows.kinds import REGISTRY
from workflows.kinds.pages import PAGES
from workflows.models import Capacity, Request, Step, Submission
from workflows.offers import addition_of, offers, panel_words
from workflows.pages import Frozen, Pages
from workflows.queries_pages import (
    current_round,
    hours_until,
    may_decide,
)
from workflows.refusals import problem
from workflows.talk import talk
from workflows.views.conditions import condition_words
from workflows.views.similar import similar

# How a settled step is called where its mode says more than its status.
STATE_WORDS: Final = {
    ("endorse", "approved"): "endorsed",
    ("ratify", "approved"): "confirmed",
    ("appeal", "approved"): "confirmed",
    ("ratify", "rejected"): "not_confirmed",
    ("appeal", "rejected"): "not_confirmed",
    ("comment", "approved"): "no_objection",
}


def state_word(step: Step) -> str:
    """The state of a step as `components/path.html` and the picture call it."""
    return STATE_WORDS.get((step.mode, step.status), step.status)


def path_steps(steps: Iterable[Step], request: Request, round_: Round | None = None) -> list[dict[str, Any]]:
    """Steps as `components/path.html` draws them.

    Args:
        round_: the current round, whose open steps have people and time; None for an earlier one.
    """
    found = list(steps)
    return [
        {
            **_path_step(step, request, round_),
            "panel": panel_words(step, found),
            "added_by": addition_of(step)[0],
            "added": addition_of(step)[1],
        }
        for step in found
    ]


def _path_step(step: Step, request: Request, round_: Round | None) -> dict[str, Any]:
    kind = REGISTRY[request.kind]
    decision = step.carried_from if step.status == "carried" else getattr(step, "decision", None)
    comment = decision.reason if decision else ""
    if step.status == "skipped":
        comment = _("Skipped: the only person who could decide here also decides a later step.")
    return {
        "role": Role(step.role).label,
        "people": _people(step, round_),
        "state": state_word(step),
        "mode": step.mode,
        "stage": step.stage,
        "reasons": step.reasons,
        "due": step.due_at,
        "due_hours": _hours(step, request, round_),
        "decided_by": decision.actor.display_name if decision else "",
        "decided_at": decision.decided_at if decision else None,
        "on_behalf_of": decision.on_behalf_of.display_name if decision and decision.on_behalf_of else "",
        "override": decision is not None and decision.capacity == Capacity.OVERRIDE,
        "carried_from": carried_sentence(decision, step.carried_why) if decision and step.status == "carried" else "",
        "comment": comment,
        "conditions": condition_words(kind, decision.conditions, request.currency) if decision else [],
    }


def _people(step: Step, round_: Round | None) -> list[str]:
    if round_ is None or round_.staff is None or step.status not in ("open", "waiting"):
        return []
    return [each.name for each in round_.staff.acting(step)]


def _hours(step: Step, request: Request, round_: Round | None) -> Decimal | int | None:
    """Working hours left of an open step, planned ones of a waiting step."""
    if round_ is not None and step.status == "open":
        return hours_until(request, step.due_at, round_.now)
    return step.sla_hours


def granted(round_: Round) -> list[str]:
    """What would be put in force beyond what was asked: the conditions of everybody so far, in words."""
    kind, currency = round_.kind, round_.request.currency
    made = [decision.conditions for decision in map(standing, round_.steps) if decision is not None]
    return list(dict.fromkeys(word for each in made for word in condition_words(kind, each, currency)))


def frozen(request: Request, content: Mapping[str, Any]) -> Frozen:
    """What was submitted, with what is in force today beside it."""
    found = Frozen(
        request=request,
        asked=content["asked"],
        facts=content["facts"],
        terms=content["terms"],
        evaluation=content["evaluation"],
    )
    return replace(found, today=PAGES[request.kind].todays([found]).get(request.pk))


def letter(pages: Pages, found: Frozen, submission: Submission) -> dict[str, Any]:
    """What is asked, against today, in the submitter's words and with his papers."""
    papers = submission.content["attachments"]
    labels = dict(pages.papers.kinds) if pages.papers else {}
    return {
        "line": pages.line(found),
        "compared": pages.rows(found),
        "details": pages.details(found),
        "words": pages.words(found),
        "papers": [{**paper, "word": labels.get(paper["kind"], paper["kind"])} for paper in papers],
        "picture": pages.picture(found),
        "evidence": pages.evidence(found),
        "bands": Plan.from_json(submission.plan).bands,
    }


def refusals(round_: Round, step: Step | None, user: User) -> dict[str, str]:
    """For each verb the sentence why this person may not say it; verbs he may say are missing.

    Whoever may not say no may not say anything; the two ways of approving may be refused for themselves.
    """
    if step is None:
        return {}
    offered = rules.VERBS_OF[step.mode]
    general = may_decide(round_, step, user, offered[-1])
    if general is not None:
        return dict.fromkeys(offered, problem(general).title)
    agreeing = [verb for verb in offered if rules.STATUS_AFTER[verb] == "approved"]
    found = {verb: may_decide(round_, step, user, verb) for verb in agreeing}
    return {verb: problem(refusal).title for verb, refusal in found.items() if refusal is not None}


def panel(
    request: Request,
    step: Step | None,
    user: User,
    form: DecisionForm | None = None,
    origin: str = "queue",
    actions: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Everything the decision panel shows.

    Args:
        step: the step to decide, of the current round; another one is looked up in it.
        origin: where the form was, so that the answer leads back there.
        actions: the form of another action that was refused.
    """
    round_ = current_round(request)
    pages, found = PAGES[request.kind], frozen(request, round_.submission.content)
    mine = next((each for each in round_.steps if step is not None and each.pk == step.pk), None)
    said, offered = refusals(round_, mine, user), offers(round_, mine, user)
    return {
        "request_": request,
        "round": round_,
        "submission": round_.submission,
        "step": mine,
        "role": Role(mine.role).label if mine else "",
        "hours": hours_until(request, mine.due_at, round_.now) if mine else None,
        "steps": path_steps(round_.steps, request, round_),
        "refusals": said,
        "refused": next(iter(said.values()), "") if mine and len(said) == len(rules.VERBS_OF[mine.mode]) else "",
        "offered": rules.VERBS_OF[mine.mode] if mine else (),
        "form": form or DecisionForm(round_.kind),
        "origin": origin,
        "offers": offered,
        "actions": forms_of(offered, round_.submission.content_sha256, actions or {}),
        "granted": granted(round_),
        "similar": similar(request, user),
        "talk": talk(request, user),
        "for_whom": _principal(round_, mine, user),
        "other_actions": other_actions.offered(round_, mine, user),
        "opinions": other_actions.asked_opinions(round_),
        "pages": pages,
        "frozen": found,
        **letter(pages, found, round_.submission),
    }


def _principal(round_: Round, step: Step | None, user: User) -> str:
    """For whom the user would decide; empty when for himself."""
    standing_ = round_.staff.standing(step, user) if round_.staff and step is not None else None
    return standing_.principal.display_name if standing_ and standing_.principal else ""


def documents(request: Request, user: User) -> dict[str, Any]:
    """The papers of a request that the user may read, and whether some are still being made."""
    found = list(Document.objects.visible_to(user).filter(request_no=request.no).order_by("-pk"))
    expected = request.closed_at is not None and request.state in ("approved", "rejected") and not found
    return {
        "request_": request,
        "documents": found,
        "expected": expected,
        "making": expected or any(document.state == "queued" for document in found),
    }

"""Many decisions with one comment: so many single ones, each through its own door; none undoes another."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import Http404

from accounts.models import User
from accounts.problems import Problem
from workflows import rules
from workflows.queries_bulk import Waiting, waiting
from workflows.refusals import problem
from workflows.services.decisions import decide

LARGEST: Final = 200
VERBS: Final = (rules.APPROVE, rules.RETURN, rules.REJECT)
# Somebody else holds the row for a moment: asked again so often before it is said.
TRIES: Final = 3


@dataclass(frozen=True)
class Chosen:
    """One of many: the step, and the digest of what was shown of it."""

    no: str
    step: int
    content_sha256: str


@dataclass(frozen=True)
class Outcome:
    """What became of one of many; without a code it was decided."""

    no: str
    step: int
    state: str = ""
    code: str = ""
    said: str = ""
    status: int = 200

    @property
    def decided(self) -> bool:
        """Whether the decision was written."""
        return not self.code


def decide_many(
    chosen: Sequence[Chosen], *, actor: User, verb: str, idempotency_key: str, reason: str = "", role: str = ""
) -> list[Outcome]:
    """Say the same of many steps: one `decide` each, in the order of their numbers, so that nothing waits in a circle.

    Every item is decided or refused by itself, and keeps its own event; sent again with the same key, each answers as
    before.

    Args:
        verb: approve, return or reject.
        reason: needed for return and reject; the same for all.
        role: in which role; "" is the role of the first item.

    Raises:
        Problem: nothing or too much was chosen, no such verb, or no reason (422); no item has been touched.
    """
    words = reason.strip()
    items = sorted({(each.no, each.step): each for each in chosen}.values(), key=lambda each: (each.no, each.step))
    if not 0 < len(items) <= LARGEST:
        raise problem(rules.Refusal("bulk_size", 422, values={"most": str(LARGEST)}))
    if verb not in VERBS:
        raise problem(rules.Refusal("unknown_verb", 422), "verb")
    if verb in rules.NEEDS_REASON and not words:
        raise problem(rules.Refusal("reason_missing", 422), "reason")
    found = waiting(actor, [each.step for each in items], role or None)
    return [_one(each, found.get(each.step), actor, verb, words, idempotency_key) for each in items]


def _one(chosen: Chosen, found: Waiting | None, actor: User, verb: str, reason: str, key: str) -> Outcome:
    if found is None or found.step.request.no != chosen.no:
        return _refused(chosen, problem(rules.Refusal("bulk_not_found", 404)))
    if found.refusal is not None:
        return _refused(chosen, problem(found.refusal))
    own_key = "bulk:" + hashlib.sha256(f"{key}\n{chosen.no}\n{chosen.step}".encode()).hexdigest()
    for attempt in range(1, TRIES + 1):
        try:
            said = decide(
                chosen.no,
                chosen.step,
                actor=actor,
                verb=verb,
                content_sha256=chosen.content_sha256,
                idempotency_key=own_key,
                reason=reason,
            )
        except Http404:
            return _refused(chosen, problem(rules.Refusal("bulk_not_found", 404)))
        except Problem as refusal:
            if refusal.code != "busy" or attempt == TRIES:
                return _refused(chosen, refusal)
        else:
            return Outcome(chosen.no, chosen.step, state=said.request.state)
    raise AssertionError("the last attempt answers")


def _refused(chosen: Chosen, refusal: Problem) -> Outcome:
    return Outcome(chosen.no, chosen.step, code=refusal.code, said=refusal.title, status=refusal.status)

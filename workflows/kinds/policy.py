"""A change of the policy as a kind of request: what changes, who may not decide about it, when it is in force."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from policies.evaluation import evaluate, persons_raised
from policies.models import PolicyChange
from policies.rules.pack import Pack
from policies.services import changes
from workflows.assessed import assessed, locked
from workflows.flows.policy import PolicyFlow
from workflows.kind import Assessment, Effect, Kind
from workflows.models import Submission
from workflows.rules import Terms

CODE: Final = "policy"
PREFIX: Final = "PL"
# Characters of the change note that stand in the title; the whole note is in the letter.
MOST_OF_NOTE: Final = 60


def assess(letter: PolicyChange, policy: Pack, on: date) -> Assessment:
    """Compare the version with the one that it follows and say what stands against it."""
    history = Submission.objects.exclude(request__kind=CODE).exists()
    found = evaluate(letter, on, history=history)  # a first installation has nothing to replay
    version = letter.version
    terms: Terms = {"effective_from": on if letter.emergency else version.effective_from, "notes": ()}
    return assessed(
        letter,
        kind=CODE,
        title=f"{version} · {shortened(version.change_note)}".removesuffix(" · "),
        amount=Decimal(0),
        currency=letter.unit.currency,
        facts=found.facts,
        asked={
            "version": version.number,
            "digest": version.digest,
            "base": version.based_on.number if version.based_on else None,
            "emergency": letter.emergency,
            "effective_from": version.effective_from,
            "change_note": version.change_note,
        },
        papers=(),
        evaluation=found.to_json(),
        terms=terms,
        authority=Decimal(found.facts["policy_changes"]),
        blocks=found.blocks,
        on=on,
    )


def shortened(note: str) -> str:
    """The first line of a note as far as it fits into lists and sentences, cut between words where there are some."""
    line = next(iter(note.strip().splitlines()), "").rstrip(" .。")
    if len(line) <= MOST_OF_NOTE:
        return line
    kept = line[:MOST_OF_NOTE]
    if line[MOST_OF_NOTE].isascii() and line[MOST_OF_NOTE] != " ":
        head = kept.rpartition(" ")[0]
        kept = head if len(head) > MOST_OF_NOTE // 2 else kept
    return kept.rstrip(" ,;:.-，、；：。") + "…"


def barred(content: Mapping[str, Any], on: date) -> frozenset[int]:
    """Nobody approves a rule that raises his own limit: whoever holds such a role on the day."""
    return persons_raised(content["evaluation"]["raised"], on)


def take_effect(letter: PolicyChange, effect: Effect) -> None:
    """Schedule the version, or begin the emergency."""
    changes.put_in_force(letter, request_no=effect.no, today=effect.today, actor=effect.actor)


KIND = Kind(
    code=CODE,
    prefix=PREFIX,
    authority_metric="policy_changes",
    name=_("Policy change"),
    flow=PolicyFlow,
    lock=locked(PolicyChange, "unit", "created_by", "version__based_on", also="version"),
    assess=assess,
    submitted=lambda letter, actor: changes.mark_submitted(letter, actor=actor),
    reopened=lambda letter, actor: changes.reopen(letter, actor=actor),
    withdrawn=lambda letter, actor: changes.release(letter, actor=actor),
    take_effect=take_effect,
    fixed=("digest", "base", "emergency"),
    barred=barred,
)

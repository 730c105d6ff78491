"""The tier change as a kind of request: its facts, its content, its effect."""

from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.problems import Problem
from customers.models import TierChange, TierSource
from customers.services import papers, tier_changes, tiers
from policies.rules.pack import Pack
from workflows import tier_review
from workflows.assessed import assessed, locked
from workflows.flows.tier_change import TierChangeFlow
from workflows.kind import Assessment, Effect, Kind
from workflows.rules import ConditionField
from workflows.tier_evaluation import blocks, evaluate_change, ordered_by_credit_control

CODE: Final = "tier_change"
ASKED: Final = (*tier_changes.FIELDS,)
AROUND: Final = ("customer__unit", "customer__region", "customer__owner", "customer__group", "created_by")


def assess(letter: TierChange, policy: Pack, on: date) -> Assessment:
    """Evaluate the change on a business date; incomplete drafts are assessed as far as they go."""
    case = evaluate_change(letter, policy, on)
    sales = case.rating.figures.net_sales
    authority = Decimal(str(case.facts["authority_level"]))
    terms = {"effective_on": case.change.effective_from, "rerate_on": case.rerate_on, "notes": ()}
    return assessed(
        letter,
        kind=CODE,
        amount=sales or Decimal(0),
        currency=letter.customer.currency,
        facts=case.facts,
        asked={name: getattr(letter, name) for name in ASKED},
        papers=papers.papers_of(CODE, letter.pk),
        evaluation=case.to_json(),
        terms=terms,
        authority=authority,
        blocks=blocks(case),
        on=on,
    )


def submitted(letter: TierChange, actor: User) -> None:
    """Nobody else may let an emergency measure of a credit controller take effect."""
    if ordered_by_credit_control(letter) and actor.person_id != letter.created_by.person_id:
        sentence = gettext("Only the credit controller who wrote this emergency measure may send it.")
        raise Problem("emergency", 403, sentence)
    tier_changes.mark_submitted(letter, actor=actor)


def take_effect(letter: TierChange, effect: Effect) -> None:
    """Grant the stars that everybody agreed to, from their day on."""
    record = tiers.grant_tier(
        letter,
        effective_on=effect.terms["effective_on"],
        rerate_on=effect.terms["rerate_on"],
        override=bool(effect.content["evaluation"]["override"]),
        request_no=effect.no,
        policy_number=effect.policy_number,
        actor=effect.actor,
        now=effect.now,
    )
    if record.rerate_on is not None:
        tier_review.schedule(letter.customer.unit, record.rerate_on)


def undo(letter: TierChange, effect: Effect) -> None:
    """The measure was not ratified: the earlier stars count again."""
    why = gettext("The emergency measure was not ratified.")
    again = tiers.undo_tier(effect.no, customer=letter.customer, reason=why, actor=effect.decided_by, now=effect.now)
    if again is not None and again.rerate_on is not None:
        tier_review.schedule(letter.customer.unit, again.rerate_on)


def rivals(letter: TierChange) -> Q:
    """An emergency measure does not wait for what is proposed in the ordinary way, only for another one."""
    if letter.source != TierSource.EMERGENCY:
        return Q()
    measures = TierChange.objects.filter(customer_id=letter.customer_id, source=TierSource.EMERGENCY)
    return Q(letter_id__in=measures.values("pk"))


KIND = Kind(
    code=CODE,
    prefix="TC",
    authority_metric="authority_level",
    name=_("Tier change"),
    flow=TierChangeFlow,
    lock=locked(TierChange, *AROUND),
    assess=assess,
    submitted=submitted,
    reopened=lambda letter, actor: tier_changes.reopen(letter, actor=actor),
    withdrawn=lambda letter, actor: tier_changes.release(letter, actor=actor),
    take_effect=take_effect,
    undo=undo,
    rivals=rivals,
    bulk=True,
    tightening=(
        ConditionField(
            "rerate_on", "day", "earlier", _("Rate again on this day at the latest"),
            _("Rated again on %(value)s at the latest"),
        ),
    ),
)  # fmt: skip

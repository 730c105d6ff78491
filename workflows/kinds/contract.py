"""The contract as a kind of request: its facts, its content, its paper and its effect."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contracts.contract_evaluation import PAPER_OF_CUSTOMER, ContractEvaluation, evaluate
from contracts.models import Contract, ContractLetter
from contracts.services import contracts
from customers.services.papers import papers_of
from policies.rules.pack import Pack
from workflows.assessed import assessed, locked
from workflows.contract_values import approved_values, same_day
from workflows.flows.contract import ContractFlow
from workflows.kind import Assessment, Effect, Kind

CODE: Final = contracts.CODE
ASKED: Final = tuple(sorted(contracts.EDITABLE - {"template"}))
AROUND: Final = (
    "customer__unit", "customer__region", "customer__owner", "customer__group", "created_by", "template__unit",
)  # fmt: skip


def evaluation_of(letter: ContractLetter, policy: Pack, on: date) -> tuple[ContractEvaluation, list[Any]]:
    """The evaluation of a letter with its papers."""
    prefetch_related_objects([letter], "lines", "deviations")
    papers = list(papers_of(CODE, letter.pk))
    approved = approved_values(letter.customer, letter.currency, policy, on)
    return evaluate(letter, approved, same_day(letter, on), {paper.kind for paper in papers}, policy, on), papers


def assess(letter: ContractLetter, policy: Pack, on: date) -> Assessment:
    """Evaluate the contract on a business date; incomplete drafts are assessed as far as they go."""
    evaluation, papers = evaluation_of(letter, policy, on)
    authority: Decimal = evaluation.value
    terms = {"valid_from": letter.valid_from or on, "valid_to": letter.valid_to or on, "notes": ()}
    return assessed(
        letter,
        kind=CODE,
        amount=evaluation.own_value,
        currency=letter.currency,
        facts=evaluation.facts,
        asked={name: getattr(letter, name) for name in ASKED},
        papers=papers,
        evaluation=evaluation.to_json(),
        terms=terms,
        authority=authority,
        blocks=evaluation.blocks,
        on=on,
    )


def prepare(letter: ContractLetter, effect: Effect) -> None:
    """Everybody agreed: have the paper made and sealed, from the content that they saw."""
    papers = effect.content["attachments"]
    own = (
        [paper["sha256"] for paper in papers if paper["kind"] == PAPER_OF_CUSTOMER] if letter.on_customer_paper else []
    )
    contracts.prepare(
        letter,
        request_no=effect.no,
        policy_number=effect.policy_number,
        content=effect.content,
        actor=effect.actor,
        now=effect.now,
        paper_sha256=own[-1] if own else "",
    )


def take_effect(letter: ContractLetter, effect: Effect) -> None:
    """Both sides have signed: in force, or waiting for its first day."""
    contract = Contract.objects.select_related("customer__unit").get(letter=letter)
    contracts.make_signed(contract, actor=effect.actor, now=effect.now, today=effect.today)


def undo(letter: ContractLetter, effect: Effect) -> None:
    """Given up before both had signed."""
    contract = Contract.objects.select_related("customer", "document").get(letter=letter)
    contracts.terminate(contract, actor=effect.actor, reason=gettext("Given up before both sides had signed."))


KIND = Kind(
    code=CODE,
    prefix="CT",
    authority_metric="contract_value",
    name=_("Contract"),
    flow=ContractFlow,
    lock=locked(ContractLetter, *AROUND),
    assess=assess,
    submitted=contracts.mark_submitted,
    reopened=contracts.reopen,
    withdrawn=contracts.release,
    take_effect=take_effect,
    undo=undo,
    agreed="prepare",
    prepare=prepare,
)

"""What a kind of request brings along, and what its letter says today."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.models import Customer
from policies.rules.pack import Pack
from policies.rules.tables import Facts, Reason
from workflows.rules import ConditionField, Terms

NOTE: Final = ConditionField(
    "note", "text", "adds", _("Other condition"), help=_("Printed on the decision notice."), into="notes"
)


@dataclass(frozen=True)
class Assessment:
    """A letter as of a business date: facts for the policy, content to show and to hash, terms asked for.

    Args:
        customer: None when the letter is about no customer, such as a contract template.
        amount: the headline amount in `currency`.
        facts: values for the policy tables, by fact key.
        content: everything that the decider sees and the digest covers; made by `workflows.content.frozen`.
        terms: what is asked for, by name.
        authority: the amount that ceilings of authority are compared with.
        blocks: reasons of the domain why it cannot be submitted.
        editors: natural persons who wrote or changed it.
    """

    customer: Customer | None
    title: str
    amount: Decimal
    currency: str
    facts: Mapping[str, Any]
    content: Mapping[str, Any]
    terms: Terms
    authority: Decimal
    blocks: tuple[Reason, ...]
    editors: frozenset[int]
    confidential: bool = False


@dataclass(frozen=True)
class Effect:
    """What was agreed, handed to the domain that puts it in force.

    Args:
        terms: what was asked, tightened by everybody's conditions.
        content: of the submission that was decided.
        actor: who moved the request last; he lends the process his name when time does.
        now: the database's clock; `today` the business date in the company's zone.
        by_itself: time did it, and nobody decided.
    """

    no: str
    policy_number: int
    terms: Mapping[str, Any]
    content: Mapping[str, Any]
    actor: User
    now: datetime
    today: date
    by_itself: bool = False

    @property
    def decided_by(self) -> User | None:
        """The person whose decision it is; None when nobody decided."""
        return None if self.by_itself else self.actor


def _as_asked(authority: Decimal, asked: Terms, granted: Terms) -> Decimal:
    return authority


def _every_other(letter: Any) -> Q:
    return Q()


def _no_hints(policy: Pack, facts: Facts, letter: Any) -> list[Reason]:
    return []


def _nobody(content: Mapping[str, Any], on: date) -> frozenset[int]:
    return frozenset()


def _nothing(letter: Any, effect: Effect) -> None:
    raise RuntimeError("this kind of request has no such step")


@dataclass(frozen=True)
class Kind:
    """One kind of request; `docs/adding-a-request-kind.md` says how to write one.

    Args:
        code: also the request kind in the policy tables.
        prefix: of the request's number.
        authority_metric: the fact that ceilings of authority are compared with.
        flow: the Viewflow class.
        lock: letter id -> the domain row and its customer, locked until the transaction ends; None when there is none.
            A letter without a customer has a `unit`.
        assess: (letter, pack, business date) -> Assessment.
        submitted: (letter, actor): from now on the letter is not edited.
        reopened: (letter, actor): it was returned and may be edited again, for a revision.
        withdrawn: (letter, actor): it is a draft again, which may be edited, sent again or thrown away.
        take_effect: (letter, effect): put it in force.
        undo: (letter, effect): take back what is in force, because it was not ratified.
        agreed: the node after the last approval: ``apply``, or ``prepare`` when a counterparty has to sign first.
        prepare: (letter, effect): make what the counterparty has to sign.
        tightening: what an approver may tighten, besides the note that every kind takes.
        left_authority: (authority, terms asked, terms granted) -> the amount that ceilings are compared with after
            conditions made it smaller.
        hints: (pack, facts, letter) -> what would make the path shorter.
        bulk: whether many of them may be decided at once, each below the policy's ``bulk_cap``.
        barred: (content, business date) -> natural persons who may not decide it, besides its author and editors.
        fixed: what is asked, by name, of which no word may change if an approval is to stand: the text of a contract.
        rivals: letter -> which open requests of this kind for the customer stand in its way; an emergency does not wait
            for what others ask.
    """

    code: str
    prefix: str
    authority_metric: str
    name: Any
    flow: Any
    lock: Callable[[int], Any]
    assess: Callable[[Any, Pack, date], Assessment]
    submitted: Callable[[Any, User], None]
    reopened: Callable[[Any, User], None]
    withdrawn: Callable[[Any, User], None]
    take_effect: Callable[[Any, Effect], None]
    undo: Callable[[Any, Effect], None] = _nothing
    agreed: Literal["apply", "prepare"] = "apply"
    prepare: Callable[[Any, Effect], None] = _nothing
    tightening: tuple[ConditionField, ...] = field(default=())
    left_authority: Callable[[Decimal, Terms, Terms], Decimal] = _as_asked
    hints: Callable[[Pack, Facts, Any], list[Reason]] = _no_hints
    rivals: Callable[[Any], Q] = _every_other
    fixed: tuple[str, ...] = ()
    barred: Callable[[Mapping[str, Any], date], frozenset[int]] = _nobody
    bulk: bool = False

    def fixed_in(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Of what a submission asks, that which has to stay as it is."""
        return {name: content["asked"].get(name) for name in self.fixed}

    @property
    def measures(self) -> bool:
        """Whether some letters of the kind do not wait for what others ask."""
        return self.rivals is not _every_other

    @property
    def conditions(self) -> tuple[ConditionField, ...]:
        """Everything that an approver may ask for."""
        return (*self.tightening, NOTE)

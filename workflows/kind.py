"""What a kind of request brings along, and what its letter says today."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.models import User
from customers.models import Customer
from policies.rules.pack import Pack
from policies.rules.tables import Reason
from workflows.rules import Terms


@dataclass(frozen=True)
class Assessment:
    """A letter as of a business date: facts for the policy, content to show and to hash, terms asked for.

    Args:
        amount: the headline amount in `currency`.
        facts: values for the policy tables, by fact key.
        content: everything that the decider sees and the digest covers, JSON-able.
        authority: the amount that ceilings of authority are compared with.
        blocks: reasons of the domain why it cannot be submitted.
        editors: natural persons who wrote or changed it.
    """

    customer: Customer
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
class Kind:
    """One kind of request; `docs/adding-a-request-kind.md` says how to write one.

    Args:
        code: also the request kind in the policy tables.
        prefix: of the request's number.
        authority_metric: the fact that ceilings of authority are compared with.
        flow: the Viewflow class.
        lock: letter id -> the domain row and its customer, locked until the transaction ends; None when there is none.
        assess: (letter, pack, business date) -> Assessment.
        submitted: (letter, actor): from now on the letter is not edited.
        reopened: (letter, actor): it was returned and may be edited again, for a revision.
        withdrawn: (letter, actor): it is a draft again, which may be edited, sent again or thrown away.
        take_effect: (letter, request number, policy number, terms, actor, database time): put it in force.
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
    take_effect: Callable[[Any, str, int, Terms, User, datetime], None]

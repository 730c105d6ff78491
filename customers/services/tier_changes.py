"""Writing a tier change while it is not asked for yet."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from accounts.roles import Role
from customers.authority import holds
from customers.models import Customer, TierChange, TierSource
from customers.papers import register_letters
from customers.queries import business_day
from customers.services import letters

MAY_WRITE: Final = (Role.REP, Role.SM, Role.RD, Role.CC, Role.SO)
FIELDS: Final = (
    "source", "proposed_tier", "list_change", "levers", "effective_on", "reason_code", "reason_text", "influence",
    "influence_evidence", "proactivity", "proactivity_evidence", "override_reason", "exit", "sponsor_informed",
    "confidential",
)  # fmt: skip
KIND: Final = letters.LetterKind(
    TierChange, "customers.tier_change", MAY_WRITE, ("customer__unit", "customer__region", "customer__owner")
)
PAPERS: Final = ("evidence", "minutes", "other")
HIGHEST: Final = 4
NEW_CUSTOMER: Final = 2


@transaction.atomic
def start_tier_change(customer: Customer, actor: User) -> TierChange:
    """Begin a change with what is usual: one star more, from today on, with what is rated already."""
    now = customer.tier if customer.tier is not None else NEW_CUSTOMER - 1
    values = {"proposed_tier": min(HIGHEST, now + 1), "effective_on": business_day(customer.unit)}
    return save_tier_change(customer, {**values, **last_ratings(customer)}, actor)


def last_ratings(customer: Customer) -> dict[str, Any]:
    """Influence and proactivity as rated in the newest change that was asked for, with their evidence."""
    names = ("influence", "influence_evidence", "proactivity", "proactivity_evidence")
    rated = TierChange.objects.filter(customer=customer, submitted_at__isnull=False, confidential=False)
    return rated.order_by("-submitted_at").values(*names).first() or {}


@transaction.atomic
def save_tier_change(
    customer: Customer, data: Mapping[str, Any], actor: User, letter: TierChange | None = None
) -> TierChange:
    """Store what has been filled in so far; creating is an event, later keystrokes are not.

    Args:
        data: cleaned values by field name; names that are no fields of the letter are ignored.
        letter: the draft to continue; None begins a new one.

    Raises:
        Problem: 403 without a preparing role, 404 for an invisible customer or letter, 409 when it has been
            submitted or discarded, 422 when somebody but credit control calls it an emergency.
    """
    letters.check_may_write(KIND, customer, actor)
    values = {name: data[name] for name in FIELDS if name in data}
    _check_emergency(values, customer, actor)
    if letter is None:
        made: TierChange = letters.create(KIND, customer, values, actor)
        return made
    draft: TierChange = letters.open_draft(KIND, letter.pk, actor)
    letters.change(draft, values, actor)
    return draft


def sees_letter(user: User, pk: int) -> bool:
    """Whether this person sees the letter, and with it its papers."""
    return TierChange.objects.visible_to(user).filter(pk=pk).exists()


def may_add_papers(user: User, pk: int) -> Customer:
    """Lock the draft whose papers change. Refused (403, 404, 409) as for editing it."""
    draft = letters.open_draft(KIND, pk, user)
    letters.check_may_write(KIND, draft.customer, user)
    letters.touched(draft, user)
    customer: Customer = draft.customer
    return customer


def _check_emergency(values: Mapping[str, Any], customer: Customer, actor: User) -> None:
    control = holds(actor, frozenset({Role.CC}), customer.unit_id, customer.region_id)
    if values.get("source") == TierSource.EMERGENCY and not control:
        sentence = _("Only credit control may order an emergency measure.")
        raise Problem("emergency", 422, sentence, errors=[{"field": "source", "message": sentence}])


@transaction.atomic
def discard_tier_change(letter: TierChange, actor: User) -> None:
    """Throw a draft away; the row stays, nobody is asked to decide it."""
    letters.discard(KIND, letter.pk, actor)


def mark_submitted(letter: TierChange, *, actor: User) -> None:
    """From now on the letter is not edited: a request was made with it, in the same transaction."""
    asked = {"proposed_tier": letter.proposed_tier, "list_change": letter.list_change, "source": letter.source}
    letters.mark_submitted(KIND, letter, actor, asked)


def reopen(letter: TierChange, *, actor: User) -> None:
    """Let the author revise a returned letter."""
    letters.reopen(KIND, letter, actor)


def release(letter: TierChange, *, actor: User) -> None:
    """Make a withdrawn letter an ordinary draft again."""
    letters.release(KIND, letter, actor)


def connect() -> None:
    """Called when the app starts: such letters carry papers."""
    register_letters("tier_change", sees_letter, may_add_papers, kinds=PAPERS)

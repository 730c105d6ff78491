"""Writing a special price request while it is not asked for yet."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from customers.models import Customer
from customers.papers import register_letters
from customers.queries import business_day
from customers.services import letters
from pricing.models import CompetitorEvidence, OtherConsideration, PriceList, SpecialPrice, SpecialPriceLine
from pricing.queries import price_lists

CODE: Final = "special_price"
MAY_WRITE: Final = (Role.REP, Role.SM, Role.RD, Role.PM)
FIELDS: Final = (
    "price_list", "valid_from", "valid_to", "reason_code", "reason_text", "consideration", "annual_expected",
    "annual_best", "confidential",
)  # fmt: skip
AROUND: Final = ("customer__unit", "customer__region", "customer__owner", "customer__group", "price_list")
KIND: Final = letters.LetterKind(SpecialPrice, "pricing.special_price", MAY_WRITE, ("customer__unit",))
PAPERS: Final = ("evidence", "offer", "tender", "other")
DAYS: Final = 90  # what a new request asks for, until somebody says otherwise
MOST_ROWS: Final = 100


@transaction.atomic
def start_draft(customer: Customer, actor: User) -> SpecialPrice:
    """Begin a request with what is usual: the newest price list of the company, three months from today."""
    today = business_day(customer.unit)
    lists = price_lists(customer.unit, customer.currency, today)
    values = {
        "price_list": lists[0] if lists else None,
        "valid_from": today,
        "valid_to": last_day(today, DAYS),
    }
    return save_draft(customer, values, actor)


def without_list(customers: Sequence[Customer]) -> dict[int | None, str]:
    """Why nothing can be asked for customers whose company has no price list in their currency, by customer id."""
    known = set(PriceList.objects.values_list("unit_id", "currency"))
    sentence = _("There is no price list in the customer's currency.")
    return {each.pk: sentence for each in customers if (each.unit_id, each.currency) not in known}


def last_day(first: date, days: int) -> date:
    """The last of so many days, both ends counted."""
    return first + timedelta(days=days - 1)


@transaction.atomic
def save_draft(
    customer: Customer,
    data: Mapping[str, Any],
    actor: User,
    letter: SpecialPrice | None = None,
    *,
    lines: Sequence[Mapping[str, Any]] | None = None,
    considerations: Sequence[Mapping[str, Any]] | None = None,
    evidence: Sequence[Mapping[str, Any]] | None = None,
) -> SpecialPrice:
    """Store what has been filled in so far; creating is an event, later keystrokes are not.

    Args:
        data: cleaned values by field name; names that are no fields of the request are ignored.
        letter: the draft to continue; None begins a new one.
        lines, considerations, evidence: all rows as they are to be, None leaves them as they are. A line has a
            product that no other line has.

    Raises:
        Problem: 403 without a preparing role, 404 for an invisible customer or request, 409 when it has been
            submitted or discarded.
    """
    letters.check_may_write(KIND, customer, actor)
    values = {name: data[name] for name in FIELDS if name in data}
    if letter is None:
        draft: SpecialPrice = letters.create(KIND, customer, {"currency": customer.currency, **values}, actor)
    else:
        draft = letters.open_draft(KIND, letter.pk, actor)
        letters.change(draft, values, actor)
    changed = [
        lines is not None and _keep_lines(draft, lines[:MOST_ROWS]),
        considerations is not None and _keep_rows(OtherConsideration, draft, considerations[:MOST_ROWS]),
        evidence is not None and _keep_rows(CompetitorEvidence, draft, evidence[:MOST_ROWS]),
    ]
    if any(changed):
        letters.touched(draft, actor)
    return draft


def _keep_lines(draft: SpecialPrice, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Lines are known by their product; the others go. Returns whether anything changed."""
    before = {line.product_id: line for line in draft.lines.all()}
    wanted: dict[int, dict[str, Any]] = {}
    for position, row in enumerate(rows, start=1):
        wanted.setdefault(row["product"].pk, {"position": position, **row})
    gone = [line.pk for product, line in before.items() if product not in wanted]
    draft.lines.filter(pk__in=gone).delete()
    changed = [_write(before.get(product) or SpecialPriceLine(letter=draft), row) for product, row in wanted.items()]
    return bool(gone) or any(changed)


def _keep_rows(
    model: type[OtherConsideration] | type[CompetitorEvidence], draft: SpecialPrice, rows: Sequence[Mapping[str, Any]]
) -> bool:
    """Rows without a key of their own: the first is the first; what is too many goes."""
    before: list[Any] = list(model._default_manager.filter(letter=draft).order_by("pk"))
    gone = [row.pk for row in before[len(rows) :]]
    model._default_manager.filter(pk__in=gone).delete()
    kept: Iterable[Any] = before[: len(rows)] + [model(letter=draft) for _ in rows[len(before) :]]
    return any([bool(gone), *(_write(each, row) for each, row in zip(kept, rows, strict=True))])


def _write(row: models.Model, values: Mapping[str, Any]) -> bool:
    changed = [name for name, value in values.items() if row.pk is None or getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save()
    return bool(changed)


@transaction.atomic
def discard_draft(letter: SpecialPrice, actor: User) -> None:
    """Throw a draft away; the row stays, nobody is asked to decide it."""
    letters.discard(KIND, letter.pk, actor)


def mark_submitted(letter: SpecialPrice, *, actor: User) -> None:
    """From now on the request is not edited: a request was made with it, in the same transaction."""
    letters.mark_submitted(KIND, letter, actor, {"lines": letter.lines.count(), "valid_to": letter.valid_to})


def reopen(letter: SpecialPrice, *, actor: User) -> None:
    """Let the author revise a returned request."""
    letters.reopen(KIND, letter, actor)


def release(letter: SpecialPrice, *, actor: User) -> None:
    """Make a withdrawn request an ordinary draft again."""
    letters.release(KIND, letter, actor)


def _visible(user: User, pk: int) -> bool:
    return SpecialPrice.objects.visible_to(user).filter(pk=pk).exists()


def _may_write(user: User, pk: int) -> Customer:
    draft: SpecialPrice = letters.open_draft(KIND, pk, user)
    letters.check_may_write(KIND, draft.customer, user)
    return draft.customer


def connect() -> None:
    """Called when the app starts: its letters carry papers."""
    register_letters(CODE, _visible, _may_write, kinds=PAPERS)

"""What happens to a letter of any kind while it is not asked for: written, thrown away, asked, opened again.

A kind wraps these in services of its own, with its own checks; it registers the actions `<prefix>_drafted`,
`<prefix>_discarded`, `<prefix>_submitted` and `<prefix>_reopened`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from accounts.queries import has_role
from audit.clock import db_now
from audit.services import record
from customers.models import Customer


@dataclass(frozen=True)
class LetterKind:
    """A kind of letter for these functions.

    Args:
        model: has the columns of `customers.models.letters.Letter`, `customer`, `created_by` and `editors`.
        prefix: of its actions in the trail, such as ``customers.tier_change``.
        roles: who prepares such letters.
        related: what is read together with a locked letter.
    """

    model: Any
    prefix: str
    roles: Collection[str]
    related: tuple[str, ...] = ("customer__unit",)


def check_may_write(kind: LetterKind, customer: Customer, actor: User) -> None:
    """Refuse (404, 403) who does not see the customer or holds no role that prepares such letters."""
    if not Customer.objects.visible_to(actor).filter(pk=customer.pk).exists():
        raise Problem("not_found", 404, _("There is no such customer."))
    if not has_role(actor, *kind.roles):
        raise Problem("not_permitted", 403, _("Your role does not prepare requests of this kind."))


def open_draft(kind: LetterKind, pk: int, actor: User) -> Any:
    """The draft, locked. Refused with 404 when invisible, 409 when it is no draft any more."""
    if not kind.model.objects.visible_to(actor).filter(pk=pk).exists():
        raise Problem("not_found", 404, _("There is no such request."))
    draft = kind.model.objects.select_for_update(of=("self",)).select_related(*kind.related).get(pk=pk)
    if draft.discarded_at is not None:
        raise Problem("discarded", 409, _("This draft has been discarded."))
    if draft.submitted:
        raise Problem("submitted", 409, _("This request has been submitted and can no longer be edited."))
    return draft


def create(kind: LetterKind, customer: Customer, values: Mapping[str, Any], actor: User) -> Any:
    """Begin a letter. The caller has checked who writes, and is inside a transaction."""
    draft = kind.model.objects.create(customer=customer, created_by=actor, last_edited_by=actor, **values)
    draft.refresh_from_db()
    draft.editors.add(actor)
    note(kind, "drafted", draft, actor)
    return draft


def change(draft: Any, values: Mapping[str, Any], actor: User) -> list[str]:
    """Write what differs into a locked draft; returns the names of what changed. Keystrokes leave no event."""
    changed = [name for name, value in values.items() if getattr(draft, name) != value]
    if changed:
        for name in changed:
            setattr(draft, name, values[name])
        touched(draft, actor, changed)
    return changed


def touched(draft: Any, actor: User, changed: Collection[str] = ()) -> None:
    """The actor wrote on the draft: he is one of its editors from now on."""
    draft.last_edited_by, draft.updated_at = actor, db_now()
    draft.save(update_fields=[*changed, "last_edited_by", "updated_at"])
    draft.editors.add(actor)


def discard(kind: LetterKind, pk: int, actor: User) -> None:
    """Throw a draft away; the row stays, nobody is asked to decide it. A returned one is withdrawn instead."""
    draft = open_draft(kind, pk, actor)
    check_may_write(kind, draft.customer, actor)
    if draft.submitted_at is not None:
        raise Problem("returned", 409, _("A returned request is withdrawn, not discarded."))
    draft.discarded_at = db_now()
    draft.save(update_fields=["discarded_at"])
    note(kind, "discarded", draft, actor)


def mark_submitted(kind: LetterKind, letter: Any, actor: User, after: Mapping[str, Any] | None = None) -> None:
    """From now on the letter is not edited: a request was made with it, in the same transaction."""
    check_may_write(kind, letter.customer, actor)
    letter.submitted, letter.submitted_at = True, db_now()
    letter.save(update_fields=["submitted", "submitted_at"])
    note(kind, "submitted", letter, actor, {"revision": letter.revision, **(after or {})})


def reopen(kind: LetterKind, letter: Any, actor: User) -> None:
    """Let the author revise a returned letter; the next submission is a new revision."""
    letter.submitted = False
    letter.revision += 1
    letter.save(update_fields=["submitted", "revision"])
    note(kind, "reopened", letter, actor, {"revision": letter.revision})


def release(kind: LetterKind, letter: Any, actor: User) -> None:
    """Make a withdrawn letter an ordinary draft again, which may also be thrown away."""
    was_submitted = letter.submitted
    letter.submitted, letter.submitted_at = False, None
    letter.revision += was_submitted
    letter.save(update_fields=["submitted", "submitted_at", "revision"])
    if was_submitted:
        note(kind, "reopened", letter, actor, {"revision": letter.revision})


def note(kind: LetterKind, event: str, letter: Any, actor: User | None, after: Mapping[str, Any] | None = None) -> None:
    """Write `<prefix>_<event>` into the customer's chain."""
    record(
        f"{kind.prefix}_{event}",
        stream=f"customer:{letter.customer_id}",
        actor=actor,
        object_type=kind.prefix.partition(".")[2],
        object_id=str(letter.pk),
        object_label=str(letter),
        customer_id=letter.customer_id,
        customer_label=letter.customer.name,
        after=dict(after) if after else None,
    )

"""Which items may be decided many at once: small ones, of kinds that allow it, with nothing left unread."""

from dataclasses import dataclass
from decimal import Decimal

from workflows.rules.duties import Refusal


@dataclass(frozen=True)
class BulkItem:
    """One of many.

    Args:
        allowed: the kind of request lets itself be decided in bulk.
        together: it waits for the same role, in the same mode, as the others.
        metric: what ceilings of authority are compared with.
        papers: papers came with it, which one at a time has to open.
        confidential: its words are for one at a time, too.
    """

    allowed: bool
    together: bool
    metric: Decimal
    papers: bool
    confidential: bool


def refusal_in_bulk(item: BulkItem, cap: Decimal) -> Refusal | None:
    """Why an item has to be decided by itself, or None (reference approval.md 7.7).

    Args:
        cap: PARAM ``bulk_cap``; what is above it is decided one at a time.
    """
    if not item.allowed:
        return Refusal("bulk_not_this_kind", 409)
    if not item.together:
        return Refusal("bulk_other_role", 409)
    if item.confidential:
        return Refusal("bulk_confidential", 409)
    if item.metric > cap:
        return Refusal("bulk_above_cap", 409, values={"cap": f"{cap:,.2f}"})
    if item.papers:
        return Refusal("bulk_papers", 409)
    return None

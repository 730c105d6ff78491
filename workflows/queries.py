"""The two reads of the queue that the home page, the badge and the bench share."""

from typing import Final

from accounts.models import User
from workflows.models import Step
from workflows.queries_queue import PAGE, Place, QueueFilter, decidable, queue_page

BADGE: Final = 100


def inbox(user: User, *, after: Place | None = None, limit: int = PAGE) -> list[Step]:
    """One page of what waits for the user's decision, by due time.

    Args:
        after: the place of the last row of the page before.
    """
    return queue_page(user, QueueFilter(), after=after, limit=limit)[0]


def waiting_count(user: User) -> int:
    """How many steps the user may decide now, counted to 100 at most."""
    branches = [branch.order_by("due_at", "id").values_list("id")[:BADGE] for branch in decidable(user)]
    if not branches:
        return 0
    first, *rest = branches
    return min(BADGE, len(first.union(*rest, all=True) if rest else first))

"""Job handlers of notifications; imported by `workflows.tasks`."""

from datetime import datetime

from jobs.claims import Claim
from jobs.registry import handler
from workflows.notices import delivering, digests, telling


@handler("workflows.notify")
def notify(claim: Claim) -> None:
    """Something happened to a request: tell everybody concerned."""
    with claim.commit():
        telling.tell(claim.key, claim.payload["request"], claim.payload["events"])


@handler(telling.DELIVER, max_attempts=delivering.MAX_ATTEMPTS + 1)
def deliver(claim: Claim) -> None:
    """Send one notification through one channel."""
    delivering.deliver(claim, claim.payload["delivery"])


@handler("workflows.digests", every_seconds=600)
def order_digests(claim: Claim) -> None:
    """Every ten minutes: for whom is it eight in the morning?"""
    with claim.commit():
        digests.order_due()


@handler(digests.DIGEST, max_attempts=delivering.MAX_ATTEMPTS + 1)
def send_digest(claim: Claim) -> None:
    """Send somebody the notifications of his day in one mail."""
    digests.send_digest(claim, claim.payload["user"], datetime.fromisoformat(claim.payload["before"]))

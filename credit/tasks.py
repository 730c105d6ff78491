"""Jobs of credit: lines take effect at the start of their first day and end after their last."""

from credit.services import activate_line, expire_line
from jobs.claims import Claim
from jobs.registry import handler


@handler("credit.activate_line")
def activate(claim: Claim) -> None:
    """A granted line's first business day has begun."""
    with claim.commit():
        activate_line(claim.payload["line"])


@handler("credit.expire_line")
def expire(claim: Claim) -> None:
    """A line's last business day is over."""
    with claim.commit():
        expire_line(claim.payload["line"])

"""Jobs of prices: looking for agreements that somebody should look at."""

from jobs.claims import Claim
from jobs.registry import handler
from pricing.services import notices


@handler("pricing.watch_agreements", every_seconds=3600)
def watch_agreements(claim: Claim) -> None:
    """Every hour: used quantities, near ends, grants nobody uses, promises not kept."""
    with claim.commit():
        notices.watch()

"""Jobs of the customer file: granted stars take effect at the start of their first business day."""

from customers.services.tiers import activate_tier
from jobs.claims import Claim
from jobs.registry import handler


@handler("customers.activate_tier")
def activate(claim: Claim) -> None:
    """The first business day of granted stars has begun."""
    with claim.commit():
        activate_tier(claim.payload["record"])

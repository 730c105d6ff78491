"""Jobs of the policy: what the calendar has done is written down."""

from jobs.claims import Claim
from jobs.registry import handler
from policies.services import activate_due


@handler("policies.activate_due", every_seconds=300)
def due(claim: Claim) -> None:
    """Scheduled versions whose day has come are in force, ended ones are not; one statement on other days."""
    with claim.commit():
        activate_due()

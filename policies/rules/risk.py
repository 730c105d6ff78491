"""How far from everyday business a request is, so that a queue can be sorted by it."""

from typing import Final

from policies.rules.pack import Pack
from policies.rules.plan import Plan

HIGHEST: Final = 100
_OF_THE_BAND: Final = 80
_PER_ESCALATOR: Final = 10


def risk(pack: Pack, plan: Plan) -> int:
    """0 for the lowest band of the kind's first subject, 80 for its highest, 10 more per escalator, 100 at most."""
    ladder = pack.kinds[plan.request_kind].bands[0].ladder
    band = next(iter(plan.bands.values()), "")
    height = ladder.index(band) / max(1, len(ladder) - 1) if band in ladder else 0
    return min(HIGHEST, round(_OF_THE_BAND * height) + _PER_ESCALATOR * len(plan.escalators))

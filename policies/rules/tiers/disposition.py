"""What to do with a customer (重点 培养 警惕 淘汰): watch before eliminate before key before nurture before normal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from policies.rules.pack import Pack
from policies.rules.tables import Reason
from policies.rules.tiers.accounts import rounded
from policies.rules.tiers.figures import Figures


@dataclass(frozen=True, slots=True)
class Disposition:
    """The class of a customer and why."""

    code: str
    zh: str
    en: str
    reasons: tuple[Reason, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "code": self.code,
            "zh": self.zh,
            "en": self.en,
            "reasons": [reason.to_json() for reason in self.reasons],
        }


def disposition(pack: Pack, figures: Figures, *, star: int, score_star: int) -> Disposition:
    """The first row of table TIER-DISPO that holds.

    Args:
        star: the star the customer has or gets. score_star: the star its points alone would earn.
    """
    facts = {**rounded(figures.facts()), "star": star, "score_star": score_star}
    match = pack.tables["TIER-DISPO"].evaluate(facts)[0]
    reasons = tuple(replace(reason, code=match.row_code) for reason in match.reasons)
    return Disposition(match.outputs["code"], match.outputs["name_zh"], match.outputs["name_en"], reasons)

"""How near the end of a licence is (defaults 2(e), S10: 60 and 30 days before, blocked after)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Expiry:
    """State (none, valid, soon, near, expired) and days left; negative days are days since the end."""

    state: str
    days: int | None

    @property
    def tone(self) -> str:
        """The colour that goes with the state."""
        return {"none": "neutral", "valid": "good", "soon": "wait", "near": "wait", "expired": "bad"}[self.state]


def expiry(valid_to: date | None, on: date, *, blocking: bool = True) -> Expiry:
    """The state of a licence at a day; its last day still counts as valid.

    Args:
        blocking: a licence that does not block is never shown as near its end before it ends.
    """
    if valid_to is None:
        return Expiry("none", None)
    days = (valid_to - on).days
    if days < 0:
        return Expiry("expired", days)
    if not blocking or days > 60:
        return Expiry("valid", days)
    return Expiry("near" if days <= 30 else "soon", days)

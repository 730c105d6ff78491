"""Several approvals of one role, as policy owners write them in a chain: ``RD[all]``, ``RD[2/3]``, ``RD[seq]``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

MOST_SEATS: Final = 20
_VOTE: Final = re.compile(r"(\d{1,2})\s*/\s*(\d{1,2})")
_POLICIES: Final[Mapping[str, str]] = {"": "counted", "counted": "counted", "veto": "veto", "first": "first_decides"}


@dataclass(frozen=True, slots=True)
class PanelRule:
    """How the members of a role decide together; a role without one is decided by any one of its pool.

    Args:
        mode: ``all``, ``vote`` or ``sequential``.
        needed: approvals that a vote needs; 0 in the other modes, where every seat has to agree.
        seats: how many are asked in a vote; 0 in the other modes, where the whole pool is asked.
        reject_policy: what one rejection does: ``veto``, ``counted`` or ``first_decides``.
    """

    mode: str
    needed: int = 0
    seats: int = 0
    reject_policy: str = "veto"

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "mode": self.mode,
            "needed": self.needed,
            "seats": self.seats,
            "reject_policy": self.reject_policy,
        }

    @property
    def written(self) -> str:
        """As it stands in a chain, behind the role: ``[2/3 veto]``."""
        if self.mode != "vote":
            return "[all]" if self.mode == "all" else "[seq]"
        policy = {"veto": " veto", "first_decides": " first"}.get(self.reject_policy, "")
        return f"[{self.needed}/{self.seats}{policy}]"

    @property
    def words(self) -> tuple[str, str]:
        """The three settings as a sentence, in Chinese and English."""
        if self.mode == "all":
            return "会签：全体同意；一人拒绝即拒绝", "all of them must agree; one rejection rejects"
        if self.mode == "sequential":
            return "依次审批：逐一同意；一人拒绝即拒绝", "one after another, all must agree; one rejection rejects"
        zh, en = _REJECTING[self.reject_policy]
        return (
            f"票签：{self.seats} 人中 {self.needed} 人同意；{zh}",
            f"vote: {self.needed} of {self.seats} must agree; {en}",
        )


_REJECTING: Final[Mapping[str, tuple[str, str]]] = {
    "veto": ("一人拒绝即拒绝", "one rejection rejects"),
    "counted": ("同意票数不可能达到时拒绝", "rejected when enough approvals have become impossible"),
    "first_decides": ("第一个答复即为结果", "the first answer decides"),
}


def parse_panel(text: str) -> PanelRule | None:
    """What stands in the brackets behind a role: ``all``, ``seq``, ``any``, ``2/3``, ``2/3 veto``, ``1/3 first``.

    Returns None for ``any``, which is how a role without brackets is decided. Raises ValueError for anything else: a
    vote nobody could win, or one whose first approval would be enough although more are asked for.
    """
    words = text.casefold().split()
    if words in (["all"], ["seq"]):
        return PanelRule("all" if words == ["all"] else "sequential")
    if words == ["any"]:
        return None
    policy = words.pop() if words and words[-1].isalpha() else ""
    vote = _VOTE.fullmatch(" ".join(words))
    if vote is None or policy not in _POLICIES:
        raise ValueError(text)
    needed, seats = int(vote[1]), int(vote[2])
    if not 1 <= needed <= seats <= MOST_SEATS or (policy == "first" and needed > 1):
        raise ValueError(text)
    return PanelRule("vote", needed, seats, _POLICIES[policy])


_RANK: Final = {"vote": 0, "sequential": 1, "all": 2}
_HARDNESS: Final = {"first_decides": 0, "counted": 1, "veto": 2}


def strictest(rules: Iterable[PanelRule | None]) -> PanelRule | None:
    """Of several chains that ask for one role, the panel that is hardest to pass: the highest rule wins."""
    asked = [rule for rule in rules if rule is not None]
    return max(asked, key=_strictness, default=None)


def _strictness(rule: PanelRule) -> tuple[int, int, int, int]:
    return _RANK[rule.mode], rule.needed, _HARDNESS[rule.reject_policy], -rule.seats

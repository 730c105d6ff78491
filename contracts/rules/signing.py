"""Who may sign for the other side, whether their copy says what ours says, and how far a contract is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Final, Literal

# defaults 2(h): draft -> approved -> sealed by us -> signed by both -> effective -> expired or terminated.
MOVES: Final[dict[str, frozenset[str]]] = {
    "approved": frozenset({"sealed", "terminated"}),
    "sealed": frozenset({"signed", "terminated"}),
    "signed": frozenset({"effective", "terminated"}),
    "effective": frozenset({"expired", "terminated"}),
    "expired": frozenset(),
    "terminated": frozenset(),
}
WARNING_DAYS: Final = (60, 30, 0)
SHOWN: Final = 5
AROUND: Final = 12
# Comparing character by character takes time by the square of the length: a page that is quite another one is
# shown as one change.
COMPARED: Final = 4000
Match = Literal["same", "different", "no_text"]


def may_become(state: str, following: str) -> bool:
    """Whether a contract in one state may go to another."""
    return following in MOVES[state]


@dataclass(frozen=True)
class Signer:
    """Who signs for the customer.

    legal_rep: the legal representative needs no letter of authority.
    valid_to: last day of the authority, None when the letter names none.
    on_file: the letter of authority is in our papers.
    """

    name: str
    legal_rep: bool = False
    document: str = ""
    valid_to: date | None = None
    on_file: bool = False


def signer_refusal(signer: Signer, today: date, signing_on: date) -> str:
    """Why this person cannot sign on the day (a code), or "" when he can.

    An authority that ends before the day of signing is as good as none (defaults 2(h), signer-authority check).
    """
    if not signer.name.strip():
        return "signer_missing"
    if signer.legal_rep:
        return ""
    if not signer.document.strip() or not signer.on_file:
        return "authority_missing"
    if signer.valid_to is not None and signer.valid_to < today:
        return "authority_expired"
    if signer.valid_to is not None and signer.valid_to < signing_on:
        return "authority_ends_before"
    return ""


def effective_on(valid_from: date, signed_on: date) -> date:
    """The first day of a contract: signed by both sides, and not before the agreed first day."""
    return max(valid_from, signed_on)


def warning(valid_to: date, today: date) -> int | None:
    """Which warning applies: 60, 30 or 0 days before the last day; None when there is time, -1 after it."""
    left = (valid_to - today).days
    if left < 0:
        return -1
    return min((limit for limit in WARNING_DAYS if left <= limit), default=None)


@dataclass(frozen=True)
class Change:
    """One place where their page says something else than ours; both with a little of what stands around it."""

    ours: str
    theirs: str


@dataclass(frozen=True)
class PageMatch:
    """One page of ours beside the same page of theirs."""

    number: int
    verdict: Match
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class CopyMatch:
    """What the comparison of two papers found; `pages` is empty when the numbers of pages differ."""

    our_pages: int
    their_pages: int
    pages: tuple[PageMatch, ...] = ()

    @property
    def verdict(self) -> Literal["same", "different", "needs_person"]:
        """Different at once when a page or a word differs; a page without text has to be read by a person."""
        if self.our_pages != self.their_pages or any(page.verdict == "different" for page in self.pages):
            return "different"
        return "needs_person" if any(page.verdict == "no_text" for page in self.pages) else "same"

    @property
    def unread(self) -> tuple[int, ...]:
        """The pages that a person has to compare."""
        return tuple(page.number for page in self.pages if page.verdict == "no_text")

    @property
    def by_eye(self) -> tuple[int, ...]:
        """The pages that a person looks at: those without text, or all, as text does not say who signed."""
        return self.unread or tuple(range(1, self.our_pages + 1))


def compare(ours: Sequence[str], theirs: Sequence[str]) -> CopyMatch:
    """Compare the text of two papers page by page, without regard to white space and line ends.

    A page of theirs without any text is a scan: nobody but a person can say what it shows.
    """
    if len(ours) != len(theirs):
        return CopyMatch(len(ours), len(theirs))
    pages = tuple(_page(number, *pair) for number, pair in enumerate(zip(ours, theirs, strict=True), start=1))
    return CopyMatch(len(ours), len(theirs), pages)


def bare(text: str) -> str:
    """The characters that carry meaning: no white space, hyphenation or marks of reading order."""
    return re.sub(r"[\s\u200b\u00ad\ufffe\x02]", "", text)


def _page(number: int, ours: str, theirs: str) -> PageMatch:
    left, right = bare(ours), bare(theirs)
    if not right and left:
        return PageMatch(number, "no_text")
    if left == right:
        return PageMatch(number, "same")
    return PageMatch(number, "different", _changes(left, right))


def _changes(left: str, right: str) -> tuple[Change, ...]:
    if max(len(left), len(right)) > COMPARED:
        start = next((at for at, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), 0)
        return (Change(_cut(left, start, len(left)), _cut(right, start, len(right))),)
    found = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag != "equal":
            found.append(Change(_cut(left, i1, i2), _cut(right, j1, j2)))
        if len(found) == SHOWN:
            break
    return tuple(found)


def _cut(text: str, start: int, end: int) -> str:
    before, after = max(0, start - AROUND), min(len(text), min(end, start + 80) + AROUND)
    return ("…" if before else "") + text[before:after] + ("…" if after < len(text) else "")

"""Whose papers are whose: each kind of letter says who sees its papers and who may change them.

The kinds live above this app, so they register here what this app cannot know.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from accounts.models import User
from customers.models import Customer


@dataclass(frozen=True)
class Letters:
    """What a kind of letter answers about its papers.

    Attributes:
        visible: whether this person sees the letter, and with it its papers.
        may_write: locks the letter and returns its customer (None where it has none), or raises the
            Problem (403, 404, 409) that says why this person may not change its papers now.
        kinds: what a paper of such a letter can be; empty = any word.
    """

    visible: Callable[[User, int], bool]
    may_write: Callable[[User, int], Customer | None]
    kinds: Collection[str] = ()


_letters: dict[str, Letters] = {}


def register_letters(
    letter_kind: str,
    visible: Callable[[User, int], bool],
    may_write: Callable[[User, int], Customer | None],
    kinds: Collection[str] = (),
) -> None:
    """Let letters of this kind carry papers; called once, when the app of the kind is ready."""
    _letters[letter_kind] = Letters(visible, may_write, kinds)


def letters(letter_kind: str) -> Letters:
    """The answers of a kind; a kind that never registered is a mistake in the program, hence KeyError."""
    return _letters[letter_kind]


def sees(user: User, letter_kind: str, letter_id: int) -> bool:
    """Whether this person sees the papers of this letter."""
    known = _letters.get(letter_kind)
    return known is not None and known.visible(user, letter_id)

"""Whom a comment speaks to: ``@`` and a name as it is written, or an address."""

import re
from collections.abc import Mapping
from typing import Final

MOST: Final = 10
LONGEST_NAME: Final = 120
_SIGN: Final = re.compile(r"(?<![A-Za-z0-9_@.])[@＠]")


def fragments(text: str) -> list[str]:
    """What follows each ``@`` that begins a word, up to the end of its line; `MOST` at most.

    Chinese is written without spaces, so where a name ends only the list of names can say.
    """
    found = (text[sign.end() :].split("\n", 1)[0][:LONGEST_NAME].casefold() for sign in _SIGN.finditer(text))
    return [fragment for fragment in found if fragment.strip()][:MOST]


def mentioned(text: str, names: Mapping[str, int]) -> list[int]:
    """The people whom the text names, in its order; of two names that fit the longer one.

    Args:
        names: case-folded names and addresses; a name that two people share must not be in it.
    """
    found: list[int] = []
    for fragment in fragments(text):
        fits = [name for name in names if fragment.startswith(name) and not _goes_on(fragment, name)]
        if fits:
            found.append(names[max(fits, key=len)])
    return list(dict.fromkeys(found))


def _goes_on(fragment: str, name: str) -> bool:
    """A Latin name ends where its word does: @Ann is not meant by @Annabel."""
    following = fragment[len(name) : len(name) + 1]
    return bool(following) and following.isascii() and following.isalnum() and name[-1].isascii()

"""Names of customers: what may not be in them, how they sort, and which of them look alike."""

import re
import unicodedata
from typing import Any, Final

from pypinyin import Style, lazy_pinyin

# Latin look-alikes of common Cyrillic and Greek letters (from Unicode TS 39), after NFKC and lower-casing.
_LOOKS_LIKE: Final = str.maketrans(
    {
        "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ё": "e", "һ": "h", "і": "i", "ї": "i", "ј": "j",
        "к": "k", "ӏ": "l", "м": "m", "н": "h", "о": "o", "р": "p", "ԛ": "q", "ѕ": "s", "т": "t", "у": "y",
        "ѵ": "v", "ԝ": "w", "х": "x", "ү": "y", "г": "r", "п": "n",
        "α": "a", "β": "b", "ε": "e", "η": "n", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t",
        "υ": "u", "χ": "x", "ω": "w", "γ": "y",
        "ı": "i", "ɡ": "g", "ɑ": "a", "0": "o", "1": "l", "|": "l",
    }
)  # fmt: skip
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5")
_NOISE: Final = re.compile(r"[\W_]+")


def hidden_characters(text: str) -> list[str]:
    """Code points nobody sees (zero-width, bidirectional, controls) as ``U+200B``; empty when clean."""
    if text.isascii() and text.isprintable():  # nearly every cell of a feed
        return []
    return [f"U+{ord(char):04X}" for char in text if unicodedata.category(char) in _INVISIBLE or char in _FILLERS]


def skeleton(name: str) -> str:
    """Two names with one skeleton look the same to the eye.

    Compatibility forms, case, accents, spacing and punctuation go; Cyrillic and Greek letters become the
    Latin ones they resemble.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    plain = "".join(char for char in folded if unicodedata.category(char) not in _INVISIBLE | {"Mn"})
    return _NOISE.sub("", plain.translate(_LOOKS_LIKE))[:600]


def _letters(rest: str) -> Any:
    """What is not Chinese, letter by letter, so that initials stay initials."""
    return list(rest)


def sort_key(name: str) -> str:
    """Pinyin of the name and, after a space, its initials: ``huakangyiyao hkyy`` for 华康医药.

    Everything lower-case; letters of other scripts stay, so Latin names sort among the Chinese ones.
    """
    syllables = lazy_pinyin(name.casefold(), style=Style.NORMAL, errors=_letters)
    words = [_NOISE.sub("", syllable) for syllable in syllables]
    full = "".join(words)
    initials = "".join(word[:1] for word in words)
    return f"{full} {initials}"[:600] if full else ""

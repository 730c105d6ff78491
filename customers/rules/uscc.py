"""Unified social credit code 统一社会信用代码, GB 32100-2015."""

from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z
_VALUE: Final = {char: value for value, char in enumerate(ALPHABET)}


def check_character(first17: str) -> str:
    """The 18th character: weights are powers of 3 modulo 31 (GB 32100-2015, 5.2).

    Raises:
        KeyError: a character outside the alphabet.
    """
    weighted = sum(_VALUE[char] * pow(3, place, 31) for place, char in enumerate(first17))
    return ALPHABET[(31 - weighted % 31) % 31]


def is_uscc(code: str) -> bool:
    """Whether the text is a complete code with a right check character."""
    return (
        len(code) == 18
        and all(char in _VALUE for char in code)
        and code[2:8].isdigit()
        and check_character(code[:17]) == code[17]
    )

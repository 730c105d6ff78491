"""Amounts of contracts in figures and in Chinese capitals, and reading the capitals back from a finished paper."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from contracts.rules.wording import DIGITS, chinese_capitals

HIGHEST: Final = Decimal(10) ** 12
_UNITS: Final = {"拾": 10, "佰": 100, "仟": 1000}
_GROUPS: Final = {"万": 10**4, "亿": 10**8}
_CAPITALS: Final = re.compile(f"[{DIGITS}][{DIGITS}拾佰仟万亿]*[元角分][{DIGITS}元角分整]*")
_FIGURES: Final = re.compile(r"(?<![\d.,])(?:\d{1,3}(?:,\d{3})+|\d+)\.\d{2}(?![\d])")


class NotCapitalsError(ValueError):
    """The text is no amount in Chinese capitals as we write them."""


def figures(amount: Decimal) -> str:
    """An amount as contracts print it: 1,240,000.00."""
    return f"{amount:,.2f}"


def capitals(amount: Decimal) -> str:
    """The amount in the capitals that the law wants beside the figures (人民币 is said by the template).

    amount: 0 to 1e12 with at most two decimals; a contract states no negative price.
    Raises ValueError for anything else.
    """
    if not amount.is_finite() or not 0 <= amount <= HIGHEST:
        raise ValueError(f"not an amount of a contract: {amount}")
    return chinese_capitals(amount)


def read_capitals(text: str) -> Decimal:
    """The amount that the capitals say: the reverse of `capitals`.

    Raises NotCapitalsError when the text says no amount, or says one in another way than we write it.
    """
    yuan, _, rest = text.partition("元") if "元" in text else ("", "", text)
    try:
        amount = Decimal(_integer(yuan)) + _cents(rest)
        exact = capitals(amount) == text
    except (ValueError, KeyError) as error:
        raise NotCapitalsError(text[:60]) from error
    if not exact:
        raise NotCapitalsError(text[:60])
    return amount


def _integer(text: str) -> int:
    """亿 and 万 multiply everything of their group that was read before them."""
    total = group = digit = 0
    for char in text:
        if char in DIGITS:
            digit = DIGITS.index(char)
        elif char in _UNITS:
            group += digit * _UNITS[char]
            digit = 0
        elif char == "亿":
            total = (total + group + digit) * _GROUPS[char]
            group = digit = 0
        else:
            total += (group + digit) * _GROUPS[char]
            group = digit = 0
    return total + group + digit


def _cents(text: str) -> Decimal:
    rest = text.removesuffix("整").removeprefix("零")
    value = Decimal(0)
    for mark, unit in (("角", Decimal("0.1")), ("分", Decimal("0.01"))):
        if mark in rest:
            digit, _, rest = rest.partition(mark)
            if len(digit) != 1:
                raise ValueError(text)
            value += DIGITS.index(digit) * unit
    if rest:
        raise ValueError(text)
    return value


def stated_amounts(printed: Mapping[str, Any]) -> list[Decimal]:
    """The amounts that a contract's data state in figures and in capitals: the total, and the credit limit if any.

    printed: the data of the paper; an amount of which only one form is printed is not compared.
    Raises NotCapitalsError when the two forms differ already in the data.
    """
    credit = printed.get("credit", {})
    pairs = [(printed.get("total"), printed.get("total_cn")), (credit.get("limit"), credit.get("limit_cn"))]
    found = []
    for stated, spelled in pairs:
        if stated and spelled and any(char.isdigit() for char in stated):
            amount = Decimal("".join(re.findall(r"[\d.]", stated)))
            if read_capitals(spelled) != amount:
                raise NotCapitalsError(f"{stated}: {spelled}")
            found.append(amount)
    return found


def disagreements(text: str, amounts: Iterable[Decimal]) -> list[str]:
    """Where a finished paper's figures and capitals do not say the same.

    text: the visible text of the paper, without white space. amounts: those that it states in both ways.
    Returns one English sentence for each amount that is missing in either form, and for each amount in capitals
    that no figure of the paper says.
    """
    expected = set(amounts)
    written = {Decimal(found.replace(",", "")) for found in _FIGURES.findall(text)}
    spelled = set()
    findings = []
    for found in _CAPITALS.findall(text):
        try:
            spelled.add(read_capitals(found))
        except NotCapitalsError:
            findings.append(f"{found} is not an amount in capitals as it has to be written.")
    for amount in sorted(expected):
        if amount not in written:
            findings.append(f"The amount {figures(amount)} is not in the paper in figures.")
        if amount not in spelled:
            findings.append(f"The amount {figures(amount)} is not in the paper in capitals.")
    findings += [f"{capitals(amount)} has no such amount in figures." for amount in sorted(spelled - written)]
    return findings

"""Words and numbers of business documents: Chinese capitals, document numbers, codes, masked names."""

import re
import secrets
from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")
CEILING = Decimal("1e16")

SERIES = {"decision_notice": "DN", "approval_sheet": "AS", "contract": "HT"}
# Crockford's alphabet: nothing that is misread on paper (no I, L, O, U).
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 20


def chinese_capitals(amount: Decimal) -> str:
    """Write an amount of money in the capitals that Chinese documents require (壹佰贰拾万元整).

    amount: at most two decimals, below 1e16. Negative amounts start with 负.
    Raises ValueError for more decimals, NaN and larger amounts.
    Source: 支付结算办法, appendix on filling in bills (整 after 元 and 角, 零 for skipped places).
    """
    if not amount.is_finite() or abs(amount) >= CEILING or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(f"not an amount in yuan and fen: {amount}")
    fen_total = int(abs(amount) * 100)
    yuan, rest = divmod(fen_total, 100)
    jiao, fen = divmod(rest, 10)
    sign = "负" if amount < 0 else ""
    if fen_total == 0:
        return "零元整"
    return sign + (_capital_integer(yuan) + "元" if yuan else "") + _capital_cents(jiao, fen, after_yuan=yuan)


def _capital_integer(number: int) -> str:
    """Groups of four digits; one 零 for any run of skipped places."""
    text, pending_zero = "", False
    for exponent in range(len(GROUPS) - 1, -1, -1):
        group = number // 10_000**exponent % 10_000
        if group == 0:
            pending_zero = bool(text)
            continue
        if text and (pending_zero or group < 1000):
            text += "零"
        text += _capital_group(group) + _group_name(exponent, number)
        pending_zero = False
    return text


def _group_name(exponent: int, number: int) -> str:
    """万亿 is 万 while another 亿 group follows (壹万贰仟亿), so that 亿 is said once."""
    if exponent == 3 and number // 10_000**2 % 10_000:
        return "万"
    return GROUPS[exponent]


def _capital_group(group: int) -> str:
    text, pending_zero = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit == 0:
            pending_zero = bool(text)
            continue
        text += ("零" if pending_zero else "") + DIGITS[digit] + PLACES[place]
        pending_zero = False
    return text


def _capital_cents(jiao: int, fen: int, *, after_yuan: int) -> str:
    if not jiao and not fen:
        return "整"
    if not fen:
        return f"{DIGITS[jiao]}角整"
    if not jiao:
        return ("零" if after_yuan else "") + f"{DIGITS[fen]}分"
    return f"{DIGITS[jiao]}角{DIGITS[fen]}分"


def document_number(kind: str, month: str, counter: int) -> str:
    """DN-202611-0001: series of the kind, month of issue (YYYYMM), running number (gaps are allowed)."""
    return f"{SERIES[kind]}-{month}-{counter:04d}"


def new_verify_code() -> str:
    """Twenty random characters (100 bits) that lead to the verification page and cannot be guessed."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def spaced(code: str, size: int = 4) -> str:
    """A long code in groups for reading aloud: "K7QX M2…"."""
    return " ".join(code[n : n + size] for n in range(0, len(code), size))


def read_verify_code(typed: str) -> str:
    """Undo what people do to codes on paper: spaces, dashes, lower case, O for 0, I and L for 1."""
    code = re.sub(r"[\s\-]", "", typed).upper()
    return code.translate(str.maketrans("OIL", "011"))


def masked_name(name: str) -> str:
    """Enough of a name to recognise it, too little to learn it: 上海***公司, "A*** ***d"."""
    text = name.strip()
    if len(text) <= 2:
        return text[:1] + "*"
    head, tail = (2, 2) if len(text) > 6 else (1, 1)
    return text[:head] + "*" * 4 + text[-tail:]

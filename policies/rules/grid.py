"""A stored table as a grid of typed fields: what may be written where, and what is wrong with what was written.

A field is named ``code``, ``in.<fact>`` (a condition), ``out.<name>`` (an output), ``why.zh`` or ``why.en`` (the
rationale). Tables here are in the stored form (`policies.queries.content`): what is not readable yet can be kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from policies.rules.cells import KINDS, CellError, PolicyError
from policies.rules.chains import parse_chain
from policies.rules.doubts import wrong_cell
from policies.rules.expressions_syntax import parse

LONGEST: Final = 2_000
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,59}")
_WHOLE: Final = re.compile(r"\d{1,6}")
_HOURS: Final = re.compile(r"[A-Z]{2,4} \d{1,4}(\s*,\s*[A-Z]{2,4} \d{1,4})*")
_BANDS: Final = re.compile(r"(-?\d+(\.\d+)?|[A-Z]{1,4}):-?\d+(\.\d+)?")
CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")

# Names of outputs: Chinese, English, and how they are written where that is not free text.
OUTPUTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "band": ("审批档次", "band", "code"),
    "code": ("规则编号", "rule", "code"),
    "zh": ("中文说法", "wording in Chinese", "words"),
    "en": ("英文说法", "wording in English", "words"),
    "when_zh": ("中文条件", "condition in Chinese", "words"),
    "when_en": ("英文条件", "condition in English", "words"),
    "name_zh": ("中文名称", "name in Chinese", "words"),
    "name_en": ("英文名称", "name in English", "words"),
    "chain": ("审批链", "approval chain", "chain"),
    "sla": ("本链时限", "hours in this chain", "hours"),
    "raise": ("上升档数", "raises by", "one"),
    "priority": ("优先级", "priority", "whole"),
    "role": ("角色", "role", "code"),
    "request_kind": ("申请类型", "kind of request", "text"),
    "metric": ("权限指标", "measured by", "text"),
    "ceiling": ("上限", "ceiling", "optional"),
    "function": ("职能", "function", "text"),
    "level": ("级别", "level", "whole"),
    "stands_for": ("可代替", "stands for", "text"),
    "sla_hours": ("工作小时", "working hours", "whole"),
    "value": ("数值", "value", "text"),
    "grade": ("最高等级", "best grade", "text"),
    "document": ("资料", "document", "text"),
    "max_age_days": ("最长天数", "greatest age in days", "optional"),
    "max": ("满分", "points", "number"),
    "bands": ("分档", "bands", "bands"),
    "min_score": ("最低分", "lowest score", "number"),
    "k": ("系数", "factor", "number"),
    "std_term": ("标准账期", "standard term", "whole"),
    "max_term": ("最长账期", "longest term", "whole"),
    "tnw_pct": ("净资产比例", "share of net worth", "number"),
    "turnover_pct": ("营业额比例", "share of turnover", "number"),
    "cap": ("封顶", "cap", "number"),
    "type": ("类型", "type", "type"),
    "expression": ("表达式", "expression", "expression"),
    "unit": ("单位", "unit", "text"),
    "review_months": ("复核月数", "review in months", "whole"),
}
# How each sort of field is written, for whoever got it wrong.
HINTS: Final[Mapping[str, tuple[str, str]]] = {
    "money": ("例如 <= 100000 或 [1000..5000)；留空表示任意", "for example <= 100000 or [1000..5000); blank for any"),
    "pct": ("例如 >= 15 % 或 10..20；留空表示任意", "for example >= 15 % or 10..20; blank for any"),
    "days": ("例如 <= 30 或 31..60；留空表示任意", "for example <= 30 or 31..60; blank for any"),
    "count": ("例如 >= 2；留空表示任意", "for example >= 2; blank for any"),
    "number": ("例如 >= 3 或 < 18, >= 60；留空表示任意", "for example >= 3 or < 18, >= 60; blank for any"),
    "text": ("例如 in AAA, AA 或 not in C；留空表示任意", "for example in AAA, AA or not in C; blank for any"),
    "flag": ("写 true、false 或留空", "true, false or blank"),
    "out.whole": ("写整数，例如 16", "a whole number such as 16"),
    "out.one": ("每项升一档，写 1", "each raises by one band: 1"),
    "out.number": ("写数字，例如 0.35", "a number such as 0.35"),
    "out.optional": ("写数字；留空表示不限", "a number; blank for no bound"),
    "out.chain": (
        "例如 SM → (RD ∥ CC) → CFO；会签 RD[all]，依次 RD[seq]，票签 RD[2/3] 或 RD[2/3 veto]",
        "for example SM → (RD ∥ CC) → CFO; RD[all] all, RD[seq] in turn, RD[2/3] or RD[2/3 veto] a vote",
    ),
    "out.hours": ("例如 CC 8, RD 24", "for example CC 8, RD 24"),
    "out.code": ("字母、数字、- . _ +，最多 60 个", "letters, digits, - . _ +, at most 60"),
    "out.type": ("money、pct、days、count、number、text 或 flag", "money, pct, days, count, number, text or flag"),
    "out.expression": ("例如 percent(concession, sales)", "for example percent(concession, sales)"),
    "out.bands": ("例如 95:30 90:24，最好的在前", "for example 95:30 90:24, the best first"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One field of every row of a table: its name, how it is written (`kind`), and what it is called."""

    name: str
    part: str
    key: str
    kind: str
    zh: str
    en: str

    @property
    def wording(self) -> bool:
        """Sentences and reasons, which stand under the row and not in it."""
        return self.part == "why" or self.kind == "words"

    @property
    def hint(self) -> tuple[str, str]:
        """How to write it: Chinese, English; empty for free text."""
        return HINTS.get(self.kind if self.part == "in" else f"out.{self.kind}", ("", ""))


def fields(table: Mapping[str, Any]) -> list[Field]:
    """All fields of a stored table, conditions before outputs, the rationale last."""
    # The database keeps the keys of a row in an order of its own.
    named = {*_usual(table), *(key for row in table["rows"] for key in row["outputs"])}
    order = {key: number for number, key in enumerate(OUTPUTS)}
    outputs = sorted(named, key=lambda key: (order.get(key, len(order)), key))
    return [
        Field("code", "code", "code", "code", "编号", "row"),
        *(Field(f"in.{each['key']}", "in", each["key"], each["type"], each["zh"], each["en"])
          for each in table["columns"]),
        *(Field(f"out.{key}", "out", key, *_look(key)) for key in outputs),
        Field("why.zh", "why", "zh", "words", "中文理由", "rationale in Chinese"),
        Field("why.en", "why", "en", "words", "英文理由", "rationale in English"),
    ]  # fmt: skip


def _usual(table: Mapping[str, Any]) -> Iterable[str]:
    """Outputs that a table of this use may always have."""
    use = table.get("routing", {}).get("use", "")
    first = {"band": ("band",), "join": ("band",), "escalator": ("code",)}.get(use, ())
    if table.get("hit_policy") == "priority":
        first = (*first, "priority")
    if table["kind"] == "chain":
        return ("chain", "sla")
    if table["kind"] == "metric":
        return ("request_kind", "type", "expression", "unit", "zh", "en")
    return (*first, "zh", "en", "when_zh", "when_en") if use else first


def _look(key: str) -> tuple[str, str, str]:
    """(kind, Chinese, English) of an output; one that is not listed is free text under its own name."""
    if key in OUTPUTS:
        zh, en, kind = OUTPUTS[key]
        return kind, zh, en
    wording = key.endswith(("_zh", "_en")) or key in ("anchors", "data", "expression")
    return "words" if wording else "text", key, key


def get(row: Mapping[str, Any], name: str) -> str:
    """What stands in a field of a stored row; empty where nothing does."""
    part, _, key = name.partition(".")
    if part == "code":
        return str(row["code"])
    if part == "why":
        return str(row[f"rationale_{key}"])
    return str(row["cells" if part == "in" else "outputs"].get(key, ""))


def put(table: Mapping[str, Any], row: Mapping[str, Any], name: str, text: str) -> dict[str, Any]:
    """A copy of a stored row with one field written; blank takes it out, where the table does not always name it."""
    part, _, key = name.partition(".")
    if part == "code":
        return {**row, "code": text}
    if part == "why":
        return {**row, f"rationale_{key}": text}
    home = "cells" if part == "in" else "outputs"
    if text or (part == "out" and always(table, key)):
        return {**row, home: {**row[home], key: text}}
    return {**row, home: {each: value for each, value in row[home].items() if each != key}}


def always(table: Mapping[str, Any], key: str) -> bool:
    """Whether every row names this output, so that a blank one is kept as blank; wordings of a rule may be left out."""
    if table.get("routing") and key in ("zh", "en", "when_zh", "when_en", "code"):
        return False
    return bool(table["rows"]) and all(key in row["outputs"] for row in table["rows"])


def blank_row(table: Mapping[str, Any], code: str) -> dict[str, Any]:
    """A new row that says nothing yet."""
    outputs = {each.key: "" for each in fields(table) if each.part == "out" and always(table, each.key)}
    return {"code": code, "cells": {}, "outputs": outputs, "rationale_zh": "", "rationale_en": ""}


def clean(text: str) -> str:
    """What was typed, without spaces around it and in one shape of line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def unstorable(text: str) -> tuple[str, str] | None:
    """Why a text cannot even be kept, in Chinese and English; None when it can, whatever it says."""
    if len(text) > LONGEST:
        return f"最多 {LONGEST} 个字符。", f"At most {LONGEST} characters."
    if CONTROL.search(text):
        return "含有不可见的控制字符。", "It contains characters that cannot be shown."
    return None


def wrong(field: Field, text: str) -> tuple[str, str] | None:
    """What is wrong with a field, in Chinese and English; None when it can be read."""
    if said := unstorable(text):
        return said
    if field.part == "in":
        return wrong_cell(field.kind, text, field.key)
    return _WRONG.get(field.kind, _nothing)(text)


def _nothing(_text: str) -> None:
    return None


def _wrong_whole(text: str) -> tuple[str, str] | None:
    return None if _WHOLE.fullmatch(text) else (f"“{text}”不是整数。", f"{text!r} is not a whole number.")


def _wrong_one(text: str) -> tuple[str, str] | None:
    """Plans count escalators; what one of them raises by is said, not set."""
    return None if text in ("", "1") else ("每项只升一档，请写 1。", "Each escalator raises by one band: write 1.")


def _wrong_number(text: str) -> tuple[str, str] | None:
    try:
        if Decimal(text).is_finite() and len(text) < 30:
            return None
    except InvalidOperation:
        pass
    return f"“{text}”不是数字。", f"{text!r} is not a number."


def _wrong_optional(text: str) -> tuple[str, str] | None:
    return _wrong_number(text) if text else None


def _wrong_code(text: str) -> tuple[str, str] | None:
    if not text or _CODE.fullmatch(text):
        return None
    return f"“{text}”不能作为编号。", f"{text!r} cannot be a code."


def _wrong_chain(text: str) -> tuple[str, str] | None:
    try:
        parse_chain(text)
    except (PolicyError, ValueError):
        return f"看不懂审批链“{text}”。", f"Cannot read the approval chain {text!r}."
    return None


def _wrong_hours(text: str) -> tuple[str, str] | None:
    return None if not text or _HOURS.fullmatch(text) else (f"看不懂时限“{text}”。", f"Cannot read the hours {text!r}.")


def _wrong_bands(text: str) -> tuple[str, str] | None:
    strange = [pair for pair in text.split() if not _BANDS.fullmatch(pair)]
    return (f"看不懂分档“{strange[0]}”。", f"Cannot read the band {strange[0]!r}.") if strange else None


def _wrong_type(text: str) -> tuple[str, str] | None:
    return None if text in KINDS else (f"未知类型“{text}”。", f"Unknown type {text!r}.")


def _wrong_expression(text: str) -> tuple[str, str] | None:
    """Only its grammar: which names there are is known when the tables are read together."""
    try:
        parse(text)
    except CellError as error:
        return error.zh, error.en
    return None


_WRONG: Final = {
    "type": _wrong_type,
    "expression": _wrong_expression,
    "whole": _wrong_whole,
    "one": _wrong_one,
    "number": _wrong_number,
    "optional": _wrong_optional,
    "code": _wrong_code,
    "chain": _wrong_chain,
    "hours": _wrong_hours,
    "bands": _wrong_bands,
}

"""DMN files: read the decision tables that other tools write.

Of DMN we take the decision tables whose inputs are names, whose conditions are unary tests and whose results are
values (`dmn_feel`). Whatever else a file says is refused by name, never guessed. How they decide: `dmn_decisions`;
as tables of ours: `dmn_tables`. Source: OMG DMN 1.3, chapter 8; the namespaces of DMN 1.1 to 1.6 are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from policies.rules.cells import PolicyError
from policies.rules.dmn_decisions import AGGREGATIONS, KINDS, RANKED, SEVERAL, SINGLE, Decision, Input, Model, Rule
from policies.rules.dmn_feel import Condition, Name, Value, condition_of, kind_of, root_of, shown, value_of, values_of
from policies.rules.dmn_xml import child, children, name_of, once, root_of_file, said, text_of

LARGEST: Final = 1_000_000
# integer, long and double are what Camunda calls numbers.
KIND_OF: Final = {
    "number": "number", "integer": "number", "long": "number", "double": "number",
    "string": "text", "boolean": "flag", "date": "date", "Any": "",
}  # fmt: skip
_KIND_ZH: Final = {"number": "数字", "text": "字符串", "flag": "布尔值", "date": "日期"}
_EXPRESSIONS: Final = (
    "literalExpression", "context", "invocation", "functionDefinition", "relation", "list", "conditional", "for",
    "every", "some", "filter",
)  # fmt: skip
# A name that the file does not declare: words, and what would make it an expression.
_WORDS: Final = re.compile(r"[^\W\d]\w*(?:[ .][^\W\d]\w*)*")
_OPERATOR: Final = re.compile(r"\b(?:and|or|in|between|if|for|some|every|instance|function|true|false|null)\b")


@dataclass(frozen=True)
class _File:
    """What decisions refer to: types by name and the values that they allow, names of the input data and of the
    decisions, language of the file.
    """

    types: Mapping[str, str]
    allowed: Mapping[str, Any]
    decisions: frozenset[str]
    names: frozenset[str]
    language: str


def read(data: bytes) -> list[Decision]:
    """The decision tables of a DMN file, all of them.

    Raises PolicyError for a file that is no DMN, is too large, or has a table that says something that we cannot take.
    """
    root, file = _opened(data)
    return [_decision(each, file) for each in children(root, "decision") if child(each, "decisionTable") is not None]


def read_model(data: bytes) -> Model:
    """A DMN file with whatever of it we can work out; the other decisions are in `refused` with the reason.

    Raises PolicyError for a file that is no DMN or is too large.
    """
    root, file = _opened(data)
    tables, refused = [], {}
    for each in children(root, "decision"):
        try:
            tables.append(_decision(each, file))
        except PolicyError as error:
            refused[_named(each)] = str(error)
    return Model(tuple(tables), refused)


def _opened(data: bytes) -> tuple[Any, _File]:
    if len(data) > LARGEST:
        most = LARGEST // 1_000_000
        raise PolicyError(f"The DMN file is larger than {most} MB.", f"DMN 文件超过 {most} MB。")
    root = root_of_file(data)
    decisions = [_named(each) for each in children(root, "decision")]
    once(decisions, "The decision {} is there twice.", "决策 {} 出现了两次。")
    given = [each for each in children(root, "inputData") if each.get("name")]
    types = {each.get("name") or "": _type(each) for each in children(root, "itemDefinition")}
    for each in (*given, *children(root, "decision")):
        variable = child(each, "variable")
        if variable is not None:
            types[f"variable {each.get('name')}"] = variable.get("typeRef") or ""
    names = frozenset({*decisions, *(each.get("name") for each in given)})
    allowed = {each.get("name"): child(each, "allowedValues") for each in children(root, "itemDefinition")}
    return root, _File(types, allowed, frozenset(decisions), names, root.get("expressionLanguage") or "")


def _type(definition: Any) -> str:
    """The type that a type of the file is made of; empty for lists and structures, which no table compares."""
    if definition.get("isCollection") == "true" or child(definition, "itemComponent") is not None:
        return ""
    return said(child(definition, "typeRef"))


def _made_of(written: str, types: Mapping[str, str]) -> Iterator[str]:
    """A type, the type that it is made of, and so on."""
    name = written
    for _ in range(len(types) + 1):
        yield (name := name.rpartition(":")[2])
        name = types.get(name, "")


def _kind(written: str, types: Mapping[str, str]) -> str | None:
    """number, text, flag or date; empty when nothing is said; None for a type that no condition compares."""
    return next((KIND_OF[name] for name in _made_of(written, types) if name in KIND_OF), None) if written else ""


@contextmanager
def _at(place: str, zh: str = "") -> Iterator[None]:
    """What is refused here says where it stands, in both languages."""
    try:
        yield
    except PolicyError as error:
        raise PolicyError(f"{place}: {error.en}", f"{zh or place}：{error.zh}") from error


def _decision(decision: Any, file: _File) -> Decision:
    name = _named(decision)
    with _at(name):
        return _table(name, _logic(decision), file)


def _logic(decision: Any) -> Any:
    table = child(decision, "decisionTable")
    if table is None:
        found = next((name_of(each) for each in decision if name_of(each) in _EXPRESSIONS), "")
        zh = f"其逻辑（{found}）不是决策表。" if found else "没有决策表。"
        raise PolicyError(f"its logic ({found}) is no decision table." if found else "it has no decision table.", zh)
    return table


def _table(name: str, table: Any, file: _File) -> Decision:
    policy, aggregation = table.get("hitPolicy") or "UNIQUE", table.get("aggregation") or ""
    inputs = tuple(_input(each, file) for each in children(table, "input"))
    outputs = list(children(table, "output"))
    names = tuple(each.get("name") or "" for each in outputs)
    if not outputs:
        raise PolicyError("the table has no output.", "该表没有输出。")
    if policy not in (*SINGLE, *SEVERAL) or (aggregation and (aggregation not in AGGREGATIONS or policy != "COLLECT")):
        named = f"{policy} {aggregation}".rstrip()
        raise PolicyError(f"the hit policy {named} is not one of the standard.", f"标准中没有命中策略 {named}。")
    if aggregation and len(outputs) > 1:
        said = f"only a single output can be combined with {aggregation}."
        raise PolicyError(said, f"只有单个输出才能用 {aggregation} 汇总。")
    if len(outputs) > 1 and not all(names):
        raise PolicyError("several outputs each need a name.", "有多个输出时，每个都要有名称。")
    once(names, "The output {} is there twice.", "输出 {} 出现了两次。")
    ranks = tuple(_listed(each, file) for each in outputs)
    if policy in RANKED and not any(ranks):
        said = f"{policy} needs the values of an output, best first."
        raise PolicyError(said, f"{policy} 需要列出输出的取值，最好的在前。")
    listed = [frozenset(each) for each in ranks]
    rows = tuple(_rule(number, each, inputs, listed, file) for number, each in enumerate(children(table, "rule"), 1))
    asked = {root_of(each, file.decisions) for each in _asked(inputs, rows)}
    return Decision(
        name, policy, aggregation, inputs, names, rows,
        defaults=tuple(_default(each, file) for each in outputs),
        ranks=ranks,
        annotations=tuple(each.get("name") or "" for each in children(table, "annotation")),
        needs=tuple(sorted(asked - {""})),
    )  # fmt: skip


def _asked(inputs: tuple[Input, ...], rules: tuple[Rule, ...]) -> Iterator[str]:
    """Names of everything that a table looks at."""
    yield from (each.name for each in inputs)
    for rule in rules:
        for condition in rule.conditions:
            yield from (each.path for each in condition.operands() if isinstance(each, Name))


def _input(each: Any, file: _File) -> Input:
    expression = child(each, "inputExpression")
    text = _feel(expression, file)
    if not text:
        raise PolicyError("an input does not say which fact it is.", "有一个输入没有说明是哪个事实。")
    declared = root_of(text, file.names)
    if not declared and (not _WORDS.fullmatch(text) or _OPERATOR.search(text)):
        said = f"an input must be the name of a fact, not the expression {text!r}."
        raise PolicyError(said, f"输入须为事实的名称，而不是表达式“{text}”。")
    written = expression.get("typeRef") or (file.types.get(f"variable {text}", "") if declared == text else "")
    kind = _kind(written, file.types)
    if kind is None:
        said = f"the input {text} is a {written}; only numbers, strings, booleans and dates are compared."
        raise PolicyError(said, f"输入 {text} 的类型是 {written}；只能比较数字、字符串、布尔值和日期。")
    listed = (file.allowed.get(name) for name in _made_of(written, file.types))
    with _at(f"the values of {text}", f"{text} 的取值"):
        said_here = _feel(child(each, "inputValues"), file)
        allowed = condition_of(said_here or _feel(next((each for each in listed if each is not None), None), file))
    return Input(text, kind, each.get("label") or "", allowed)


def _listed(output: Any, file: _File) -> tuple[Value, ...]:
    text = _feel(child(output, "outputValues"), file)
    with _at("the values of an output", "输出的取值"):
        return values_of(text) if text else ()


def _default(output: Any, file: _File) -> Value:
    with _at("a default output", "默认输出"):
        return value_of(_feel(child(output, "defaultOutputEntry"), file))


def _rule(number: int, rule: Any, inputs: tuple[Input, ...], listed: list[frozenset[Value]], file: _File) -> Rule:
    code = str(number)
    asked, told = list(children(rule, "inputEntry")), list(children(rule, "outputEntry"))
    if len(asked) != len(inputs):
        said = f"rule {code} has {len(asked)} conditions instead of {len(inputs)}."
        raise PolicyError(said, f"规则 {code} 有 {len(asked)} 个条件，应为 {len(inputs)} 个。")
    if len(told) != len(listed):
        said = f"rule {code} has {len(told)} outputs instead of {len(listed)}."
        raise PolicyError(said, f"规则 {code} 有 {len(told)} 个输出，应为 {len(listed)} 个。")
    with _at(f"rule {code}", f"规则 {code}"):
        conditions = tuple(_condition(each, entry, file) for each, entry in zip(inputs, asked, strict=True))
        outputs = tuple(_result(_feel(entry, file), known) for entry, known in zip(told, listed, strict=True))
    notes = tuple(text_of(each) for each in children(rule, "annotationEntry"))
    return Rule(code, conditions, outputs, notes)


def _condition(each: Input, entry: Any, file: _File) -> Condition:
    with _at(each.name):
        condition = condition_of(_feel(entry, file), file.names)
        for operand in condition.operands():
            if each.kind and not isinstance(operand, Name) and operand is not None and kind_of(operand) != each.kind:
                raise PolicyError(
                    f"{shown(operand)} is not {KINDS[each.kind]}.", f"{shown(operand)} 不是{_KIND_ZH[each.kind]}。"
                )
    return condition


def _result(feel: str, listed: frozenset[Value]) -> Value:
    value = value_of(feel)
    if listed and value is not None and value not in listed:
        said = f"the result {shown(value)} is none of the values that its column lists."
        raise PolicyError(said, f"结果 {shown(value)} 不在该列所列的取值之中。")
    return value


def _named(decision: Any) -> str:
    return decision.get("name") or decision.get("id") or "?"


def _feel(element: Any, file: _File) -> str:
    """The text of an expression. Raises PolicyError when it is written in another language than FEEL."""
    if element is None:
        return ""
    language = element.get("expressionLanguage") or file.language
    if language and "feel" not in language.lower():
        said = f"expressions in {language} are not read, only FEEL."
        raise PolicyError(said, f"不读取 {language} 写的表达式，只读取 FEEL。")
    return text_of(element)

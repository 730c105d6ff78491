"""Decision tables in DMN 1.3: read what other tools write, evaluate it, and write our tables for them.

Of DMN we take the decision tables with unary tests: no other boxed expression and no function call. Whatever cannot be
said in a cell of ours is refused by name, never guessed. Source: OMG DMN 1.3, chapter 8; any DMN 1.x namespace is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from policies.rules.cells import Cell, Fact, PolicyError, parse_cell

HIT_POLICIES: Final = {
    "UNIQUE": "unique", "ANY": "any", "FIRST": "first", "COLLECT": "collect", "RULE ORDER": "collect",
}  # fmt: skip
AGGREGATIONS: Final[Mapping[str, Callable[[list[Any]], Any]]] = {"SUM": sum, "MIN": min, "MAX": max, "COUNT": len}
KIND_OF: Final = {"number": "number", "string": "text", "boolean": "flag"}
_MODEL: Final = re.compile(r"\{https?://www\.omg\.org/spec/DMN/[^}]*\}(\w+)")
_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_FEEL_RANGE: Final = re.compile(r"([\[\](])\s*(\S+?)\s*\.\.\s*(\S+?)\s*([\[\])])")
_LARGEST: Final = 2_000_000

Value = Decimal | str | bool | None


@dataclass(frozen=True)
class Input:
    """A column: the name of the fact, its kind (number, text, flag) and its label."""

    name: str
    kind: str
    label: str = ""


@dataclass(frozen=True)
class Rule:
    """A row: cells in our grammar, outputs as values, annotations as text."""

    code: str
    cells: tuple[str, ...]
    outputs: tuple[Value, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """One decision table of a DMN file.

    Args:
        outputs: names of the output columns; a single one may have the empty name.
        defaults: what holds when no rule does, for each output.
        annotations: names of the annotation columns.
    """

    name: str
    hit_policy: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[str, ...]
    rules: tuple[Rule, ...]
    defaults: tuple[Value, ...] = ()
    annotations: tuple[str, ...] = ()

    def evaluate(self, facts: Mapping[str, Fact]) -> Any:
        """The decision for these facts: a value, a mapping for several outputs, a list for COLLECT and RULE ORDER.

        Raises PolicyError where the hit policy is violated.
        """
        hits = [rule for rule in self.rules if self._holds(rule, facts)]
        if not hits and any(value is not None for value in self.defaults):
            hits = [Rule("default", (), self.defaults)]
        if self.hit_policy in ("COLLECT", "RULE ORDER"):
            return self._collected(hits)
        if not hits:
            return None
        if self.hit_policy == "UNIQUE" and len(hits) > 1:
            raise PolicyError(f"{self.name}: rules {', '.join(rule.code for rule in hits)} hold at once.")
        if self.hit_policy == "ANY" and any(rule.outputs != hits[0].outputs for rule in hits):
            raise PolicyError(f"{self.name}: rules {', '.join(rule.code for rule in hits)} contradict each other.")
        return self._result(hits[0])

    def _holds(self, rule: Rule, facts: Mapping[str, Fact]) -> bool:
        for each, text in zip(self.inputs, rule.cells, strict=True):
            cell: Cell | None = parse_cell(text, each.kind)
            if cell is not None and (facts.get(each.name) is None or not cell.test(facts[each.name])):
                return False
        return True

    def _collected(self, hits: list[Rule]) -> Any:
        results = [self._result(rule) for rule in hits]
        if not self.aggregation:
            return results
        if not results and self.aggregation != "COUNT":
            return None
        return Decimal(AGGREGATIONS[self.aggregation](results))

    def _result(self, rule: Rule) -> Any:
        if len(self.outputs) == 1:
            return rule.outputs[0]
        return dict(zip(self.outputs, rule.outputs, strict=True))


def read(data: bytes) -> list[Decision]:
    """The decision tables of a DMN file.

    Raises PolicyError for a file that is no DMN, is too large, or says something that a cell of ours cannot say.
    """
    if len(data) > _LARGEST:
        raise PolicyError("The DMN file is too large.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise PolicyError(f"The file is not XML: {error}.") from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # the stubs do not know it
        raise PolicyError("A DMN file has no document type declaration.")
    if _name(root) != "definitions":
        raise PolicyError("The file is not DMN: it has no definitions.")
    types = _types(root)
    tables = ((each, _child(each, "decisionTable")) for each in _children(root, "decision"))
    return [_decision(each, table, types) for each, table in tables if table is not None]


def _types(root: Any) -> dict[str, str]:
    """Types by name: of the file's own type definitions, and of its input data."""
    types = {each.get("name"): _said(_child(each, "typeRef")) for each in _children(root, "itemDefinition")}
    for each in _children(root, "inputData"):
        variable = _child(each, "variable")
        if variable is not None and variable.get("typeRef"):
            types[f"input {each.get('name')}"] = variable.get("typeRef")
    return types


def _kind(written: str, name: str, types: Mapping[str, str]) -> str | None:
    """number, text or flag; a type of the file leads to the one that it is made of."""
    wanted = written or types.get(f"input {name}", "string")
    for _ in range(len(types) + 1):
        plain = wanted.removeprefix("feel:")
        if plain in KIND_OF:
            return KIND_OF[plain]
        wanted = types.get(wanted, "")
    return None


def _decision(decision: Any, table: Any, types: Mapping[str, str]) -> Decision:
    name = decision.get("name") or decision.get("id") or "?"
    policy = table.get("hitPolicy") or "UNIQUE"
    aggregation = table.get("aggregation") or ""
    if policy not in HIT_POLICIES or (aggregation and (aggregation not in AGGREGATIONS or policy != "COLLECT")):
        raise PolicyError(f"{name}: the hit policy {policy} {aggregation} is not supported.".replace("  ", " "))
    inputs = tuple(_input(name, each, types) for each in _children(table, "input"))
    outputs = list(_children(table, "output"))
    defaults = tuple(_default(each) for each in outputs)
    notes = tuple(each.get("name") or "" for each in _children(table, "annotation"))
    rules = tuple(_rule(name, number, each, inputs) for number, each in enumerate(_children(table, "rule"), start=1))
    for rule in rules:
        if len(rule.outputs) != len(outputs):
            raise PolicyError(f"{name}: rule {rule.code} has {len(rule.outputs)} outputs instead of {len(outputs)}.")
    names = tuple(each.get("name") or "" for each in outputs)
    return Decision(name, policy, aggregation, inputs, names, rules, defaults, notes)


def _input(decision: str, each: Any, types: Mapping[str, str]) -> Input:
    expression = _child(each, "inputExpression")
    text = _text(expression)
    kind = _kind(expression.get("typeRef") or "", text, types) if text else None
    if kind is None:
        raise PolicyError(f"{decision}: an input needs a fact of type number, string or boolean, not {text!r}.")
    return Input(text, kind, each.get("label") or "")


def _default(output: Any) -> Value:
    entry = _child(output, "defaultOutputEntry")
    return None if entry is None else value_of(_text(entry))


def _rule(decision: str, number: int, rule: Any, inputs: tuple[Input, ...]) -> Rule:
    code = str(number)
    entries = [_text(each) for each in _children(rule, "inputEntry")]
    if len(entries) != len(inputs):
        raise PolicyError(f"{decision}: rule {code} has {len(entries)} conditions instead of {len(inputs)}.")
    cells = []
    for each, text in zip(inputs, entries, strict=True):
        try:
            cell = cell_of(text, each.kind)
            parse_cell(cell, each.kind)
        except PolicyError as error:
            raise PolicyError(f"{decision}: rule {code}, {each.name}: {error}") from error
        cells.append(cell)
    outputs = tuple(value_of(_text(each)) for each in _children(rule, "outputEntry"))
    notes = tuple(_text(each) for each in _children(rule, "annotationEntry"))
    return Rule(code, tuple(cells), outputs, notes)


def cell_of(feel: str, kind: str) -> str:
    """A unary test as a cell: ``"A","B"`` becomes ``in A, B``, ``]15..30[`` becomes ``(15..30)``.

    Raises PolicyError.
    """
    text = feel.strip()
    if text in ("", "-"):
        return ""
    if kind == "text":
        return _text_cell(text)
    if kind == "flag":
        return text
    outer = re.fullmatch(r"not\s*\((.*)\)", text, re.S)
    if outer:
        raise PolicyError(f"Write the condition without not(): {feel!r}.")
    return re.sub(r"\s*,\s*", ", ", _FEEL_RANGE.sub(_range, text))


def _range(found: re.Match[str]) -> str:
    opens = "[" if found[1] == "[" else "("
    closes = "]" if found[4] == "]" else ")"
    return f"{opens}{found[2]}..{found[3]}{closes}"


def _text_cell(text: str) -> str:
    negated = re.fullmatch(r"not\s*\((.*)\)", text, re.S)
    listed = negated[1] if negated else text
    values = [_unquoted(each) for each in _STRING.findall(listed)]
    rest = _STRING.sub("", listed).replace(",", "").strip()
    if rest or not values:
        raise PolicyError(f"Only quoted values can be compared with: {text!r}.")
    for value in values:
        if not value or "," in value or value != value.strip():
            raise PolicyError(f"A value with a comma or spaces at its ends cannot be written in a cell: {value!r}.")
    return f"{'not ' if negated else ''}in {', '.join(values)}"


def value_of(feel: str) -> Value:
    """A literal: a quoted string, a number, true, false or null. Raises PolicyError for any other expression."""
    text = feel.strip()
    if text in ("", "null", "-"):
        return None
    if text in ("true", "false"):
        return text == "true"
    whole = _STRING.fullmatch(text)
    if whole:
        return _unquoted(whole[1])
    if re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", text):
        return Decimal(text)
    raise PolicyError(f"Only strings, numbers, true and false can be a result, not {text!r}.")


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), text)


def _name(element: Any) -> str:
    found = _MODEL.fullmatch(element.tag) if isinstance(element.tag, str) else None
    return found[1] if found else ""


def _children(element: Any, name: str) -> Iterator[Any]:
    return (each for each in element if _name(each) == name)


def _child(element: Any, name: str) -> Any:
    return next(_children(element, name), None)


def _text(element: Any) -> str:
    return _said(_child(element, "text")) if element is not None else ""


def _said(element: Any) -> str:
    return (element.text or "").strip() if element is not None else ""

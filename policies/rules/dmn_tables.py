"""Between the tables of a policy version and DMN: a table as a DMN 1.3 file, and a DMN decision in place of a table.

A table keeps its title, its columns and what it routes; DMN brings the rows. Conditions are unary tests, the outputs
of a row are strings, its rationale stands in two annotations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from lxml import etree

from policies.rules.cells import NUMBER_KINDS, SYMBOLS, PolicyError
from policies.rules.dmn import HIT_POLICIES, Decision

NAMESPACE: Final = "https://www.omg.org/spec/DMN/20191111/MODEL/"
TYPES: Final = {"text": "string", "flag": "boolean"}
POLICIES: Final = {"unique": "UNIQUE", "any": "ANY", "first": "FIRST", "collect": "COLLECT"}
NOTES: Final = ("rationale_zh", "rationale_en")
# The code of a row is its first output, so that it survives the way there and back.
CODE: Final = "row"


def write(table: Mapping[str, Any]) -> bytes:
    """A table in its stored form (`policies.queries.content`) as a DMN 1.3 file.

    Raises PolicyError for a hit policy that DMN does not have.
    """
    if table["hit_policy"] not in POLICIES:
        raise PolicyError(f"DMN has no hit policy {table['hit_policy']}.")
    root = etree.Element(f"{{{NAMESPACE}}}definitions", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # the stubs do not know the default namespace
    root.set("name", table["title_en"])
    root.set("namespace", "urn:countersign:policy")
    root.set("id", f"policy_{table['code']}")
    decision = _add(root, "decision", id=f"decision_{table['code']}", name=table["code"])
    _add(decision, "variable", name=table["code"])
    drawn = _add(decision, "decisionTable", id=f"table_{table['code']}", hitPolicy=POLICIES[table["hit_policy"]])
    for column in table["columns"]:
        kind = "number" if column["type"] in NUMBER_KINDS else TYPES[column["type"]]
        given = _add(drawn, "input", id=f"input_{table['code']}_{column['key']}", label=column["en"])
        _say(_add(given, "inputExpression", typeRef=kind), column["key"])
    outputs = _outputs(table)
    for name in (CODE, *outputs):
        _add(drawn, "output", id=f"output_{table['code']}_{name}", name=name, typeRef="string")
    for name in NOTES:
        _add(drawn, "annotation", name=name)
    for number, row in enumerate(table["rows"], start=1):
        _write_row(_add(drawn, "rule", id=f"rule_{table['code']}_{number}"), row, table["columns"], outputs)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def replace_rows(table: Mapping[str, Any], decision: Decision) -> dict[str, Any]:
    """The stored table with the rows of a DMN decision in place of its own.

    Raises PolicyError when the decision asks for facts that the table does not know, aggregates, or has no outputs.
    """
    known = {column["key"]: column for column in table["columns"]}
    strangers = [each.name for each in decision.inputs if each.name not in known]
    if strangers:
        raise PolicyError(f"Table {table['code']} has no column {', '.join(strangers)}.")
    if decision.aggregation:
        raise PolicyError(f"A policy table does not aggregate ({decision.aggregation}).")
    if not all(decision.outputs):
        raise PolicyError("Every output of a policy table needs a name.")
    return {
        **table,
        "hit_policy": HIT_POLICIES[decision.hit_policy],
        "rows": [_row(decision, number) for number in range(len(decision.rules))],
    }


def _row(decision: Decision, number: int) -> dict[str, Any]:
    rule = decision.rules[number]
    names = zip(decision.outputs, rule.outputs, strict=True)
    outputs = {name: _plain(value) for name, value in names if value is not None}
    notes = dict(zip(decision.annotations, rule.notes, strict=False))
    return {
        "code": outputs.pop(CODE, rule.code),
        "cells": {each.name: cell for each, cell in zip(decision.inputs, rule.cells, strict=True) if cell},
        "outputs": outputs,
        **{name: notes.get(name, "") for name in NOTES},
    }


def _outputs(table: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(name for row in table["rows"] for name in row["outputs"]))


def _write_row(rule: Any, row: Mapping[str, Any], columns: list[Mapping[str, Any]], outputs: list[str]) -> None:
    for column in columns:
        _say(_add(rule, "inputEntry"), unary_test(row["cells"].get(column["key"], ""), column["type"]))
    for value in (row["code"], *(row["outputs"].get(name) for name in outputs)):
        _say(_add(rule, "outputEntry"), "null" if value is None else _quoted(value))
    for name in NOTES:
        _say(_add(rule, "annotationEntry"), row[name])


def unary_test(cell: str, kind: str) -> str:
    """A cell as FEEL: ``in A, B`` becomes ``"A", "B"``, ``10..20`` becomes ``[10..20]``."""
    text = cell.translate(SYMBOLS).strip()
    if text in ("", "-"):
        return "-"
    if kind == "flag":
        return text.lower()
    if kind in NUMBER_KINDS:
        parts = (part.strip().replace("%", "").strip() for part in text.split(","))
        return ", ".join(_number_test(part) for part in parts)
    negated = text.startswith("not in ")
    listed = text.removeprefix("not in ") if negated else text.removeprefix("in ").removeprefix("=")
    values = ", ".join(_quoted(value.strip()) for value in listed.split(","))
    return f"not({values})" if negated else values


def _number_test(part: str) -> str:
    if ".." not in part:
        return part.removeprefix("=").strip()
    opens, closes = ("" if part[0] in "[(" else "["), ("" if part[-1] in "])" else "]")
    return re.sub(r"\s+", "", f"{opens}{part}{closes}")


def _quoted(text: str) -> str:
    inner = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{inner}"'


def _plain(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _add(parent: Any, tag: str, /, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)


def _say(element: Any, text: str) -> None:
    _add(element, "text").text = text

"""Between the tables of a policy version and DMN: a table as a DMN 1.3 file, and a DMN decision in place of a table.

A table keeps its title, its columns and what it routes; DMN brings the rows. Conditions are unary tests, the outputs
of a row are strings, its rationale stands in two annotations.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from lxml import etree

from policies.rules.cells import NUMBER_KINDS, PolicyError
from policies.rules.dmn_cells import cell_for, quoted, same_cell, unary_test
from policies.rules.dmn_decisions import Decision
from policies.rules.grid import always, fields

NAMESPACE: Final = "https://www.omg.org/spec/DMN/20191111/MODEL/"
TYPES: Final = {"text": "string", "flag": "boolean", "date": "date"}
POLICIES: Final = {"unique": "UNIQUE", "any": "ANY", "first": "FIRST", "collect": "COLLECT"}
# The hit policies of DMN that a policy table has; a collecting table keeps the order of its rules.
IMPORTED: Final = {**{dmn: ours for ours, dmn in POLICIES.items()}, "RULE ORDER": "collect"}
NOTES: Final = ("rationale_zh", "rationale_en")
# The code of a row is its first output, so that it survives the way there and back.
CODE: Final = "row"
_UNFIT: Final = re.compile(r"[^\w-]")
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write(table: Mapping[str, Any]) -> bytes:
    """A table in its stored form (`policies.queries.content`) as a DMN 1.3 file, valid by its schema.

    Every column becomes an input datum that the decision requires; ids follow from the codes and keys, so that two
    exports differ only where the tables do. Raises PolicyError for a hit policy that DMN does not have.
    """
    if table["hit_policy"] not in POLICIES:
        policy = table["hit_policy"]
        raise PolicyError(f"DMN has no hit policy {policy}.", f"DMN 没有命中策略 {policy}。")
    outputs = list(dict.fromkeys(name for row in table["rows"] for name in row["outputs"]))
    if CODE in outputs:
        said = f"Table {table['code']} has an output called {CODE}, which is the code of a row in DMN."
        raise PolicyError(said, f"表 {table['code']} 有名为 {CODE} 的输出，而它在 DMN 中是行的编号。")
    new_id = _ids(table["code"])
    root = etree.Element(f"{{{NAMESPACE}}}definitions", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # the stubs do not know the default namespace
    root.set("name", _clean(table["title_en"]))
    root.set("namespace", "urn:countersign:policy")
    root.set("id", new_id("policy"))
    facts = {column["key"]: new_id("fact", column["key"]) for column in table["columns"]}
    for column in table["columns"]:
        datum = _add(root, "inputData", id=facts[column["key"]], name=column["key"], label=column["en"])
        _add(datum, "variable", name=column["key"], typeRef=_type(column))
    decision = _add(root, "decision", id=new_id("decision"), name=table["code"], label=table["title_en"])
    _add(decision, "description").text = _clean(table["title_zh"])
    _add(decision, "variable", name=table["code"])
    for known in facts.values():
        _add(_add(decision, "informationRequirement"), "requiredInput", href=f"#{known}")
    drawn = _add(decision, "decisionTable", id=new_id("table"), hitPolicy=POLICIES[table["hit_policy"]])
    for column in table["columns"]:
        given = _add(drawn, "input", id=new_id("input", column["key"]), label=column["en"])
        _say(_add(given, "inputExpression", typeRef=_type(column)), column["key"])
    for name in (CODE, *outputs):
        _add(drawn, "output", id=new_id("output", name), name=name, typeRef="string")
    for name in NOTES:
        _add(drawn, "annotation", name=name)
    for row in table["rows"]:
        _write_row(_add(drawn, "rule", id=new_id("rule", row["code"])), row, table["columns"], outputs)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _ids(table: str) -> Callable[..., str]:
    """Makes ids of what a thing is, the table and its own name; a second one that would be the same gets a number."""
    taken: Counter[str] = Counter()

    def new_id(what: str, *name: str) -> str:
        wanted = _UNFIT.sub("_", "_".join((what, table, *name)))
        taken[wanted] += 1
        return wanted if taken[wanted] == 1 else f"{wanted}..{taken[wanted]}"

    return new_id


def replace_rows(table: Mapping[str, Any], decision: Decision) -> dict[str, Any]:
    """The stored table with the rows of a DMN decision in place of its own.

    Cells that ask for the same as before keep their wording; rows without annotations keep the rationale of the row of
    the same code. One difference to the standard stands: a fact that is missing matches no cell that asks, so
    ``not("A")`` does not hold for it. Raises PolicyError for what a policy table cannot say: unknown facts and
    outputs, other kinds of conditions, aggregation, default outputs, hit policies by priority.
    """
    known = {column["key"]: column["type"] for column in table["columns"]}
    _check_policy(decision)
    _check_inputs(table["code"], [each.name for each in decision.inputs], known)
    blank = _check_outputs(table, decision.outputs)
    before = {row["code"]: row for row in table["rows"]}
    rows = [_row(decision, number, known, before, blank) for number in range(len(decision.rules))]
    twice = sorted(code for code, count in Counter(row["code"] for row in rows).items() if count > 1)
    if twice:
        raise PolicyError(f"Several rows have the code {', '.join(twice)}.", f"多行的编号相同：{'、'.join(twice)}。")
    return {**table, "hit_policy": IMPORTED[decision.hit_policy], "rows": rows}


def _check_policy(decision: Decision) -> None:
    policy = decision.hit_policy
    if policy not in IMPORTED:
        raise PolicyError(f"A policy table has no hit policy {policy}.", f"政策表没有命中策略 {policy}。")
    if decision.aggregation:
        said = f"A policy table does not aggregate ({decision.aggregation})."
        raise PolicyError(said, f"政策表不做汇总（{decision.aggregation}）。")
    if any(value is not None for value in decision.defaults):
        said = "A policy table has no default output: write it as a last row."
        raise PolicyError(said, "政策表没有默认输出：请写成最后一行。")


def _check_inputs(table: str, names: list[str], known: Collection[str]) -> None:
    if strangers := [name for name in names if name not in known]:
        said = f"Table {table} has no column {', '.join(strangers)}."
        raise PolicyError(said, f"表 {table} 没有列 {'、'.join(strangers)}。")
    if len(set(names)) < len(names):
        said = "A policy table asks for each fact in one column only."
        raise PolicyError(said, "政策表中每个事实只能占一列。")


def _check_outputs(table: Mapping[str, Any], names: Collection[str]) -> dict[str, str]:
    """Outputs that every row of the table says, blank; a table without rows takes any output."""
    code, known = table["code"], {each.key for each in fields(table) if each.part == "out"}
    if not all(names):
        raise PolicyError("Every output of a policy table needs a name.", "政策表的每个输出都要有名称。")
    strangers = [name for name in names if name not in known and name != CODE]
    if table["rows"] and strangers:
        said = f"Table {code} has no output {', '.join(strangers)}."
        raise PolicyError(said, f"表 {code} 没有输出 {'、'.join(strangers)}。")
    blank = {key: "" for key in known if always(table, key)}
    if missing := sorted(set(blank) - set(names)):
        said = f"Every row of table {code} says {', '.join(missing)}: the file has no such output."
        raise PolicyError(said, f"表 {code} 每行都有 {'、'.join(missing)}，文件中没有该输出。")
    return blank


def _row(
    decision: Decision, number: int, kinds: Mapping[str, str], before: Mapping[str, Any], blank: Mapping[str, str]
) -> dict[str, Any]:
    rule = decision.rules[number]
    named = zip(decision.outputs, rule.outputs, strict=True)
    outputs = {**blank, **{name: _plain(value) for name, value in named if value is not None}}
    code = outputs.pop(CODE, rule.code)
    old = before.get(code, {})
    cells = {}
    for each, condition in zip(decision.inputs, rule.conditions, strict=True):
        kind, written = kinds[each.name], old.get("cells", {}).get(each.name, "")
        try:
            cell = cell_for(condition, kind)
        except PolicyError as error:
            place, zh = (
                f"{decision.name}: rule {rule.code}, {each.name}",
                f"{decision.name}：规则 {rule.code}，{each.name}",
            )
            raise PolicyError(f"{place}: {error}", f"{zh}：{error.zh}") from error
        if cell:
            cells[each.name] = written if same_cell(written, cell, kind) else cell
    notes = dict(zip(decision.annotations, rule.notes, strict=False))
    return {
        "code": code,
        "cells": cells,
        "outputs": outputs,
        **{name: notes.get(name, old.get(name, "")) for name in NOTES},
    }


def _type(column: Mapping[str, Any]) -> str:
    return "number" if column["type"] in NUMBER_KINDS else TYPES[column["type"]]


def _write_row(rule: Any, row: Mapping[str, Any], columns: list[Mapping[str, Any]], outputs: list[str]) -> None:
    for column in columns:
        _say(_add(rule, "inputEntry"), unary_test(row["cells"].get(column["key"], ""), column["type"]))
    for value in (row["code"], *(row["outputs"].get(name) for name in outputs)):
        _say(_add(rule, "outputEntry"), "null" if value is None else quoted(value))
    for name in NOTES:
        _say(_add(rule, "annotationEntry"), row[name])


def _plain(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _add(parent: Any, tag: str, /, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", {key: _clean(value) for key, value in attributes.items()})


def _say(element: Any, text: str) -> None:
    _add(element, "text").text = _clean(text)


def _clean(text: str) -> str:
    """Without control characters, which XML does not have."""
    return _NO_XML.sub("", text)

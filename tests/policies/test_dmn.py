"""Decision tables in DMN: the cases of its compatibility kit, hostile files, and our own tables there and back."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from policies.rules.cells import PolicyError, parse_cell
from policies.rules.dmn import read
from policies.rules.dmn_cells import cell_of, unary_test
from policies.rules.dmn_feel import value_of
from policies.rules.dmn_tables import replace_rows, write
from policies.rules.pack import content_digest
from policies.rules.tables import parse_table
from policies.seed import default_content

KIT = Path(__file__).parent / "dmn_tck"
CASES = sorted(KIT.glob("*/*-test-*.xml"))
XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"


def local(element: Any) -> str:
    return str(etree.QName(element).localname)


def typed(node: Any) -> Any:
    """The value of a test case: a literal, a structure, or a list."""
    children = {local(child): child for child in node}
    if "list" in children:
        return [typed(item) for item in children["list"]]
    if "component" in children:
        return {child.get("name"): typed(child) for child in node if local(child) == "component"}
    value = children.get("value")
    if value is None or value.get("{http://www.w3.org/2001/XMLSchema-instance}nil") == "true":
        return None
    kind = (value.get(XSI) or "xsd:string").split(":")[-1]
    text = value.text or ""
    if kind in ("decimal", "double", "integer"):
        return Decimal(text)
    return text == "true" if kind == "boolean" else text


def kit() -> list[Any]:
    """(file, case, facts, decision, expected) of every result that the kit states."""
    found = []
    for path in CASES:
        root = etree.parse(path).getroot()
        for case in (each for each in root if local(each) == "testCase"):
            facts = {each.get("name"): typed(each) for each in case if local(each) == "inputNode"}
            for result in (each for each in case if local(each) == "resultNode"):
                expected = next(child for child in result if local(child) == "expected")
                name = f"{path.parent.name}-{case.get('id')}"
                found.append(pytest.param(path, facts, result.get("name"), typed(expected), id=name))
    return found


@pytest.mark.parametrize(("path", "facts", "decision", "expected"), kit())
def test_the_compatibility_kit(path: Path, facts: dict[str, Any], decision: str, expected: Any) -> None:
    [model] = path.parent.glob("*.dmn")
    found = next(each for each in read(model.read_bytes()) if each.name == decision)
    assert found.evaluate(facts) == expected


def test_the_kit_is_there() -> None:
    assert len(CASES) >= 6
    assert len(kit()) >= 18


@pytest.mark.parametrize("code", [table["code"] for table in default_content()["tables"]])
def test_our_tables_go_there_and_back(code: str) -> None:
    table = next(each for each in default_content()["tables"] if each["code"] == code)
    if table["hit_policy"] == "priority":
        pytest.skip("DMN knows another priority")
    [decision] = read(write(table))
    back = replace_rows(table, decision)
    assert parse_table(back).rows == parse_table(_tidy(table)).rows or _same(back, table)


def _tidy(table: dict[str, Any]) -> dict[str, Any]:
    return {**table, "rows": [{**row, "cells": {k: v for k, v in row["cells"].items() if v}} for row in table["rows"]]}


def _same(back: dict[str, Any], table: dict[str, Any]) -> bool:
    """Everything but the spelling of the cells, which say the same: compare what they hold."""
    kinds = {column["key"]: column["type"] for column in table["columns"]}
    for one, other in zip(back["rows"], table["rows"], strict=True):
        for key, kind in kinds.items():
            first, second = (parse_cell(row["cells"].get(key, ""), kind) for row in (one, other))
            if (first is None) != (second is None):
                return False
            if first and second and (first.intervals, first.values, first.negated) != (
                second.intervals, second.values, second.negated,
            ):  # fmt: skip
                return False
    plain = [{k: v for k, v in row.items() if k != "cells"} for row in back["rows"]]
    return content_digest({"rows": plain}) == content_digest(
        {"rows": [{k: v for k, v in row.items() if k != "cells"} for row in table["rows"]]}
    )


@pytest.mark.parametrize(
    ("feel", "kind", "cell"),
    [
        ("-", "number", ""),
        ("]15..30[", "number", "(15..30)"),
        ("[15..30)", "number", "[15..30)"),
        ("<18,>=60", "number", "< 18, >= 60"),
        ("1,500", "number", "1, 500"),
        ('"A","B"', "text", "in A, B"),
        ('not("A")', "text", "not in A"),
        ("true", "flag", "true"),
    ],
)
def test_unary_tests_become_cells(feel: str, kind: str, cell: str) -> None:
    assert cell_of(feel, kind) == cell


@pytest.mark.parametrize(
    ("cell", "kind", "feel"),
    [("10..20", "money", "[10..20]"), ("(1..2]", "pct", "(1..2]"), ("= 5", "days", "5"), ("≥ 15 %", "pct", ">= 15"),
     ("not in A, B", "text", 'not("A", "B")'), ("A", "text", '"A"'), ("", "flag", "-")],
)  # fmt: skip
def test_cells_become_unary_tests(cell: str, kind: str, feel: str) -> None:
    assert unary_test(cell, kind) == feel


@pytest.mark.parametrize("feel", ['"a,b"', "foo", 'starts with("a")', '" a"', '"a" or "b"'])
def test_what_a_cell_cannot_say_is_refused(feel: str) -> None:
    with pytest.raises(PolicyError):
        cell_of(feel, "text")


@pytest.mark.parametrize("feel", ["1 + 1", "now()", "[1,2]", '"a" + "b"', "{a: 1}"])
def test_an_expression_is_no_result(feel: str) -> None:
    with pytest.raises(PolicyError):
        value_of(feel)


BOMB = b"""<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="&b;"/>"""


@pytest.mark.parametrize(
    "data",
    [b"", b"no xml", b"<a/>", BOMB, b"<definitions/>", b"x" * 2_000_001,
     b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'],
    ids=["empty", "text", "other", "entities", "no namespace", "large", "external"],
)  # fmt: skip
def test_hostile_files_are_refused(data: bytes) -> None:
    with pytest.raises(PolicyError):
        read(data)


def test_a_decision_that_asks_for_other_facts_does_not_replace_a_table() -> None:
    table = next(each for each in default_content()["tables"] if each["code"] == "CL")
    other = next(each for each in default_content()["tables"] if each["code"] == "TE")
    [decision] = read(write(other))
    with pytest.raises(PolicyError, match="no column term_over_std"):
        replace_rows(table, decision)

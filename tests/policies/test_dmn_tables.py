"""Our tables as DMN and back: every shipped table, random ones, and what DMN can say and a policy table cannot."""

from contextlib import suppress
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from policies.rules.cells import PolicyError, parse_cell
from policies.rules.dmn import read
from policies.rules.dmn_cells import cell_for, unary_test
from policies.rules.dmn_feel import condition_of
from policies.rules.dmn_tables import replace_rows, write
from policies.rules.doubts import wrong_cell
from policies.seed import default_content
from tests.policies.dmn_files import definitions, table

SHIPPED = {each["code"]: each for each in default_content()["tables"]}


@pytest.mark.parametrize("code", SHIPPED)
def test_every_shipped_table_comes_back_word_for_word(code: str) -> None:
    [decision] = read(write(SHIPPED[code]))
    assert decision.name == code
    assert replace_rows(SHIPPED[code], decision) == SHIPPED[code]


def test_a_table_exports_the_same_bytes_each_time_and_only_what_changed_differs() -> None:
    changed = deepcopy(SHIPPED["CL"])
    changed["rows"][0]["cells"]["exposure_unsecured_group"] = "(0..19000]"
    before, after = (write(each).decode().splitlines() for each in (SHIPPED["CL"], changed))
    assert [line for line in after if line not in before] == ["          <text>(0..19000]</text>"]
    assert write(SHIPPED["CL"]) == write(deepcopy(SHIPPED["CL"]))


def test_ids_follow_from_codes_so_that_an_added_row_changes_no_other() -> None:
    longer = deepcopy(SHIPPED["CL"])
    longer["rows"].insert(0, {**longer["rows"][0], "code": "NEW 1"})
    longer["rows"].insert(0, {**longer["rows"][0], "code": "NEW/1"})
    before, after = (
        {each.get("id") for each in etree.fromstring(write(one)).iter()} for one in (SHIPPED["CL"], longer)
    )
    assert after - before == {"rule_CL_NEW_1", "rule_CL_NEW_1..2"}
    assert before <= after


def test_an_exported_decision_requires_what_its_inputs_ask_for() -> None:
    root = etree.fromstring(write(SHIPPED["CL"]))
    space = {"d": etree.QName(root).namespace}
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    required = {each.get("href").removeprefix("#") for each in root.findall(".//d:requiredInput", space)}
    data = {each.get("id"): each.get("name") for each in root.findall("d:inputData", space)}
    asked = [each.findtext("d:inputExpression/d:text", None, space) for each in root.findall(".//d:input", space)]
    assert required == set(data)
    assert list(data.values()) == asked == [column["key"] for column in SHIPPED["CL"]["columns"]]


NUMBERS = st.decimals(-999, 999, places=2).map(lambda number: f"{number:f}")
SENTENCES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=12).map(str.strip)


@st.composite
def number_cells(draw: st.DrawFn) -> str:
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        low, high = sorted((Decimal(draw(NUMBERS)), Decimal(draw(NUMBERS))))
        sign = draw(st.sampled_from(["", "= ", "< ", "<= ", "> ", ">= ", "≥"]))
        brackets = draw(st.sampled_from(["[]", "[)", "(]", "()"] if low < high else ["[]"]))
        parts.append(
            draw(st.sampled_from([f"{sign}{low}", f"{brackets[0]}{low}..{high}{brackets[1]}", f"{low}..{high}"]))
        )
    return ", ".join(parts)


def text_cells() -> st.SearchStrategy[str]:
    lists = st.lists(SENTENCES.filter(lambda text: text != ""), min_size=1, max_size=3).map(", ".join)
    return st.one_of(lists.map("in {}".format), lists.map("not in {}".format), lists).filter(readable)


def readable(cell: str) -> bool:
    with suppress(PolicyError):
        return parse_cell(cell, "text") is not None
    return False


CELLS = {
    "money": number_cells(),
    "pct": number_cells(),
    "text": text_cells(),
    "flag": st.sampled_from(["true", "false"]),
}


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    columns = [{"key": f"{kind}_{place}", "type": kind, "zh": "列", "en": "Column"} for place, kind in enumerate(CELLS)]
    outputs = st.dictionaries(
        st.sampled_from(["band", "zh", "说明", "a b", "a/b"]), st.text(st.characters(codec="utf-8"), max_size=20)
    )
    rows = [
        {
            "code": f"R-{number}",
            "cells": {each["key"]: draw(CELLS[each["type"]]) for each in columns if draw(st.booleans())},
            "outputs": draw(outputs), "rationale_zh": draw(SENTENCES), "rationale_en": draw(SENTENCES),
        }
        for number in range(draw(st.integers(0, 4)))
    ]  # fmt: skip
    policy = draw(st.sampled_from(["unique", "any", "first", "collect"]))
    return {"code": "T/1", "kind": "band", "hit_policy": policy, "title_zh": "表", "title_en": "<T> & 'x'",
            "columns": columns, "rows": rows, "routing": {}}  # fmt: skip


@given(tables())
@settings(max_examples=30, deadline=None)
def test_random_tables_come_back_word_for_word(random: dict[str, Any]) -> None:
    [decision] = read(write(random))
    assert replace_rows(random, decision) == random


@given(tables())
@settings(max_examples=30, deadline=None)
def test_random_tables_mean_the_same_where_nothing_of_them_was_there(random: dict[str, Any]) -> None:
    [decision] = read(write(random))
    back = replace_rows({**random, "rows": []}, decision)
    kinds = {each["key"]: each["type"] for each in random["columns"]}
    for one, other in zip(random["rows"], back["rows"], strict=True):
        for key, kind in kinds.items():
            assert meaning(one["cells"].get(key, ""), kind) == meaning(other["cells"].get(key, ""), kind)
        assert {**one, "cells": {}} == {**other, "cells": {}}


def meaning(cell: str, kind: str) -> Any:
    parsed = parse_cell(cell, kind)
    return parsed and (parsed.intervals, parsed.values, parsed.negated)


@given(number_cells(), NUMBERS)
@settings(max_examples=100, deadline=None)
def test_a_condition_holds_where_its_cell_does(cell: str, value: str) -> None:
    parsed = parse_cell(cell, "number")
    assert parsed is not None
    condition = condition_of(unary_test(cell, "number"))
    near = [Decimal(value), *(each.low for each in parsed.intervals if each.low is not None)]
    assert [parsed.test(each) for each in near] == [condition.holds(each, {}) for each in near]


@pytest.mark.parametrize(
    ("feel", "kind", "cell"),
    [
        ("-", "number", ""),
        ("]15..30[", "number", "(15..30)"),
        ("[15..30)", "number", "[15..30)"),
        ("<18,>=60", "number", "< 18, >= 60"),
        ("1,500", "number", "1, 500"),
        ("0,[1..100000]", "number", "= 0, [1..100000]"),
        ("-7,>20", "number", "= -7, > 20"),
        ('"A","B"', "text", "in A, B"),
        ('not("A")', "text", "not in A"),
        ('"A B","6008/1","> 5"', "text", 'in "A B", "6008/1", "> 5"'),
        ("true", "flag", "true"),
    ],
)
def test_unary_tests_become_cells(feel: str, kind: str, cell: str) -> None:
    assert cell_for(condition_of(feel), kind) == cell
    assert wrong_cell(kind, cell) is None


@pytest.mark.parametrize(
    ("cell", "kind", "feel"),
    [("10..20", "money", "[10..20]"), ("(1..2]", "pct", "(1..2]"), ("= 5", "days", "5"), ("≥ 15 %", "pct", ">= 15"),
     ("not in A, B", "text", 'not("A", "B")'), ("A", "text", '"A"'), ("", "flag", "-")],
)  # fmt: skip
def test_cells_become_unary_tests(cell: str, kind: str, feel: str) -> None:
    assert unary_test(cell, kind) == feel


@pytest.mark.parametrize(
    "feel",
    [
        '"a,b"',
        "foo",
        '"a，b"',
        "null",
        '> "a"',
        '["a".."b"]',
        '@"2026-01-01"',
        'starts with("a")',
        '" a"',
        '"a" or "b"',
    ],
)
def test_what_a_cell_cannot_say_is_refused(feel: str) -> None:
    with pytest.raises(PolicyError):
        cell_for(condition_of(feel), "text")


def imported(*rules: list[str], inputs: tuple[str, ...] = ("exposure_unsecured_group:number",), policy: str = "UNIQUE",
             outputs: tuple[str, ...] = ("row", "band")) -> dict[str, Any]:  # fmt: skip
    [decision] = read(definitions(table("CL", inputs, outputs, rules, policy)))
    return replace_rows(SHIPPED["CL"], decision)


def test_rows_without_annotations_keep_the_rationale_and_the_wording_of_their_code() -> None:
    row = next(
        each for each in SHIPPED["CL"]["rows"] if each["cells"].get("exposure_unsecured_group") == "(100000..300000]"
    )
    [kept, new] = imported(["]100000..300000]", f'"{row["code"]}"', '"X"'], ["> 20000", '"NEW"', '"Y"'])["rows"]
    assert (kept["rationale_zh"], kept["rationale_en"]) == (row["rationale_zh"], row["rationale_en"])
    assert kept["cells"] == {"exposure_unsecured_group": "(100000..300000]"}
    assert (new["cells"], new["rationale_en"]) == ({"exposure_unsecured_group": "> 20000"}, "")


def test_rule_order_is_a_collecting_table() -> None:
    assert imported(["-", '"A"', '"X"'], policy="RULE ORDER")["hit_policy"] == "collect"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"policy": "COLLECT+COUNT", "outputs": ("band",), "rules": [["-", '"X"']]}, "does not aggregate"),
        ({"policy": "PRIORITY", "outputs": ('band=="X"',), "rules": [["-", '"X"']]}, "no hit policy PRIORITY"),
        ({"outputs": ('band="X"',), "rules": [["-", '"X"']]}, "no default output"),
        ({"outputs": ("",), "rules": [["-", '"X"']]}, "needs a name"),
        ({"rules": [["-", '"A"', '"X"'], ["-", '"A"', '"Y"']]}, "Several rows have the code A"),
        ({"rules": [["not(5)", '"A"', '"X"']]}, r"rule 1, exposure_unsecured_group: Write the condition without not"),
        ({"rules": [["null", '"A"', '"X"']]}, "rule 1, exposure_unsecured_group: .*null does not fit"),
        ({"inputs": ("grade:string",), "rules": [['"a,b"', '"A"', '"X"']]}, "rule 1, grade: .*no comma"),
        ({"inputs": ("other:number",), "rules": [["-", '"A"', '"X"']]}, "no column other"),
        ({"inputs": ("grade", "grade"), "rules": [["-", "-", '"A"', '"X"']]}, "in one column only"),
        ({"outputs": ("row", "Band"), "rules": [["-", '"A"', '"X"']]}, "no output Band"),
        ({"outputs": ("row",), "rules": [["-", '"A"']]}, "Every row of table CL says band"),
        ({"inputs": ("grade:number",), "rules": [["5", '"A"', '"X"']]}, "5 does not fit a column of type text"),
    ],
)
def test_what_a_policy_table_cannot_say_is_refused_by_name(said: dict[str, Any], message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        imported(*said.pop("rules"), **said)


def test_an_output_of_every_row_is_blank_where_the_file_says_nothing() -> None:
    [row] = imported(["-", '"A"', "null"])["rows"]
    assert row["outputs"] == {"band": ""}


def test_an_output_that_the_table_does_not_know_is_refused_in_both_languages() -> None:
    file = write(SHIPPED["AUTH"]).replace(b'name="ceiling"', b'name="Ceiling"')
    [decision] = read(file)
    with pytest.raises(PolicyError) as caught:
        replace_rows(SHIPPED["AUTH"], decision)
    assert (caught.value.en, caught.value.zh) == ("Table AUTH has no output Ceiling.", "表 AUTH 没有输出 Ceiling。")


@pytest.mark.parametrize(("hit_policy", "output"), [("priority", "band"), ("unique", "row")])
def test_what_dmn_cannot_say_is_not_exported(hit_policy: str, output: str) -> None:
    changed = {**deepcopy(SHIPPED["CL"]), "hit_policy": hit_policy}
    changed["rows"][0]["outputs"][output] = "x"
    with pytest.raises(PolicyError, match="DMN"):
        write(changed)

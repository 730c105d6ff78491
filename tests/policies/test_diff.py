"""What one content of the policy tables changes against another, and what may be written into a field."""

import copy

import pytest

from policies.rules.diff import diff, sentences
from policies.rules.grid import fields, get, put, wrong
from policies.seed import default_content


@pytest.fixture(scope="module")
def shipped():
    return default_content()


def table(content, code):
    return next(each for each in content["tables"] if each["code"] == code)


def changed(shipped, code, change):
    after = copy.deepcopy(shipped)
    change(table(after, code))
    return diff(shipped, after)


def test_equal_contents_differ_in_nothing(shipped):
    assert diff(shipped, copy.deepcopy(shipped)) == []


def test_a_changed_cell_is_named_with_both_values_and_its_column(shipped):
    def tighten(es):
        es["rows"][0]["cells"]["over_formula_pct"] = "> 10"

    (change,) = changed(shipped, "ES", tighten)
    (row,) = change.rows
    assert (change.mark, row.mark, row.code, row.after) == ("~", "~", "ES-1", 1)
    assert [(f.field.name, f.before, f.after) for f in row.fields] == [("in.over_formula_pct", "> 20", "> 10")]
    ((mark, zh, en),) = sentences([change])
    assert mark == "~"
    assert "> 20 → > 10" in zh
    assert "ES-1: " in en


def test_added_removed_and_moved_rows_are_told_apart(shipped):
    def rearrange(chains):
        rows = chains["rows"]
        rows.append({**rows[0], "code": "CL-9", "outputs": {"chain": "SM → CC → CFO"}})
        del rows[1]
        rows.insert(0, rows.pop(5))

    (change,) = changed(shipped, "CHAIN", rearrange)
    first, second, sixth = (table(shipped, "CHAIN")["rows"][n]["code"] for n in (0, 1, 6))
    assert {(row.kind, row.code) for row in change.rows} == {("added", "CL-9"), ("removed", second), ("moved", sixth)}
    assert first not in {row.code for row in change.rows}


def test_a_row_that_moved_and_says_something_else_shows_both(shipped):
    """Where the first row that holds decides, a move behind a change of wording would be a change that nobody reads."""

    def rearrange(caps):
        caps["rows"].insert(0, {**caps["rows"].pop(3), "rationale_en": "Because."})

    (change,) = changed(shipped, "CAP", rearrange)
    (row,) = change.rows
    assert (row.kind, row.moved, row.before, row.after) == ("changed", True, 4, 1)
    ((_mark, zh, en),) = sentences([change])
    assert "第 4 行 → 第 1 行；" in zh
    assert "row 4 → row 1; rationale in English any → Because." in en


def test_an_added_row_says_its_place_because_the_first_that_holds_may_decide(shipped):
    new = {"code": "CAP-NEW", "cells": {}, "outputs": {"grade": "B"}, "rationale_zh": "", "rationale_en": ""}
    (change,) = changed(shipped, "CAP", lambda caps: caps["rows"].insert(1, new))
    ((mark, zh, en),) = sentences([change])
    assert mark == "+"
    assert "CAP-NEW：第 2 行；" in zh
    assert "CAP-NEW: row 2; " in en


def test_a_row_that_only_got_another_code_is_renamed_and_not_replaced(shipped):
    (change,) = changed(shipped, "KO", lambda ko: ko["rows"][0].update(code="KO-1a"))
    (row,) = change.rows
    assert (row.kind, row.code, row.fields[0].after) == ("changed", "KO-1", "KO-1a")


def test_columns_settings_and_whole_tables_count_too(shipped):
    def widen(band):
        band["columns"].append({"key": "tier", "type": "number", "zh": "星级", "en": "stars"})
        band["hit_policy"] = "first"

    (change,) = changed(shipped, "CL", widen)
    assert [(c.field.name, c.after) for c in change.columns] == [("in.tier", "in.tier")]
    assert [(c.field.name, c.before, c.after) for c in change.settings] == [("hit_policy", "unique", "first")]
    without = {"tables": [t for t in shipped["tables"] if t["code"] != "KO"]}
    assert [(c.code, c.kind) for c in diff(shipped, without)] == [("KO", "removed")]
    assert [(c.code, c.kind) for c in diff(without, shipped)] == [("KO", "added")]
    assert len(diff(without, shipped)[0].rows) == 8


def test_everything_that_is_shipped_can_be_read_and_written_back_unchanged(shipped):
    for each in shipped["tables"]:
        for field in fields(each):
            for row in each["rows"]:
                said = get(row, field.name)
                assert wrong(field, said) is None, (each["code"], row["code"], field.name, said)
                assert put(each, row, field.name, said) == row


@pytest.mark.parametrize(
    ("code", "name", "text", "zh", "en"),
    [
        ("CL", "in.exposure_unsecured_group", "<= 100,000", "千位分隔符", "thousands separators"),
        ("CL", "in.exposure_unsecured_group", "20..10", "空的", "is empty"),
        ("CL", "in.exposure_unsecured_group", "about 5", "看不懂", "Cannot read"),
        ("CL", "in.grade", ">= A", "没有大小之分", "list the values"),
        ("CL", "in.grade", "in A,,B", "空值", "Empty value"),
        ("KO", "in.dishonest_record", "perhaps", "true", "true or false"),
        ("SLA", "out.sla_hours", "a day", "不是整数", "not a whole number"),
        ("AUTH", "out.ceiling", "plenty", "不是数字", "not a number"),
        ("CHAIN", "out.chain", "SM -> CC", "看不懂审批链", "Cannot read the approval chain"),
        ("CHAIN", "out.sla", "CC eight", "看不懂时限", "Cannot read the hours"),
        ("CL", "code", "a b", "不能作为编号", "cannot be a code"),
        ("CL", "why.zh", "x" * 2001, "最多", "At most"),
        ("CL", "why.zh", "a\x00b", "控制字符", "cannot be shown"),
    ],
)
def test_what_cannot_be_read_is_said_in_both_languages(shipped, code, name, text, zh, en):
    field = next(each for each in fields(table(shipped, code)) if each.name == name)
    said = wrong(field, text)
    assert said is not None
    assert zh in said[0]
    assert en in said[1]


@pytest.mark.parametrize("text", ["", "-", ">= 15 %", "10..20", "[10..20)", "≥ 15", "< 18, >= 60"])
def test_owners_write_numbers_in_many_ways(shipped, text):
    field = next(each for each in fields(table(shipped, "ES")) if each.name == "in.over_formula_pct")
    assert wrong(field, text) is None


def test_a_blank_output_stays_where_blank_says_something_and_goes_where_it_does_not(shipped):
    auth, chains = table(shipped, "AUTH"), table(shipped, "CHAIN")
    assert put(auth, auth["rows"][0], "out.ceiling", "")["outputs"]["ceiling"] == ""
    assert "sla" not in put(chains, chains["rows"][0], "out.sla", "")["outputs"]

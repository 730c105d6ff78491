"""Checks of policy tables: every finding has a counter-example, and brute force finds the same."""

import random
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from policies.rules.boxes import OTHER, Space, uncovered
from policies.rules.cells import PolicyError
from policies.rules.check import Finding, check, check_table
from policies.rules.pack import KindRules, build_pack
from policies.rules.plan import compile_plan
from policies.rules.structure import structure
from policies.rules.tables import Row, Table, parse_table
from policies.seed import default_content, default_pack
from tests.policies.facts import limit

COLUMNS = [
    {"key": "n", "type": "number", "zh": "数", "en": "number", "worse": "higher"},
    {"key": "d", "type": "days", "zh": "天", "en": "days", "worse": "lower"},
    {"key": "g", "type": "text", "zh": "级", "en": "grade"},
    {"key": "f", "type": "flag", "zh": "是", "en": "flag"},
]
LADDER = ["B-1", "B-2", "B-3"]


def table(hit_policy: str, *rows: tuple[dict[str, str], str]) -> Table:
    """A band table of these rows: (cells, band)."""
    stored = [
        {"code": f"R{number}", "cells": cells, "outputs": {"band": band}, "rationale_zh": "", "rationale_en": ""}
        for number, (cells, band) in enumerate(rows)
    ]
    routing = {"request_kind": "toy", "use": "band", "ladder": LADDER}
    return parse_table(
        {
            "code": "T", "kind": "band", "hit_policy": hit_policy, "title_zh": "", "title_en": "",
            "columns": COLUMNS, "rows": stored, "routing": routing,
        }
    )  # fmt: skip


def gaps(of: Table) -> list[Finding]:
    content = default_content()
    pack = build_pack(1, content)
    kind = KindRules((of,), (), (), (), (), of.column)
    object.__setattr__(pack, "kinds", {"toy": kind})
    object.__setattr__(pack, "approving", {"toy": frozenset({"SM"})})
    pack.chains.update(dict.fromkeys(LADDER, pack.chains["CL-1"]))  # type: ignore[attr-defined]
    return [finding for finding in check(pack) if finding.code == "gap"]


def codes(of: Table) -> set[str]:
    return {finding.code for finding in check_table(of)}


def test_the_default_policy_has_nothing_wrong() -> None:
    assert [finding for finding in check(default_pack()) if finding.blocking] == []


def test_a_gap_is_shown_with_facts_that_nothing_covers() -> None:
    found = gaps(table("unique", ({"n": "< 5"}, "B-1"), ({"n": "> 5"}, "B-2")))
    assert [finding.example["n"] for finding in found] == ["5"]


def test_between_two_whole_days_there_is_no_gap() -> None:
    assert not gaps(table("unique", ({"d": "<= 3"}, "B-2"), ({"d": ">= 4"}, "B-1")))


def test_a_value_that_no_row_names_is_pointed_out_but_does_not_block() -> None:
    found = gaps(table("unique", ({"g": "in A, B"}, "B-1")))
    assert [(finding.blocking, finding.example["g"]) for finding in found] == [(False, OTHER)]


def test_two_rows_that_hold_at_once() -> None:
    overlapping = [({"n": "<= 5", "f": "true"}, "B-1"), ({"n": "5..9"}, "B-2")]
    found = check_table(table("unique", *overlapping))
    assert [(finding.code, finding.rows, finding.example["n"]) for finding in found] == [("overlap", ("R0", "R1"), "5")]
    assert "conflict" in codes(table("any", *overlapping))
    assert "conflict" not in codes(table("any", ({"n": "<= 5"}, "B-1"), ({"n": "5..9"}, "B-1")))


def test_a_row_behind_earlier_ones_never_counts() -> None:
    hidden = table("first", ({"n": "<= 5"}, "B-1"), ({"n": "> 5"}, "B-2"), ({"n": "3..8"}, "B-3"))
    assert [(f.code, f.rows) for f in check_table(hidden) if f.code == "shadowed"] == [("shadowed", ("R2", "R0", "R1"))]


def test_worse_facts_must_not_ask_for_less() -> None:
    assert "eased" in codes(table("unique", ({"n": "<= 5"}, "B-2"), ({"n": "> 5"}, "B-1")))
    assert "eased" not in codes(table("unique", ({"n": "<= 5"}, "B-1"), ({"n": "> 5"}, "B-2")))
    # of days fewer are worse
    assert "eased" in codes(table("unique", ({"d": "<= 5"}, "B-1"), ({"d": "> 5"}, "B-2")))
    assert "eased" not in codes(table("unique", ({"d": "<= 5"}, "B-2"), ({"d": "> 5"}, "B-1")))


def test_of_rows_that_hold_together_the_highest_counts() -> None:
    assert "eased" not in codes(table("collect", ({}, "B-1"), ({"n": "> 5"}, "B-2")))
    assert "eased" in codes(table("collect", ({}, "B-1"), ({"n": "3..5"}, "B-2")))


BOUNDS = {
    "m": ["-2", "0", "1"], "p": ["-1.5", "0", "2.5"], "n": ["-2", "1", "3"], "d": ["0", "2", "2.5"], "c": ["-2", "1", "3"],
}  # fmt: skip
WIDE = [
    {"key": "m", "type": "money", "zh": "金额", "en": "amount", "worse": "higher"},
    {"key": "p", "type": "pct", "zh": "比例", "en": "share", "worse": "lower"},
    {"key": "n", "type": "number", "zh": "数", "en": "number", "worse": "higher", "least": "-1"},
    {"key": "d", "type": "days", "zh": "天", "en": "days", "worse": "lower"},
    {"key": "c", "type": "count", "zh": "次数", "en": "count", "worse": "higher"},
    {"key": "g", "type": "text", "zh": "级", "en": "grade"},
    {"key": "f", "type": "flag", "zh": "是", "en": "flag"},
]
HIT_POLICIES = ("unique", "any", "first", "collect", "priority")


def random_cell(chance: random.Random, key: str) -> str:
    """Any form that a cell of the column may have, blank ones often."""
    if chance.random() < 0.3:
        return ""
    if key == "f":
        return chance.choice(["true", "false"])
    if key == "g":
        listed = ", ".join(chance.sample(["A", "B", "Q"], chance.randint(1, 2)))
        return chance.choice([listed, f"in {listed}", f"not in {listed}"])
    low, high = sorted(chance.sample(BOUNDS[key], 2), key=Decimal)
    one = chance.choice(BOUNDS[key])
    return chance.choice(
        [f"{sign} {one}" for sign in ("<", "<=", ">", ">=", "=")]
        + [f"{opening}{low}..{high}{closing}" for opening in "[(" for closing in "])"]
        + [f"< {low}, >= {high}", f"{low}, {high}", f"<= {low}, ({low}..{high})"]
    )


def random_table(chance: random.Random) -> Table:
    """One to six rows over two or three columns of any kind with few bounds, so that much overlaps."""
    columns = chance.sample(WIDE, chance.choice([2, 2, 3]))
    rows = []
    for number in range(chance.randint(1, 6)):
        outputs = {"band": chance.choice(LADDER), "priority": str(chance.randint(1, 3))}
        cells = {column["key"]: random_cell(chance, column["key"]) for column in columns}
        rows.append({"code": f"R{number}", "cells": cells, "outputs": outputs, "rationale_zh": "", "rationale_en": ""})
    return parse_table(
        {
            "code": "T", "kind": "band", "hit_policy": chance.choice(HIT_POLICIES), "title_zh": "", "title_en": "",
            "columns": columns, "rows": rows, "routing": {"request_kind": "toy", "use": "band", "ladder": LADDER},
        }
    )  # fmt: skip


def values(key: str) -> list[Any]:
    """Around every bound that a cell may have, in ascending order, independent of the regions of `Space`."""
    if key in "gf":
        return ["A", "B", "Q", "Z"] if key == "g" else [False, True]
    if key in "dc":
        return [Decimal(number) for number in range(0 if key == "c" else -1, 5)]
    near = {Decimal(bound) + step * Decimal("0.125") for bound in BOUNDS[key] for step in (-1, 0, 1)}
    return sorted(number for number in near if key != "n" or number >= -1) + ([Decimal(-1)] if key == "n" else [])


def deciding(of: Table, facts: dict[str, Any]) -> list[Row]:
    """The rows that count for these facts."""
    held = [row for row in of.rows if row.holds(facts)]
    if of.hit_policy == "priority" and held:
        return [max(held, key=lambda row: int(row.outputs["priority"]))]
    return held[:1] if of.hit_policy == "first" else held


def faults(of: Table, held: dict[tuple[Any, ...], list[Row]]) -> set[str]:
    """What is wrong with a table by every point of it."""
    wrong = set()
    several = [rows for rows in held.values() if len(rows) > 1]
    if of.hit_policy == "unique" and several:
        wrong.add("overlap")
    if of.hit_policy == "any" and any(row.outputs != rows[0].outputs for rows in several for row in rows):
        wrong.add("conflict")
    keys = [column.key for column in of.columns]
    holding = {row.code for row in of.rows if any(row.holds(dict(zip(keys, point, strict=True))) for point in held)}
    if holding < {row.code for row in of.rows}:
        wrong.add("empty")
    if of.hit_policy in ("first", "priority") and holding - {row.code for rows in held.values() for row in rows}:
        wrong.add("shadowed")
    if any(eased(held, number, column.worse) for number, column in enumerate(of.columns) if column.worse):
        wrong.add("eased")
    return wrong


def eased(held: dict[tuple[Any, ...], list[Row]], number: int, worse: str) -> bool:
    """Whether any worse number lowers the highest band that is asked for, everything else being the same."""
    highest: dict[tuple[Any, ...], int] = {}
    for point in sorted(held, key=lambda point: point[number], reverse=worse == "lower"):
        if rows := held[point]:
            others = (*point[:number], *point[number + 1 :])
            level = max(LADDER.index(row.outputs["band"]) for row in rows)
            if level < highest.get(others, 0):
                return True
            highest[others] = level
    return False


def test_brute_force_over_a_thousand_random_tables_finds_the_same() -> None:
    chance = random.Random(20261122)
    seen: dict[str, int] = {}
    for _ in range(1000):
        of = random_table(chance)
        keys = [column.key for column in of.columns]
        points = product(*(sorted(set(values(key))) for key in keys))
        held = {point: deciding(of, dict(zip(keys, point, strict=True))) for point in points}
        wrong = faults(of, held)
        found = check_table(of)
        assert {each.code for each in found} == wrong, (
            of.hit_policy,
            [(row.conditions, row.outputs) for row in of.rows],
        )
        for each in found:
            prove(of, each)
        assert has_gap(of) == any(not rows for rows in held.values())
        for code in wrong:
            seen[code] = seen.get(code, 0) + 1
    assert min(seen.get(code, 0) for code in ("overlap", "conflict", "shadowed", "eased", "empty")) > 20, seen


def prove(of: Table, found: Finding) -> None:
    """The counter-example shows what the finding says."""
    if found.code in ("overlap", "conflict"):
        kinds = {column.key: column.kind for column in of.columns}
        facts = {key: fact(kinds[key], value) for key, value in found.example.items()}
        rows = {row.code: row for row in of.rows}
        assert all(rows[code].holds(facts) for code in found.rows), found


def fact(kind: str, value: str) -> Any:
    return {"flag": value == "true", "text": value}.get(kind) if kind in ("flag", "text") else Decimal(value)


def has_gap(of: Table) -> bool:
    space = Space.of(of.columns, of.rows)
    return bool(uncovered(space.whole, (space.box(row) for row in of.rows)))


def test_a_row_that_others_are_always_more_important_than_never_counts() -> None:
    stored = [
        {
            "code": code,
            "cells": cells,
            "outputs": {"band": "B-1", "priority": said},
            "rationale_zh": "",
            "rationale_en": "",
        }
        for code, cells, said in (("low", {"n": "3..8"}, "1"), ("high", {"n": "> 2"}, "2"))
    ]
    routing = {"request_kind": "toy", "use": "band", "ladder": LADDER}
    data = {
        "code": "T", "kind": "band", "hit_policy": "priority", "title_zh": "", "title_en": "", "columns": COLUMNS,
        "rows": stored, "routing": routing,
    }  # fmt: skip
    [found] = check_table(parse_table(data))
    assert (found.code, found.rows, found.en[:19]) == ("shadowed", ("low", "high"), "More important rows")
    assert "优先级更高的行" in found.zh
    stored[0]["outputs"]["priority"] = ""
    with pytest.raises(PolicyError, match="low needs a priority"):
        parse_table(data)


def test_a_table_by_priority_asks_each_row_for_one() -> None:
    content = default_content()
    next(table for table in content["tables"] if table["code"] == "TC")["hit_policy"] = "priority"
    assert {(each.code, each.field) for each in structure(content)} == {("unreadable", "out.priority")}


def test_bands_above_what_escalators_may_add_are_out_of_reach_and_block() -> None:
    content = default_content()
    tables = {table["code"]: table for table in content["tables"]}
    tables["CL"]["routing"]["ladder"] = [f"CL-{number}" for number in range(1, 6)]
    tables["CL"]["rows"] = [row for row in tables["CL"]["rows"] if row["outputs"]["band"] != "CL-5"]

    def unreachable(cap: int) -> set[tuple[str, ...]]:
        tables["ES"]["routing"]["cap"] = cap
        found = [each for each in check(build_pack(2, content)) if each.code == "unreachable" and each.blocking]
        return {each.rows for each in found if each.table == "CL"}

    assert unreachable(1) == set()
    assert unreachable(0) == {("CL-5",)}


@pytest.mark.parametrize("code", ["ES", "BL", "NO"])
def test_a_rule_without_conditions_and_words_holds_and_says_so(code: str) -> None:
    content = default_content()
    rules = next(table for table in content["tables"] if table["code"] == code)
    rules["rows"].append({"code": "NEW", "cells": {}, "outputs": {}, "rationale_zh": "", "rationale_en": ""})
    plan = compile_plan(build_pack(2, content), "credit", limit(80_000))
    said = {"ES": plan.escalators, "BL": plan.blocks, "NO": plan.notices}[code]
    assert [reason.en for reason in said if reason.code == "NEW"] == ["rule NEW always holds"]


@pytest.mark.parametrize("cell", ["<= 5, > 5", ""])
def test_a_cell_that_always_holds_leaves_no_gap(cell: str) -> None:
    assert not gaps(table("unique", ({"n": cell}, "B-1")))

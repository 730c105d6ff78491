"""Checks of policy tables: every finding has a counter-example, and brute force finds the same."""

import random
from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from policies.rules.boxes import OTHER, Space, uncovered
from policies.rules.check import Finding, check, check_table
from policies.rules.pack import KindRules, build_pack
from policies.rules.tables import Table, parse_table
from policies.seed import default_content, default_pack

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


def random_table(chance: random.Random) -> Table:
    """One to six rows over up to three columns with few bounds, so that much overlaps."""
    cells = {
        "n": ["", "<= 2", "> 2", "1..3", "(1..3]", "= 2", "< 1, >= 3"],
        "d": ["", "<= 3", "> 3", "2..4", ">= 4"],
        "g": ["", "A", "in A, B", "not in A"],
        "f": ["", "true", "false"],
    }
    rows = [
        ({key: chance.choice(choices) for key, choices in cells.items()}, chance.choice(LADDER))
        for _ in range(chance.randint(1, 6))
    ]
    return table(chance.choice(["unique", "any", "first", "collect"]), *rows)


def points(of: Table) -> Iterator[dict[str, Any]]:
    """Every combination of values around every bound, independent of the regions of `Space`."""
    quarter = Decimal("0.25")
    numbers = [quarter * step for step in range(17)]
    for n, d, g, f in product(numbers, map(Decimal, range(7)), ["A", "B", "Z"], [True, False]):
        yield {"n": n, "d": d, "g": g, "f": f}


def bands(of: Table, facts: dict[str, Any]) -> list[str]:
    """The bands that count for these facts: of the first row, of the highest, or of all that hold."""
    held = [row.outputs["band"] for row in of.rows if row.holds(facts)]
    if of.hit_policy == "first":
        return held[:1]
    return [max(held, key=LADDER.index)] if of.hit_policy == "collect" and held else held


def test_brute_force_over_a_thousand_random_tables_finds_the_same() -> None:
    chance = random.Random(20261122)
    seen: dict[str, int] = {}
    for _ in range(1000):
        of = random_table(chance)
        rows = list(of.rows)
        held = {tuple(facts.items()): bands(of, facts) for facts in points(of)}
        wrong = set()
        if of.hit_policy in ("unique", "any") and any(
            len(each) > 1 and (of.hit_policy == "unique" or len(set(each)) > 1) for each in held.values()
        ):
            wrong.add("overlap" if of.hit_policy == "unique" else "conflict")
        if of.hit_policy == "first":
            first = [
                next((number for number, row in enumerate(rows) if row.holds(dict(facts))), None) for facts in held
            ]
            if set(range(1, len(rows))) - set(first) - {0}:
                wrong.add("shadowed")
        if eased(held):
            wrong.add("eased")
        assert codes(of) - {"empty"} == wrong, [(row.code, row.conditions, row.outputs) for row in rows]
        assert has_gap(of) == any(not each for each in held.values())
        for code in wrong:
            seen[code] = seen.get(code, 0) + 1
    assert min(seen.get(code, 0) for code in ("overlap", "conflict", "shadowed", "eased")) > 30, (
        "too few tables with this fault to compare"
    )


def has_gap(of: Table) -> bool:
    space = Space.of(of.columns, of.rows)
    return bool(uncovered(space.whole, (space.box(row) for row in of.rows)))


def eased(held: dict[tuple[tuple[str, Any], ...], list[str]]) -> bool:
    """Whether a step to the next worse number lowers the band anywhere."""
    levels = {facts: [LADDER.index(band) for band in each] for facts, each in held.items()}
    for facts, here in levels.items():
        if not here:
            continue
        for key, step in (("n", Decimal("0.25")), ("d", Decimal(-1))):
            worse = tuple((name, value + step if name == key else value) for name, value in facts)
            there = levels.get(worse)
            if there and max(there) < max(here):
                return True
    return False


@pytest.mark.parametrize("cell", ["<= 5, > 5", ""])
def test_a_cell_that_always_holds_leaves_no_gap(cell: str) -> None:
    assert not gaps(table("unique", ({"n": cell}, "B-1")))

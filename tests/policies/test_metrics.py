"""Figures that a version works out itself, and asks for in its tables."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from policies.rules.cells import PolicyError
from policies.rules.check import check
from policies.rules.pack import Pack, build_pack
from policies.rules.plan import compile_plan
from policies.rules.replay import Judge
from policies.seed import default_content, default_pack
from tests.policies.facts import facts

TABLE = {
    "code": "METRIC", "kind": "metric", "hit_policy": "first", "title_zh": "派生指标", "title_en": "Derived metrics",
    "columns": [{"key": "signed_on", "type": "date", "zh": "签约日", "en": "signed on"},
                {"key": "ends_on", "type": "date", "zh": "到期日", "en": "ends on"}],
}  # fmt: skip


def metric(code: str, kind: str, expression: str, request_kind: str = "credit") -> dict[str, Any]:
    outputs = {"request_kind": request_kind, "type": kind, "expression": expression, "unit": "", "zh": code, "en": code}
    return {"code": code, "cells": {}, "outputs": outputs, "rationale_zh": "", "rationale_en": ""}


def pack(*rows: dict[str, Any], asks: str = "", cell: str = "", kind: str = "pct") -> Pack:
    """Version 1 with metrics, and a block that asks for one of them."""
    content = copy.deepcopy(default_content())
    content["tables"].append({**TABLE, "rows": list(rows)})
    if asks:
        blocks = next(each for each in content["tables"] if each["code"] == "BL")
        blocks["columns"].append({"key": asks, "type": kind, "zh": "占用率", "en": "use of the formula limit"})
        words = {"zh": f"占用率 {{{asks}}}", "en": f"Use is {{{asks}}}"}
        blocks["rows"].append(
            {"code": "BL-M", "cells": {asks: cell}, "outputs": words, "rationale_zh": "", "rationale_en": ""}
        )
    return build_pack(2, content)


USE = metric("use_pct", "pct", "percent(limit_requested, limit_formula)")


def test_a_table_may_ask_for_a_metric_like_for_any_fact() -> None:
    made = pack(USE, asks="use_pct", cell="> 90")
    plan = compile_plan(made, "credit", facts(limit_requested=Decimal(190_000), limit_formula=Decimal(200_000)))
    assert [(block.code, block.en, block.values) for block in plan.blocks] == [
        ("BL-M", "Use is 95 %", {"use_pct": "95"})
    ]
    assert not compile_plan(made, "credit", facts()).blocks
    assert [finding.sentence for finding in check(made) if finding.blocking] == []


def test_a_figure_that_the_caller_sends_for_a_metric_is_not_trusted() -> None:
    made = pack(USE, asks="use_pct", cell="> 90")
    assert not compile_plan(made, "credit", facts(use_pct=Decimal(99))).blocks


def test_metrics_may_use_derived_facts_and_each_other_in_any_order() -> None:
    made = pack(
        metric("double_over", "pct", "2 * over_by"), metric("over_by", "pct", "max(over_formula_pct, 0)"),
        asks="double_over", cell="= 100",
    )  # fmt: skip
    known = facts(limit_requested=Decimal(300_000), limit_formula=Decimal(200_000))
    assert [block.code for block in compile_plan(made, "credit", known).blocks] == ["BL-M"]


def test_an_unknown_metric_holds_no_row() -> None:
    made = pack(USE, asks="use_pct", cell="> 0")
    assert not compile_plan(made, "credit", facts(limit_formula=Decimal(0))).blocks


def test_a_metric_of_days_counts_from_stored_and_from_fresh_dates() -> None:
    from datetime import date

    made = pack(metric("running", "days", "days(signed_on, ends_on)"), asks="running", cell="> 30", kind="days")
    known = facts(signed_on=date(2026, 1, 1), ends_on="2026-03-01")
    assert [block.code for block in compile_plan(made, "credit", known).blocks] == ["BL-M"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([metric("x", "money", "limit_requestd")], "METRIC, row x: Column 1: There is no “limit_requestd”; "
         "did you mean “limit_requested”?"),
        ([metric("x", "money", "grade")], "row x: The expression is text, not money"),
        ([metric("x", "sum", "1")], "Unknown type 'sum'"),
        ([metric("X 1", "money", "1")], "named like a fact"),
        ([metric("x", "number", "y + 1"), metric("y", "number", "x + 1")], "Metrics that need each other: x, y."),
        ([metric("x", "number", "x + 1")], "Metrics that need each other: x."),
        ([metric("x", "number", "1", request_kind="holiday")], "No table routes requests of kind holiday."),
        ([metric("grade", "pct", "1 %")], "row grade: It is pct, but a table asks for it as text."),
    ],
)  # fmt: skip
def test_a_metric_that_cannot_be_is_refused_with_its_row(rows: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(PolicyError) as raised:
        pack(*rows)
    assert said in str(raised.value)


def test_a_replay_works_metrics_out_again_from_stored_facts() -> None:
    before, after = default_pack(), pack(USE, asks="use_pct", cell="> 90")
    stored = {key: str(value) if isinstance(value, Decimal) else value for key, value in facts().items()}
    near = {**stored, "limit_requested": "190000"}
    judge = Judge(after, before)
    assert judge.path("credit", stored).blocks == ()
    assert judge.path("credit", near).blocks == ("BL-M",)


def test_a_metric_says_what_it_came_to_and_why() -> None:
    made = pack(metric("thin", "flag", 'limit_requested > 2 * limit_formula or grade = "C"'))
    metrics = made.kinds["credit"].metrics
    assert metrics is not None
    known = metrics.derive(facts(limit_requested=Decimal(500_000), grade=None))
    (reason,) = (each.reason(known) for each in metrics.all)
    above = "thin yes (requested limit 500,000 > (2 * limit_formula) 400,000: yes; "
    assert reason.en == above + 'credit grade unknown = "C": unknown)'
    assert reason.values == {"thin": "true"}

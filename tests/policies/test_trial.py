"""Trying a version: what somebody writes as an example becomes facts, whatever it is."""

from decimal import Decimal

import pytest

from policies.rules.pack import build_pack
from policies.seed import default_content, default_pack
from policies.trial import outcome, primary, read


def test_a_difference_or_a_share_becomes_two_amounts_that_have_it():
    assert primary({"over_formula_pct": "25"}) == {"limit_formula": "100000", "limit_requested": "125000"}
    assert primary({"over_formula": "5000", "limit_requested": "20000"})["limit_formula"] == "15000"
    assert primary({"term_over_std": "15", "term_std": "45"})["term_requested"] == "60"
    assert primary({"over_formula": "5000", "limit_requested": "", "limit_formula": ""})["limit_requested"] == "105000"


@pytest.mark.parametrize(
    "given",
    [
        {"over_formula_pct": "-100", "limit_requested": "5"}, {"over_formula": "Infinity"}, {"over_formula": "NaN"},
        {"over_formula": "1", "limit_requested": "many"}, {"over_formula_pct": "1", "limit_formula": "sNaN"},
        {"term_over_max": "1e999999"}, {"over_formula": "5000", "limit_formula": "1e400"},
    ],
)  # fmt: skip
def test_an_example_that_no_two_amounts_have_is_left_out(given):
    pack = default_pack()
    _shown, facts = read([pack], "credit", given, fill=True)
    assert all(fact.is_finite() for fact in facts.values() if isinstance(fact, Decimal))
    assert outcome(pack, "credit", facts)


def test_a_role_that_only_the_draft_knows_is_shown_by_its_code():
    content = default_content()
    tables = {table["code"]: table["rows"] for table in content["tables"]}
    for code in ("ROLES", "SLA"):
        tables[code].append({**next(row for row in tables[code] if row["code"] == "RD"), "code": "XX"})
    for row in tables["CHAIN"]:
        row["outputs"]["chain"] = "XX" if row["code"].startswith("SP-") else row["outputs"]["chain"]
    pack = build_pack(2, content)
    shown = outcome(pack, "special_price", read([pack], "special_price", {"extra_points": "1"}, fill=True)[1])
    assert {step["role"] for step in shown["steps"]} == {"XX"}

"""Hit policies, missing facts, and the shipped tables."""

import json
from decimal import Decimal

import pytest

from policies.rules.cells import PolicyError, parse_cell
from policies.rules.pack import build_pack, parse_chain
from policies.rules.tables import parse_table
from policies.rules.wording import condition_words
from policies.seed import DATA, default_content, default_pack


def table(hit_policy, rows):
    columns = [
        {"key": "age", "type": "number", "zh": "年龄", "en": "age"},
        {"key": "risk", "type": "text", "zh": "风险", "en": "risk"},
    ]
    stored = [
        {"code": code, "cells": cells, "outputs": outputs, "rationale_zh": "", "rationale_en": ""}
        for code, cells, outputs in rows
    ]
    return parse_table(
        {
            "code": "T",
            "kind": "band",
            "hit_policy": hit_policy,
            "title_zh": "",
            "title_en": "",
            "columns": columns,
            "rows": stored,
        }
    )


ROWS = [
    ("young", {"age": "< 18"}, {"to": "no", "priority": "1"}),
    ("medium", {"risk": "Medium"}, {"to": "yes", "priority": "2"}),
]


def hits(hit_policy, facts):
    return [match.row_code for match in table(hit_policy, ROWS).evaluate(facts)]


def test_hit_policies_differ_when_two_rows_hold():
    both = {"age": Decimal(17), "risk": "Medium"}
    assert hits("first", both) == ["young"]
    assert hits("collect", both) == ["young", "medium"]
    assert hits("priority", both) == ["medium"]
    for refused in ("unique", "any"):
        with pytest.raises(PolicyError, match="young, medium"):
            hits(refused, both)


def test_rows_that_agree_are_one_answer_under_any():
    agreeing = [(code, cells, {"to": "yes"}) for code, cells, _ in ROWS]
    assert len(table("any", agreeing).evaluate({"age": 17, "risk": "Medium"})) == 1


def test_a_missing_fact_matches_no_cell_that_asks_for_it():
    assert hits("collect", {"risk": "Medium"}) == ["medium"]
    assert hits("collect", {"age": None, "risk": None}) == []


def test_a_match_says_why_with_the_actual_value_in_both_languages():
    reasons = table("collect", ROWS).evaluate({"age": Decimal(17)})[0].reasons
    assert [(reason.zh, reason.en) for reason in reasons] == [("年龄 17 < 18", "age 17 < 18")]


def test_a_condition_in_words_names_both_bounds():
    cell = parse_cell("(300000..1000000]", "money")
    assert condition_words("exposure", "money", cell, "en") == "exposure > 300,000 and ≤ 1,000,000"


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("> 15.25 %", "pct", "x > 15.25 %"), ("[2.125..3)", "number", "x ≥ 2.125 and < 3"), ("= 0.005", "money", "x = 0.005"),
        ("> 15.5", "pct", "x > 15.5 %"), ("<= 1", "days", "x ≤ 1 day"), ("> 1000000", "money", "x > 1,000,000"),
    ],
)  # fmt: skip
def test_a_threshold_in_words_keeps_its_decimals(text, kind, said):
    assert condition_words("x", kind, parse_cell(text, kind), "en") == said


def test_chains_are_read_as_written_in_the_matrix():
    assert parse_chain("SM → (RD ∥ CC ∥ LG) → CFO").stages == (("SM",), ("RD", "CC", "LG"), ("CFO",))
    assert parse_chain("").stages == ()
    with pytest.raises(PolicyError):
        parse_chain("SM → and so on")


def test_the_shipped_chains_are_those_of_the_domain():
    doa = json.loads((DATA / "defaults.json").read_text("utf-8"))["doa"]
    written = {
        row["code"]: row["chain"] for title, rows in doa.items() if title[:2] in ("CL", "TE", "TL") for row in rows
    }
    chains = default_pack().chains
    for code in set(written) & set(chains) - {"TE-1", "CL-0"}:  # what the domain says in words
        assert chains[code] == parse_chain(written[code]), code
    assert {"CL-1", "CL-2", "CL-3", "CL-4", "CL-5", "TE-1", "TE-2", "TE-3", "TE-4"} <= set(chains)


def test_every_escalator_of_the_domain_is_shipped():
    domain = {code for code, _ in json.loads((DATA / "defaults.json").read_text("utf-8"))["escalators"]}
    assert {row.outputs["code"] for row in default_pack().tables["ES"].rows} == domain


def test_the_digest_does_not_depend_on_the_order_of_keys_and_sees_every_cell():
    content = default_content()
    shuffled = json.loads(json.dumps(content, sort_keys=True))
    assert build_pack(1, shuffled).digest == build_pack(1, content).digest
    shuffled["tables"][0]["rows"][0]["cells"]["exposure_unsecured_group"] = "<= 100001"
    assert build_pack(1, shuffled).digest != build_pack(1, content).digest


def change(code, row, **outputs):
    content = default_content()
    for table in content["tables"]:
        if table["code"] == code:
            next(each for each in table["rows"] if each["code"] == row)["outputs"].update(outputs)
    return content


@pytest.mark.parametrize(
    "content",
    [
        change("CHAIN", "CL-1", chain="SM → XX"),
        change("CL", "CL-5", band="CL-6"),
        change("CHAIN", "CL-1", chain="whoever"),
    ],
)
def test_tables_that_do_not_fit_together_are_refused(content):
    with pytest.raises(PolicyError):
        build_pack(2, content)


def test_doa_scale_moves_every_amount_of_the_matrix():
    doubled = build_pack(2, change("PARAM", "doa_scale", value="2"))
    assert (
        doubled.tables["CL"]
        .evaluate(
            {"exposure_unsecured_group": Decimal(2_000_000), "over_formula": Decimal(0), "grade": "A", "ordinary": True}
        )[0]
        .outputs["band"]
        == "CL-3"
    )
    assert [rule.code for rule in doubled.required_documents(Decimal(200_000))] == [
        rule.code for rule in default_pack().required_documents(Decimal(100_000))
    ]
    ceilings = {(grant.request_kind, grant.role): grant.ceiling for grant in doubled.authority}
    assert ceilings["credit", "GM"] == Decimal(6_000_000)
    assert ceilings["tier_change", "CFO"] == 2, "levels are not amounts"


def test_documents_are_required_above_their_amount():
    pack = default_pack()
    assert "third_party_report" not in [rule.document for rule in pack.required_documents(Decimal(1_000_000))]
    assert "third_party_report" in [rule.document for rule in pack.required_documents(Decimal("1000000.01"))]

"""Cells, hit policies, missing facts, and the shipped tables."""

import json
from decimal import Decimal

import pytest

from policies.rules.cells import PolicyError, parse_cell
from policies.rules.doubts import CLOSED, wrong_cell
from policies.rules.pack import build_pack, parse_chain
from policies.rules.tables import parse_table
from policies.rules.wording import condition_words
from policies.seed import DATA, default_content, default_pack


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">= 15", ["15", "16"], ["14.99"]),
        ("≥ 15 %", ["15"], ["14.99"]),
        ("> 1", ["1.01"], ["1"]),
        ("<= 5", ["5", "-1"], ["5.01"]),
        ("< 5", ["4.99"], ["5"]),
        ("= 0", ["0", "0.00"], ["0.01"]),
        ("7", ["7"], ["8"]),
        ("10..20", ["10", "20"], ["9.99", "20.01"]),
        ("[10..20)", ["10", "19.99"], ["20"]),
        ("(10..20]", ["10.01", "20"], ["10"]),
        ("< 18, >= 60", ["17", "60"], ["18", "59"]),
        ("≥１５％", ["15"], ["14.99"]),
        ("10–20", ["10", "20"], ["9.99", "20.01"]),
        ("10 % ～ 20 %", ["10", "20"], ["9.99", "20.01"]),
        ("-20 至 -10", ["-20", "-10"], ["-9"]),
        ("（10..20］", ["10.01", "20"], ["10"]),
        ("<10；>= 20、= 15", ["9", "15", "20"], ["10", "16"]),
        ("> −5", ["-4.9"], ["-5"]),
        ("100、200", ["100", "200"], ["100200"]),
        ("5；100", ["5", "100"], ["5100"]),
        ("5;100", ["5", "100"], ["5100"]),
    ],
)
def test_a_number_cell_holds_exactly_inside_its_bounds(text, inside, outside):
    cell = parse_cell(text, "number")
    assert all(cell.test(Decimal(value)) for value in inside)
    assert not any(cell.test(Decimal(value)) for value in outside)


@pytest.mark.parametrize("text", ["", "-", "  ", "—", "－"])
def test_a_blank_cell_asks_nothing(text):
    assert parse_cell(text, "money") is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1,000,000", "money"),
        ("> ten", "money"),
        ("20..10", "days"),
        ("> 1 or so", "days"),
        ("yes", "flag"),
        ("in A,,B", "text"),
        ("> 1", "colour"),
        (">= 1e3", "money"),
    ],
)
def test_a_cell_that_cannot_be_read_is_refused(text, kind):
    with pytest.raises(PolicyError):
        parse_cell(text, kind)


@pytest.mark.parametrize(
    ("text", "kind", "right"),
    [
        ("=> 15", "pct", ">= 15"), ("15+", "pct", ">= 15"), ("..20", "pct", "<= 20"), ("≠ 5", "count", "< 5, > 5"),
        ("> .5", "number", "> 0.5"), ("[10, 20)", "number", "[10..20)"), ("> 10 and <= 20", "number", "(10..20]"),
        (">= 10 且 < 20", "number", "[10..20)"), ("> 5 天", "days", "without a unit"), ("> 5 万", "money", "without a unit"),
        ("20–10", "days", "smaller number comes first"), ("(5..5]", "days", "is empty"), ("~5", "days", "Write"),
        ("≤ 1,5", "number", "decimals with a point"), ("1,5..20", "number", "decimals with a point"),
        (".5", "number", "Write 0.5."), (">= 10 and <= 5", "number", "Write >= 15, 10..20 or"),
        ('in "A B", C D', "text", "by commas"), ('not in "A" B', "text", "quotes"), ('"A", > B', "text", "list the values"),
        ("> 10, < 20", "number", "Write a range as (10..20)"),
        ("> 0.15", "pct", "0.15 % or 15 %"), ("in", "text", "in A, B or not in A, B"), ("in A、、B", "text", "in A, B"),
        ("in “A, B", "text", "quotes"), ("≠ A", "text", "not in A, B"), ("not A", "text", "not in A, B"),
        ("in A B", "text", "by commas"), ("A/B", "text", "by commas"), (">= A", "text", "list the values"),
        ("1", "flag", "true or false"),
    ],
)  # fmt: skip
def test_a_cell_that_is_wrong_or_hardly_meant_says_what_would_be_right(text, kind, right):
    said = wrong_cell(kind, text, "grade")
    assert said is not None
    assert right in said[1]


@pytest.mark.parametrize(
    ("text", "typed"),
    [("> 5-10", "> 5-10"), ("100，200", "100，200"), ("<10；五", "五"), ("20–10", "20–10"), ("＞1，5天", "5天")],
)
def test_what_is_refused_is_quoted_as_it_was_typed(text, typed):
    assert all(typed in said for said in wrong_cell("number", text))


@pytest.mark.parametrize(
    "text",
    [
        "≥１５％",
        "10–20",
        "> 0.15 %",
        "<= 0.5%",
        "1, 5",
        "1,5",
        "< 18, >= 60",
        "< 1, = 5",
        "7, > 20",
        "< 18, 60",
        "< 18；60",
        "",
    ],
)
def test_a_cell_that_says_what_it_means_is_not_doubted(text):
    assert wrong_cell("pct", text) is None


@pytest.mark.parametrize(
    ("text", "values", "negated"),
    [
        ("in A、B", ("A", "B"), False), ("A；B", ("A", "B"), False), ("IN ＡＡ，Ｂ１", ("AA", "B1"), False),
        ("NOT IN A", ("A",), True), ("not in\nA,\nB", ("A", "B"), True), ("in “A”, 'B'", ("A", "B"), False),
        ('not in ("A", "B")', ("A", "B"), True), ("in（A，B）", ("A", "B"), False), ("inside", ("inside",), False),
    ],
)  # fmt: skip
def test_lists_are_read_however_a_keyboard_writes_them(text, values, negated):
    cell = parse_cell(text, "text")
    assert (cell.values, cell.negated) == (values, negated)
    assert all(cell.test(value) is not negated for value in values)


@pytest.mark.parametrize(
    ("text", "key", "values"),
    [
        ('in "A B", C', "grade", ("A B", "C")), ("not in “A/B”", "grade", ("A/B",)), ("'< 5'", "grade", ("< 5",)),
        ("in 6008/1, 6009", "extra_product", ("6008/1", "6009")), ("6008/1", "floor_product", ("6008/1",)),
        ("IN", "country", ("IN",)), ("in IN, US", "country", ("IN", "US")), ("In", "country", ("In",)),
    ],
)  # fmt: skip
def test_values_with_spaces_and_signs_are_taken_in_quotes_and_codes_with_a_slash_without(text, key, values):
    assert wrong_cell("text", text, key) is None
    assert parse_cell(text, "text").values == values


def test_the_facts_with_values_of_our_own_are_facts_of_the_shipped_tables():
    columns = {each["key"] for table in default_content()["tables"] for each in table["columns"]}
    assert columns >= CLOSED


def test_text_cells_list_what_is_in_and_what_is_not():
    assert parse_cell("in AAA, AA", "text").test("AA")
    assert not parse_cell("in AAA, AA", "text").test("A")
    assert parse_cell("not in AAA, AA", "text").test("A")
    assert parse_cell("= B", "text").test("B")


def test_doa_scale_multiplies_amounts_and_nothing_else():
    assert parse_cell("> 100", "money", Decimal(2)).test(Decimal(201))
    assert not parse_cell("> 100", "money", Decimal(2)).test(Decimal(200))
    assert parse_cell("> 100", "days", Decimal(2)).test(101)


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

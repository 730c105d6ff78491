"""What decision tables of DMN decide: hit policies, conditions, facts and required decisions, as the standard says."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from policies.rules.cells import PolicyError
from policies.rules.dmn import read, read_model
from policies.rules.dmn_feel import condition_of, value_of
from tests.policies.dmn_files import datum, definitions, table

D = Decimal
TERMS = ["Days:number", "Grade:string", "Insured:boolean"]
TERM_RULES = [
    ["<=30", '"A","B"', "true", '"grant"', '"open"'],
    [">30", "-", "-", '"refuse"', '"secured"'],
    ["-", '"C"', "-", '"grant"', '"secured"'],
]
BONUSES = [[">10", "1.25"], [">20", "3.10"], [">40", "2.05"], [">80", ".75"]]


def decide(drawn: str, facts: Mapping[str, Any]) -> Any:
    [decision] = read(definitions(drawn))
    return decision.evaluate(facts)


def terms(policy: str, days: int, grade: str) -> Any:
    outputs = ["Answer==" + '"grant", "refuse"', "How"]
    return decide(table("d", TERMS, outputs, TERM_RULES, policy), {"Days": days, "Grade": grade, "Insured": True})


GRANT, REFUSE = {"Answer": "grant", "How": "secured"}, {"Answer": "refuse", "How": "secured"}


def test_every_hit_policy_decides_as_the_standard_says() -> None:
    assert terms("FIRST", 60, "C") == REFUSE
    assert terms("PRIORITY", 60, "C") == GRANT
    assert terms("COLLECT", 60, "C") == terms("RULE ORDER", 60, "C") == [REFUSE, GRANT]
    assert terms("OUTPUT ORDER", 60, "C") == [GRANT, REFUSE]
    assert terms("UNIQUE", 30, "B") == terms("ANY", 30, "B") == terms("", 30, "B") == {"Answer": "grant", "How": "open"}


@pytest.mark.parametrize("policy", ["UNIQUE", "", "ANY"])
def test_a_violated_hit_policy_names_the_rules(policy: str) -> None:
    with pytest.raises(PolicyError, match="rules 2, 3 hold at once"):
        terms(policy, 60, "C")


def test_rules_that_agree_may_hold_at_once_only_under_any() -> None:
    rules = [["<18", "-", '"no"'], ["-", "true", '"no"'], [">=18", "false", '"yes"']]
    facts = {"Age": 17, "Barred": True}
    assert decide(table("d", ["Age:number", "Barred:boolean"], ["r"], rules, "ANY"), facts) == "no"
    with pytest.raises(PolicyError, match="rules 1, 2"):
        decide(table("d", ["Age:number", "Barred:boolean"], ["r"], rules, "UNIQUE"), facts)
    with pytest.raises(PolicyError, match="contradict"):
        decide(table("d", ["Age:number"], ["r"], [["-", "true"], ["-", "1"]], "ANY"), {"Age": 1})


@pytest.mark.parametrize(
    ("aggregation", "tons", "expected"),
    [("SUM", 50, D("6.40")), ("MIN", 90, D("0.75")), ("MIN", 30, D("1.25")), ("MAX", 90, D("3.10")),
     ("COUNT", 81, 4), ("COUNT", 10, 0), ("SUM", 10, None), ("MIN", 10, None), ("MAX", 10, None), ("", 10, [])],
)  # fmt: skip
def test_collect_combines_what_holds(aggregation: str, tons: int, expected: Any) -> None:
    drawn = table("d", ["Tons:number"], [""], BONUSES, f"COLLECT+{aggregation}")
    assert decide(drawn, {"Tons": tons}) == expected


def test_sums_are_exact_and_of_numbers_only() -> None:
    rules = [["-", "1000000000000000000000000000000000"], ["-", ".0000000000000000000000000000000001"], ["-", "-0.1"]]
    expected = D("999999999999999999999999999999999.9000000000000000000000000000000001")
    assert decide(table("d", ["a:number"], ["r"], rules, "COLLECT+SUM"), {"a": 1}) == expected
    with pytest.raises(PolicyError, match="rules 1, 2 have no outputs that SUM"):
        decide(table("d", ["a:number"], ["r"], [["-", '"x"'], ["-", '"y"']], "COLLECT+SUM"), {"a": 1})


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("UNIQUE", D(0)), ("FIRST", D(0)), ("COLLECT+MAX", D(0)), ("COLLECT+COUNT", D(0)), ("COLLECT", [D(0)])],
)
def test_the_default_output_stands_when_no_rule_holds(policy: str, expected: Any) -> None:
    assert decide(table("d", ["Age:number"], ["r=0"], [[">60", "3"]], policy), {"Age": 40}) == expected
    assert decide(table("d", ["Age:number"], ["r"], [[">60", "3"]]), {"Age": 40}) is None


@pytest.mark.parametrize(
    ("condition", "holds", "fails"),
    [
        ("]1..2[", ["1.5"], ["1", "2"]), ("(1..2)", ["1.5"], ["1", "2"]), ("[1..2]", ["1", "2"], ["2.01"]),
        ("[1..2)", ["1"], ["2"]), ("(1..2]", ["2"], ["1"]), ("[1..2[", ["1"], ["2"]), ("[-2..-.5]", ["-1"], ["-3"]),
        ("<18, >=60", ["17.99", "60"], ["18", "59"]), ("1,500", ["1", "500"], ["1500"]), ("= 5", ["5.0"], ["6"]),
        ("not(5, [7..9])", ["6"], ["5.00", "8"]), ("not(<5)", ["5"], ["4"]), ("1..2", [], []),
    ],
)  # fmt: skip
def test_conditions_on_numbers(condition: str, holds: list[str], fails: list[str]) -> None:
    if not holds:
        with pytest.raises(PolicyError):
            condition_of(condition)
        return
    read_one = condition_of(condition)
    assert all(read_one.holds(D(value), {}) for value in holds)
    assert not any(read_one.holds(D(value), {}) for value in [*fails])
    assert not read_one.holds(None, {})


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        ('"a, b", "c"', "a, b", True), ('"say \\"hi\\""', 'say "hi"', True), ('"\\u0041"', "A", True),
        ('not("A", "B")', "C", True), ('not("A")', "A", False), ('not("A")', None, True), ('"A"', None, False),
        ("null", None, True), ("not(null)", "x", True), ("true", True, True), ("true,false", False, True),
        ("not(true)", False, True), ('["b".."d"]', "c", True), ('> "b"', "a", False), ("-", None, True),
        ('>= date("2016-10-01")', date(2016, 10, 1), True), ('< @"2016-10-01"', date(2016, 10, 1), False),
        ('"  "', "  ", True), ('"\\U01F600"', "\U0001f600", True), ('"\\uD83D\\uDE00"', "\U0001f600", True),
        ("1", True, False), ('"1"', D(1), False),
    ],
)  # fmt: skip
def test_conditions_on_other_values(condition: str, value: Any, expected: bool) -> None:
    assert condition_of(condition).holds(value, {}) is expected


@pytest.mark.parametrize(
    "condition",
    ["High", "now()", 'starts with("a")', '"a" or "b"', "> null", "< true", "[5..1]", '[1.."b"]', "1 + 1", "5,", "? > 3",
     'date("2016-13-01")', '"open', '"\\d"', "[1,2]", "1e5", "9" * 35, "{a: 1}", '("a")', "not(not(1))", "!= 5"],
)  # fmt: skip
def test_other_conditions_are_refused(condition: str) -> None:
    with pytest.raises(PolicyError):
        condition_of(condition)


def test_conditions_can_name_other_facts() -> None:
    drawn = table(
        "d", ["offer.price:number"], ["r==" + '"in", "out"'],
        [["[low..high limit]", '"in"'], ["-", '"out"']], "PRIORITY",
    )  # fmt: skip
    data = [datum("offer"), datum("low", "number"), datum("high limit", "number")]
    [decision] = read(definitions(*data, drawn))
    facts = {"offer": {"price": D(9)}, "low": 9, "high limit": 10}
    assert decision.evaluate(facts) == "in"
    assert decision.evaluate({**facts, "high limit": 8}) == "out"
    assert decision.evaluate({**facts, "high limit": None}) == "out"
    assert decision.evaluate({}) == "out"


def test_a_condition_that_names_a_list_holds_for_what_is_in_it() -> None:
    drawn = table("d", ["Product:string"], ["r"], [["Known", "true"]])
    [decision] = read(definitions(datum("Known"), datum("Product", "string"), drawn))
    assert decision.evaluate({"Product": "rail", "Known": ["rail", "wire"]}) is True
    assert decision.evaluate({"Product": "pipe", "Known": ["rail", "wire"]}) is None


def test_days_are_compared_as_days() -> None:
    drawn = table("d", ["Due:date"], ["r"], [['> date("2016-10-01")', "true"], ['<= date("2016-10-01")', "false"]])
    assert decide(drawn, {"Due": date(2016, 11, 1)}) is True
    assert decide(drawn, {"Due": "2016-09-30"}) is False
    with pytest.raises(PolicyError, match="no day"):
        decide(drawn, {"Due": "soon"})


@pytest.mark.parametrize(
    ("value", "message"),
    [(1.5, "not float"), ("17", "must be a number"), (True, "must be a number"), (D("NaN"), "finite"), ([1], "list")],
)
def test_facts_of_another_type_are_refused(value: Any, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        decide(table("d", ["Age:number"], ["r"], [[">18", "true"]]), {"Age": value})


def test_a_value_that_the_column_does_not_list_is_refused() -> None:
    drawn = table("d", ['Risk:string="High", "Low"'], ["r"], [["-", "1"]])
    assert decide(drawn, {"Risk": "Low"}) == decide(drawn, {"Risk": None}) == 1
    with pytest.raises(PolicyError, match="Risk can only be"):
        decide(drawn, {"Risk": "low"})


def test_a_type_of_the_file_says_what_it_is_made_of_and_which_values_it_has() -> None:
    types = (
        '<itemDefinition name="tGrade"><typeRef>feel:string</typeRef><allowedValues><text>"A", "B"</text></allowedValues>'
        '</itemDefinition><itemDefinition name="tOurs"><typeRef>tGrade</typeRef></itemDefinition>'
    )
    [decision] = read(definitions(types, datum("Grade", "tOurs"), table("d", ["Grade"], ["r"], [["-", "1"]])))
    assert decision.evaluate({"Grade": "B"}) == decision.evaluate({}) == 1
    with pytest.raises(PolicyError, match='Grade can only be "A", "B", not "C"'):
        decision.evaluate({"Grade": "C"})
    with pytest.raises(PolicyError, match="Grade must be a string, not 5"):
        decision.evaluate({"Grade": 5})


def test_a_model_works_out_the_decisions_that_a_decision_requires() -> None:
    data = definitions(
        datum("Age", "number"),
        table("Days", ["Extra:number", "Age:number"], ["r"], [[">3", "-", '"many"'], ["<=3", "-", '"few"']]),
        table("Extra", ["Age:number"], ["r=0"], [[">=60", "5"], [">=45", "2"]], "COLLECT+MAX"),
        table("Loop", ["Pool:number"], ["r"], [["-", "1"]]),
        table("Pool", ["Loop:number"], ["r"], [["-", "1"]]),
        '<decision name="Total"><literalExpression><text>Extra + 22</text></literalExpression></decision>',
        table("Late", ["Total:number"], ["r"], [["-", "1"]]),
        '<decision name="Open"/>',
    )
    model = read_model(data)
    assert [each.name for each in model.decisions] == ["Days", "Extra", "Loop", "Pool", "Late"]
    assert model.evaluate("Days", {"Age": 61}) == "many"
    assert model.evaluate("Days", {"Age": 50}) == "few"
    assert model.evaluate("Days", {"Age": 61, "Extra": 1}) == "few"
    assert model.decision("Days").evaluate({"Age": 61, "Extra": 4}) == "many"
    with pytest.raises(PolicyError, match="Days needs the result of Extra"):
        model.decision("Days").evaluate({"Age": 61})
    with pytest.raises(PolicyError, match="requires itself"):
        model.evaluate("Loop", {})
    for name in ("Total", "Late"):
        with pytest.raises(PolicyError, match="Total: its logic \\(literalExpression\\) is no decision table"):
            model.evaluate(name, {"Age": 61})
    with pytest.raises(PolicyError, match="Open: it has no decision table"):
        model.evaluate("Open", {})
    with pytest.raises(PolicyError, match="no decision 'Else'"):
        model.evaluate("Else", {})


@pytest.mark.parametrize(
    ("drawn", "message"),
    [
        (table("d", ["a:number"], ["r"], [["1", "a + 1"]]), "d: rule 1: Only a number.*'a \\+ 1'"),
        (table("d", ["a:number"], ["r"], [["-", "1"], ["foo", "1"]]), "d: rule 2: a: .*'foo'"),
        (table("d", ["a:number"], ["r"], [['"x"', "1"]]), 'd: rule 1: a: "x" is not a number'),
        (table("d", ["a + 1:number"], ["r"], [["-", "1"]]), "expression 'a \\+ 1'"),
        (table("d", ["count(a):number"], ["r"], [["-", "1"]]), "expression 'count\\(a\\)'"),
        (table("d", ["a:dateTime"], ["r"], [["-", "1"]]), "the input a is a dateTime"),
        (table("d", [":number"], ["r"], [["-", "1"]]), "does not say which fact"),
        (table("d", ["a:number"], ["r"], [["-", "1"]], "BEST"), "the hit policy BEST is not"),
        (table("d", ["a:number"], ["r"], [["-", "1"]], "FIRST+SUM"), "the hit policy FIRST SUM is not"),
        (table("d", ["a:number"], ["r", "s"], [["-", "1", "2"]], "COLLECT+SUM"), "only a single output"),
        (table("d", ["a:number"], ["r", "r"], [["-", "1", "2"]]), "output r is there twice"),
        (table("d", ["a:number"], ["", "r"], [["-", "1", "2"]]), "outputs each need a name"),
        (table("d", ["a:number"], [], [["-"]]), "no output"),
        (table("d", ["a:number"], ["r"], [["-", "1"]], "PRIORITY"), "PRIORITY needs the values"),
        (table("d", ["a:number"], ["r==1, 2"], [["-", "3"]]), "rule 1: the result 3 is none of the values"),
        (table("d", ["a:number"], ["r"], [["-", "1", "2"]]), "rule 1 has 2 outputs instead of 1"),
        (table("d", ["a:number", "b:number"], ["r"], [["-"]]), "rule 1 has 1 conditions instead of 2"),
    ],
)  # fmt: skip
def test_what_a_table_may_not_say_is_refused_with_its_place(drawn: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        read(definitions(drawn))
    assert read_model(definitions(drawn)).refused.keys() == {"d"}


@pytest.mark.parametrize("feel", ['"a" "b"', "date(2016)", '@"x"'])
def test_a_result_is_one_value(feel: str) -> None:
    with pytest.raises(PolicyError):
        value_of(feel)

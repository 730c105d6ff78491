"""Cells: what they hold for, how they may be written, and what is said of those that cannot be read."""

from decimal import Decimal

import pytest

from policies.rules.cells import PolicyError, parse_cell
from policies.rules.doubts import CLOSED, wrong_cell
from policies.seed import default_content


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

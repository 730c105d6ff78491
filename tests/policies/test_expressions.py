"""Expressions of policy owners: exact, typed, three-valued, and harmless whatever is typed."""

from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.rules.cells import PolicyError
from policies.rules.expressions import FUNCTIONS, Expression, compile_expression
from policies.rules.expressions_tree import ExpressionError
from policies.rules.expressions_values import DIGITS, MOST_DIGITS
from policies.rules.tables import Column

KINDS = {
    "limit": "money", "formula": "money", "sales": "money", "margin": "pct", "share": "pct", "overdue": "days",
    "orders": "count", "ratio": "number", "grade": "text", "fresh": "flag", "listed": "flag", "start": "date",
    "end": "date",
}  # fmt: skip
COLUMNS = {key: Column(key, kind, f"「{key}」", key) for key, kind in KINDS.items()}
COLUMNS["ratio"] = Column("ratio", "number", "净资产", "net worth")
FACTS: dict[str, Any] = {
    "limit": Decimal(500_000), "formula": Decimal(400_000), "sales": Decimal(3), "margin": Decimal("12.5"),
    "share": Decimal(20), "overdue": 10, "orders": 7, "ratio": Decimal("1.5"), "grade": "A", "fresh": True,
    "listed": False, "start": date(2026, 2, 27), "end": "2026-03-01",
}  # fmt: skip


def value(text: str, **changes: Any) -> Any:
    return compile_expression(text, COLUMNS).value({**FACTS, **changes})


def kind(text: str) -> str:
    return compile_expression(text, COLUMNS).type


def error(text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as raised:
        compile_expression(text, COLUMNS)
    return raised.value


@pytest.mark.parametrize(
    ("text", "expected", "type_"),
    [
        ("limit - formula", Decimal(100_000), "money"),
        ("limit * 20 %", Decimal(100_000), "money"),
        ("limit × share", Decimal(100_000), "money"),
        ("2 * share", Decimal(40), "pct"),
        ("share * 50 %", Decimal(10), "pct"),
        ("limit / formula", Decimal("1.25"), "number"),
        ("percent(formula, limit)", Decimal(80), "pct"),
        ("round(percent(limit, sales), 2)", Decimal("16666666.67"), "pct"),
        ("round(2.5)", Decimal(3), "plain"),
        ("round(-2.5)", Decimal(-3), "plain"),
        ("round(limit, -6)", Decimal(1_000_000), "money"),
        ("1 / 3", Decimal("0." + "3" * 34), "plain"),
        ("0.1 + 0.2", Decimal("0.3"), "plain"),
        ("min(limit, formula) + max(sales, 1)", Decimal(400_003), "money"),
        ("sum(limit, formula, 1, -1)", Decimal(900_000), "money"),
        ("abs(formula - limit)", Decimal(100_000), "money"),
        ("orders * ratio", Decimal("10.5"), "number"),
        ("days(start, end)", Decimal(2), "days"),
        ("end - start + 1", Decimal(3), "days"),
        ("start + 2", date(2026, 3, 1), "date"),
        ('start < "2026-03-01" and end = "2026-03-01"', True, "flag"),
        ('grade in ("A", "AA")', True, "flag"),
        ('grade not in ("A", "AA")', False, "flag"),
        ('grade = "B" or not listed', True, "flag"),
        ('if(fresh, "new", grade)', "new", "text"),
        ("limit ≥ 500000 and margin ≠ 12", True, "flag"),
        ("（limit）＞ formula", True, "flag"),
        ("- -limit", Decimal(500_000), "money"),
        ("1 + 2 * 3 - 4 / 2", Decimal(5), "plain"),
        ("10 - 3 - 2", Decimal(5), "plain"),
        ("TRUE AND NOT FALSE", True, "flag"),
    ],
)
def test_an_expression_means_what_a_reader_expects(text: str, expected: Any, type_: str) -> None:
    assert (value(text), kind(text)) == (expected, type_)


@pytest.mark.parametrize("text", ["limit / (sales - 3)", "percent(limit, 0)", "start + 0.5", "start + 3000000"])
def test_what_has_no_value_is_unknown(text: str) -> None:
    assert value(text) is None


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("limt * 2", 1, "There is no “limt”; did you mean “limit”?"),
        ("limit + formulla", 9, "did you mean “formula”?"),
        ("limit + quite_another", 9, "There is no “quite_another”."),
        ("mix(limit, formula)", 1, "did you mean “min”?"),
        ("limit + share", 9, "An amount and a percentage cannot be added."),
        ("limit > grade", 9, "An amount and text cannot be compared."),
        ("limit * formula", 7, "An amount cannot be multiplied."),
        ("limit and fresh", 1, "Yes or no is expected here."),
        ("1 < 2 < 3", 7, "join them with and"),
        ("if(fresh, limit, grade)", 18, "cannot be alternatives"),
        ("round(limit, sales)", 14, "a whole number from 0 to 12"),
        ("abs()", 1, "Wrong number of arguments"),
        ("limit +", 8, "The expression is not complete."),
        ("limit . pk", 7, "Cannot read"),
        ("limit[0]", 6, "Cannot read"),
        ("LIMIT > 1", 1, "did you mean “limit”?"),
        ("ｌｉｍｉｔ > 1", 1, "did you mean “limit”?"),
        ("「limit」", 1, "Cannot read"),
        ("净资产 > 1", 1, "did you mean “ratio”?"),
        ("limit > 10万", 11, "“万” does not fit here."),
        ("limit => 5", 7, "Write “>=” instead of “=>”."),
        ("fresh && listed", 7, "Write “and”"),
        ("!fresh", 1, "Write “not”"),
        ("limit * 1e-3", 10, "does not fit here"),
        ("abs(grade)", 5, "Text cannot be taken without its sign."),
        ('limit = "5"', 9, "An amount and text cannot be compared."),
        ("limit < formula = fresh", 17, "join them with and"),
        ("(limit", 7, "“)” is expected here."),
        ("limit formula", 7, "“formula” does not fit here."),
        ("start > grade", 9, "A date and text cannot be compared."),
        ('start > "soon"', 9, "Write a day as 2026-01-31."),
        ("", 1, "not complete"),
        ("1" * 31, 1, "30 digits"),
        ("__import__('os')", 1, "There is no"),
        ("limit if fresh else 0", 7, "does not fit here"),
    ],
)
def test_a_mistake_is_explained_where_it_is(text: str, column: int, said: str) -> None:
    found = error(text)
    assert found.column == column
    assert said in found.en
    assert f"第 {column} 列" in found.zh


@pytest.mark.parametrize(
    "text",
    ["(" * 900 + "1" + ")" * 900, "-" * 1_900 + "1", "not " * 400 + "fresh", "+".join(["1"] * 900), "1" * 2_001,
     "if(" * 300, "sum(" + ",".join(["1"] * 300) + ")", "min(1," * 45 + "1" + ")" * 45],
)  # fmt: skip
def test_what_is_too_long_too_large_or_too_deep_is_refused(text: str) -> None:
    assert any(word in error(text).en for word in ("characters", "parts", "nested", "digits", "arguments"))


def test_a_figure_that_outgrows_every_account_is_unknown_and_never_hangs() -> None:
    text = " * ".join(["limit"] + ["9999999999"] * 30)
    assert value(text) is None
    assert value("limit + 1", limit=Decimal("1E+400")) is None
    assert value("limit > 1", limit=Decimal("1E+400")) is True


def test_a_fact_of_a_wrong_type_is_an_error_and_no_guess() -> None:
    for wrong in (1.5, "3", True, Decimal("NaN"), 10 ** (4 * MOST_DIGITS)):
        with pytest.raises(PolicyError):
            value("limit + 1", limit=wrong)


def test_each_comparison_says_what_it_compared() -> None:
    text = 'limit > formula * 1.2 and (grade in ("AA", "B") or overdue > 5)'
    leaves = compile_expression(text, COLUMNS).leaves({**FACTS, "overdue": None})
    assert [(leaf.en, leaf.holds) for leaf in leaves] == [
        ("limit 500,000 > (formula * 1.2) 480,000", True),
        ("grade A ∈ AA, B", False),
        ("overdue unknown > 5", None),
    ]
    assert leaves[2].zh == "「overdue」 未知 > 5"


def attempt(text: str, columns: dict[str, Column]) -> tuple[Expression | None, ExpressionError | None]:
    """Compiled or refused, and nothing else ever."""
    try:
        return compile_expression(text, columns), None
    except ExpressionError as refused:
        return None, refused


LETTERS = st.sampled_from(
    [*"()+-*/%,.<>=!\"' ≥“（", "limit", "grade", "and", "or", "not", "in", "if(", "1", "2.5", "9" * 29, "known("]
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(LETTERS, max_size=40).map(" ".join)))
def test_whatever_is_typed_is_either_compiled_or_explained(text: str) -> None:
    compiled, refused = attempt(text, COLUMNS)
    if refused is not None:
        assert 1 <= refused.column <= len(text) + 1
    if compiled is not None:
        compiled.value(FACTS)
        compiled.leaves(FACTS)


# A second, naive way to work out numbers: fractions for everything, rounded where the rules say so.
Tree = tuple[str, Fraction | bool | None]


def _quotient(one: Fraction, other: Fraction) -> Fraction | None:
    if not other:
        return None
    whole = one / other
    if not whole:
        return Fraction(0)
    power = 0
    while abs(whole) >= Fraction(10) ** power:
        power += 1
    while abs(whole) < Fraction(10) ** (power - 1):
        power -= 1
    unit = Fraction(10) ** (power - DIGITS)
    scaled = abs(whole) / unit
    rounded = int(scaled) + (scaled - int(scaled) >= Fraction(1, 2))
    return rounded * unit * (1 if whole > 0 else -1)


def _half_up(value: Fraction, digits: int) -> Fraction:
    scaled = abs(value) * 10**digits
    return Fraction(int(scaled) + (scaled - int(scaled) >= Fraction(1, 2)), 10**digits) * (1 if value > 0 else -1)


def _both(one: Any, other: Any, run: Any) -> Any:
    return None if one is None or other is None else run(one, other)


NAMES: dict[str, Fraction | None] = {
    "ratio": Fraction(3, 2), "orders": Fraction(7), "missing": None, "tiny": Fraction(1, 1000),
}  # fmt: skip
ORACLE_COLUMNS = {name: Column(name, "number", name, name) for name in NAMES}
ORACLE_FACTS = {
    "ratio": Decimal("1.5"), "orders": 7, "missing": None, "tiny": Decimal("0.001"),
}  # fmt: skip
numbers = st.one_of(
    st.decimals(0, 9_999, places=2, allow_nan=False).map(lambda d: (f"{d:f}", Fraction(d))),
    st.sampled_from(sorted(NAMES)).map(lambda name: (name, NAMES[name])),
)


def _grown(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    pair = st.tuples(inner, inner)

    def binary(sign: str, run: Any) -> st.SearchStrategy[Tree]:
        return pair.map(lambda two: (f"({two[0][0]} {sign} {two[1][0]})", _both(two[0][1], two[1][1], run)))

    def choice(parts: tuple[Tree, Tree, Tree]) -> Tree:
        left, right, other = parts
        holds = _both(left[1], right[1], lambda a, b: a < b)
        chosen = None if holds is None else left[1] if holds else other[1]
        return f"if({left[0]} < {right[0]}, {left[0]}, {other[0]})", chosen

    return st.one_of(
        binary("+", lambda a, b: a + b),
        binary("-", lambda a, b: a - b),
        binary("*", lambda a, b: a * b),
        binary("/", _quotient),
        pair.map(lambda two: (f"max({two[0][0]}, {two[1][0]})", _both(two[0][1], two[1][1], max))),
        inner.map(lambda one: (f"-{one[0]}", None if one[1] is None else -one[1])),
        inner.map(lambda one: (f"round({one[0]}, 2)", None if one[1] is None else _half_up(one[1], 2))),
        st.tuples(inner, inner, inner).map(choice),
    )


@settings(max_examples=300, deadline=None)
@given(st.recursive(numbers, _grown, max_leaves=8))
def test_numbers_agree_with_fractions(tree: Tree) -> None:
    text, expected = tree
    compiled, refused = attempt(text, ORACLE_COLUMNS)
    if compiled is None:
        assert refused is not None
        assert any(word in refused.en for word in ("nested", "parts", "characters"))
        return
    found = compiled.value(ORACLE_FACTS)
    if expected is not None and found is None:  # only a figure with more digits than are kept has no value
        assert len(str(abs(expected.numerator))) + len(str(expected.denominator)) > MOST_DIGITS // 2
        return
    assert (None if found is None else Fraction(found)) == expected


def test_the_white_list_is_all_there_is() -> None:
    assert set(FUNCTIONS) == {"min", "max", "sum", "abs", "round", "if", "known", "days", "percent"}
    assert Context(prec=DIGITS, rounding=ROUND_HALF_UP).divide(Decimal(2), Decimal(3)) == value("2 / 3")

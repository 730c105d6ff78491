"""What expressions say when something is not known: nothing that was not decided by what is."""

from decimal import Decimal
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.rules.expressions import compile_expression
from tests.policies.test_expressions import COLUMNS, FACTS, value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("limit > 1", None),
        ("limit > 1 and listed", False),
        ("listed and limit > 1", False),
        ("limit > 1 or fresh", True),
        ("limit > 1 or listed", None),
        ("not (limit > 1)", None),
        ("limit = limit", None),
        ("limit * 0", None),
        ("if(limit > 1, 1, 1)", None),
        ("if(fresh, 1, limit / limit)", Decimal(1)),
        ("known(limit)", False),
        ("known(grade) and not known(limit + 1)", True),
        ("min(limit, formula)", None),
    ],
)
def test_what_is_not_known_is_not_guessed(text: str, expected: Any) -> None:
    assert value(text, limit=None) == expected


THREE: tuple[bool | None, ...] = (False, None, True)  # from false to true: "and" is the lower, "or" the higher


@pytest.mark.parametrize("one", THREE)
@pytest.mark.parametrize("other", THREE)
def test_what_is_unknown_stays_so_unless_the_other_side_decides(one: bool | None, other: bool | None) -> None:
    facts = {"fresh": one, "listed": other}
    assert value("fresh and listed", **facts) is min(one, other, key=THREE.index)
    assert value("fresh or listed", **facts) is max(one, other, key=THREE.index)
    assert value("not fresh", **facts) is THREE[2 - THREE.index(one)]
    same = None if None in (one, other) else one == other
    assert value("fresh = listed", **facts) is same
    assert value("if(fresh, listed, not listed)", **facts) is (None if one is None else same)


@settings(max_examples=200, deadline=None)
@given(st.recursive(
    st.sampled_from(["fresh", "listed", "limit > 1", "overdue < 3"]),
    lambda inner: st.one_of(inner.map("not ({})".format), st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
        lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})")), max_leaves=12), st.tuples(*[st.sampled_from(THREE)] * 4))  # fmt: skip
def test_however_conditions_are_nested_they_follow_kleene(text: str, held: tuple[bool | None, ...]) -> None:
    fresh, listed, large, early = held
    facts = {
        "fresh": fresh, "listed": listed, "limit": large if large is None else Decimal(large) * 2,
        "overdue": early if early is None else (1 if early else 9),
    }  # fmt: skip
    assert value(text, **facts) is kleene(
        text, dict(zip(("fresh", "listed", "limit > 1", "overdue < 3"), held, strict=True))
    )


def kleene(text: str, held: dict[str, bool | None]) -> bool | None:
    """The same by the least and the greatest of three values, read from the outermost brackets inwards."""
    if text in held:
        return held[text]
    if text.startswith("not "):
        return THREE[2 - THREE.index(kleene(text[5:-1], held))]
    depths = accumulate((sign == "(") - (sign == ")") for sign in text)
    place = next(place for place, depth in enumerate(depths) if not depth)
    word, rest = text[place + 2 :].split(" ", 1)
    sides = kleene(text[1:place], held), kleene(rest[1:-1], held)
    return (min if word == "and" else max)(sides, key=THREE.index)


def test_what_no_business_comes_to_is_said_all_the_same() -> None:
    """A share of next to nothing is more per cent than there are digits to round."""
    (leaf,) = compile_expression("percent(limit, sales) > 5 %", COLUMNS).leaves({**FACTS, "sales": Decimal("1E-40")})
    assert leaf.en == "(percent(limit, sales)) 5.000E+47 % > 5 %"

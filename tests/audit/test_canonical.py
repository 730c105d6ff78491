"""One value has one text."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import canonical

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_what_was_written_is_read_back(value: object) -> None:
    assert canonical.loads(canonical.dumps(value)) == value


@given(st.dictionaries(text, st.integers(0, 9), min_size=2))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert canonical.dumps(dict(reversed(value.items()))) == canonical.dumps(value)


def test_keys_are_sorted_as_rfc_8785_sorts_them() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    expected = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(canonical.loads(canonical.dumps(dict.fromkeys(keys, 0)))) == expected


def test_money_dates_and_times_are_text() -> None:
    local = datetime(2026, 1, 31, 16, tzinfo=timezone(timedelta(hours=8)))
    assert canonical.dumps({"m": Decimal("1E+3"), "n": Decimal("0.10"), "t": local}) == (
        '{"m":"1000","n":"0.10","t":"2026-01-31T08:00:00.000000Z"}'
    )
    assert canonical.instant(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000000Z"


@pytest.mark.parametrize(
    "written",
    [
        '{"a":1,"a":2}',
        '{"a":1.0}',
        '{"a":NaN}',
        '{"b":1,"a":2}',
        '{"a": 1}',
        '"\\u00e9"',
        "{",
        "[" * 100_000,
        "1e3",
    ],
)
def test_text_in_another_form_is_not_canonical(written: str) -> None:
    with pytest.raises(canonical.NotCanonicalError):
        canonical.loads(written)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), datetime(2026, 1, 1), b"x", {1, 2}])
def test_values_without_one_exact_text_are_refused(value: object) -> None:
    with pytest.raises(canonical.NotCanonicalError):
        canonical.dumps({"value": value})

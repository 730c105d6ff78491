"""Whatever delegations there are: nobody barred acts, nothing goes round, and at its end everything is back."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from workflows.rules.delegation import LONGEST, Mandate, Parties, goes_round, line_of, refusal_to_delegate
from workflows.rules.seats import duplicates_to_skip, ladder, seat

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
PEOPLE = st.integers(1, 6)
DAYS = st.integers(0, 40)
KINDS = st.frozensets(st.sampled_from(["credit", "contract", "special_price"]), max_size=2)
MANAGERS = Parties(frozenset({"SM"}), True, frozenset({"SM"}), False)
PLACES = {"SM": ("sales", 1), "RD": ("sales", 2), "CFO": ("finance", 2)}


@st.composite
def mandates(draw: st.DrawFn) -> Mandate:
    one, two = draw(st.lists(PEOPLE, min_size=2, max_size=2, unique=True))
    start = START + timedelta(days=draw(DAYS))
    ceiling = draw(st.none() | st.integers(0, 10).map(Decimal))
    return Mandate(one, two, start, start + timedelta(days=draw(st.integers(1, 30))), draw(KINDS), ceiling)


def accepted(wanted: list[Mandate]) -> list[Mandate]:
    """Those that the rules let through, given one after another."""
    kept: list[Mandate] = []
    for each in wanted:
        if refusal_to_delegate(each, kept, MANAGERS, now=START, incompatible=(), functions=PLACES) is None:
            kept.append(each)
    return kept


@given(
    st.lists(mandates(), max_size=12), DAYS, st.sampled_from(["credit", "contract"]), st.integers(0, 12), st.booleans()
)
def test_what_was_accepted_never_goes_round_and_one_delegate_at_a_time(
    wanted: list[Mandate], day: int, kind: str, amount: int, at_home: bool
) -> None:
    kept, at = accepted(wanted), START + timedelta(days=day)
    now = [each for each in kept if each.holds_at(at) and each.covers(kind, Decimal(amount), at_home=at_home)]
    assert len({each.delegator for each in now}) == len(now)
    for person in range(1, 7):
        line = line_of(person, now, lambda _pk: True, 100)
        assert len(set(line)) == len(line)
        assert not any(each.delegator == line[-1] for each in now), "the line ends where nobody acts for the last"


@given(st.lists(mandates(), max_size=12), st.frozensets(PEOPLE), PEOPLE, st.integers(0, 3))
def test_nobody_barred_acts_for_anybody_and_no_line_is_longer_than_allowed(
    wanted: list[Mandate], barred: frozenset[int], person: int, hops: int
) -> None:
    line = line_of(person, wanted, lambda pk: pk not in barred, hops)
    assert line[0] == person
    assert not barred & set(line[1:])
    assert len(line) <= hops + 1


@given(mandates())
def test_a_delegation_is_half_open_and_not_longer_than_thirty_days(one: Mandate) -> None:
    assert one.holds_at(one.start)
    assert not one.holds_at(one.end)
    assert one.holds_at(one.end - timedelta(microseconds=1))
    long = Mandate(one.delegator, one.delegate, one.start, one.start + LONGEST + timedelta(microseconds=1))
    refusal = refusal_to_delegate(long, [], MANAGERS, now=START, incompatible=(), functions=PLACES)
    assert refusal is not None
    assert refusal.code == "delegation_too_long"


@given(st.lists(mandates(), max_size=8), mandates())
def test_a_circle_is_seen_whatever_way_it_is_closed(others: list[Mandate], new: Mandate) -> None:
    back = Mandate(new.delegate, new.delegator, new.start, new.end, new.kinds)
    assert goes_round(new, [*others, back])


@given(st.sampled_from(sorted(PLACES)), st.sampled_from(sorted(PLACES)))
def test_a_ladder_ends_with_the_owner_of_the_policy_and_never_holds_a_role_twice(role: str, owner: str) -> None:
    found = ladder(role, PLACES, owner)
    assert len(set(found)) == len(found)
    assert role not in found
    assert owner == role or found[-1] == owner or owner in found


@given(
    st.dictionaries(st.sampled_from("123456"), st.frozensets(st.integers(1, 4), min_size=1), min_size=1),
    st.data(),
)
def test_the_last_step_is_never_skipped_and_none_for_another_function(
    candidates: dict[str, frozenset[int]], data: st.DataObject
) -> None:
    order = [(int(key), key) for key in sorted(candidates)]
    functions = {key: data.draw(st.sampled_from(["sales", "finance"])) for key in candidates}
    skipped = duplicates_to_skip(order, candidates, functions=functions)
    if skipped is None:
        return
    assert order[-1][1] not in skipped
    left = {key: people for key, people in candidates.items() if key not in skipped}
    assert seat(left) is not None
    for key in skipped:
        later = [other for other in left if int(other) > int(key) and functions[other] == functions[key]]
        assert any(left[other] == candidates[key] for other in later)

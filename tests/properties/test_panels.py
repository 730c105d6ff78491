"""No vote can hang: every panel is decided at the latest when the last seat has answered."""

from itertools import pairwise, permutations, product

from hypothesis import given
from hypothesis import strategies as st

from policies.rules.panels import PanelRule, parse_panel, strictest
from workflows.rules import StepState, next_move, panel_outcome

POLICIES = ("veto", "counted", "first_decides")


@st.composite
def panels(draw: st.DrawFn) -> tuple[str, int, str, int]:
    """Mode, threshold, reject policy and number of seats, as a policy could state them."""
    seats = draw(st.integers(1, 7))
    mode = draw(st.sampled_from(["all", "vote", "sequential"]))
    policy = draw(st.sampled_from(POLICIES)) if mode == "vote" else "veto"
    needed = 1 if policy == "first_decides" or mode != "vote" else draw(st.integers(1, seats))
    return mode, needed, policy, seats


def test_every_full_set_of_answers_decides_exhaustively() -> None:
    """All panels of up to six seats, all answers: passed or rejected, and never both by order."""
    for seats in range(1, 7):
        votes = [("vote", needed) for needed in range(1, seats + 1)]
        for (mode, needed), policy in product([("all", 1), ("sequential", 1), *votes], POLICIES):
            for answers in product(("approved", "rejected", "carried"), repeat=seats):
                assert panel_outcome(mode, needed, policy, answers) in ("passed", "rejected")


@given(panels(), st.data())
def test_an_outcome_stands_whatever_is_answered_afterwards(
    panel: tuple[str, int, str, int], data: st.DataObject
) -> None:
    mode, needed, policy, seats = panel
    statuses = ["open"] * seats
    before = "open"
    for seat in data.draw(st.permutations(range(seats))):
        if before == "open":
            statuses[seat] = data.draw(st.sampled_from(["approved", "rejected"]))
        now = panel_outcome(mode, needed, policy, statuses)
        assert before in ("open", now)
        before = now
    assert before in ("passed", "rejected")


@given(panels(), st.data())
def test_one_more_approval_never_turns_a_pass_into_a_rejection(
    panel: tuple[str, int, str, int], data: st.DataObject
) -> None:
    mode, needed, policy, seats = panel
    answers = st.sampled_from(["approved", "rejected", "open"])
    statuses = data.draw(st.lists(answers, min_size=seats, max_size=seats))
    seat = data.draw(st.integers(0, seats - 1))
    better = [*statuses[:seat], "approved", *statuses[seat + 1 :]]
    rank = {"rejected": 0, "open": 1, "passed": 2}
    assert rank[panel_outcome(mode, needed, policy, better)] >= rank[panel_outcome(mode, needed, policy, statuses)]


@given(panels(), st.sampled_from(["approved", "rejected", "returned"]), st.data())
def test_a_round_with_panels_and_a_party_beside_them_always_ends(
    panel: tuple[str, int, str, int], other: str, data: st.DataObject
) -> None:
    """Whoever answers first: somebody is asked until the round has an outcome, and nothing stays open after it."""
    mode, needed, policy, seats = panel
    verdicts = data.draw(
        st.lists(st.sampled_from(["approved", "rejected", "returned"]), min_size=seats, max_size=seats)
    )
    now = ["waiting"] * (seats + 2)
    for _ in range(seats + 3):
        states = [
            StepState(
                place, 1, now[place], panel="RD", panel_mode=mode, needed=needed, reject_policy=policy, place=place
            )  # type: ignore[arg-type]
            for place in range(seats)
        ]
        states += [StepState(seats, 1, now[seats]), StepState(seats + 1, 2, now[seats + 1])]  # type: ignore[arg-type]
        move = next_move(states)
        for pk in move.closes:
            now[pk] = "not_needed"
        for pk in move.opens:
            now[pk] = "open"
        if move.node in ("agreed", "rejected", "revise"):
            assert "open" not in now
            assert move.node != "agreed" or panel_outcome(mode, needed, policy, now[:seats]) == "passed"
            return
        asked = [pk for pk, status in enumerate(now) if status == "open"]
        assert asked, "nobody is asked and nothing is decided"
        assert mode != "sequential" or len([pk for pk in asked if pk < seats]) <= 1
        answering = data.draw(st.sampled_from(asked))
        now[answering] = "approved" if answering > seats else other if answering == seats else verdicts[answering]
    raise AssertionError("the round does not end")


def test_seats_one_after_another_are_asked_in_their_order_whatever_their_ids() -> None:
    for order in permutations(range(3)):
        states = [StepState(9 - at, 1, "waiting", panel="RD", panel_mode="sequential", place=at) for at in order]
        assert next_move(states).opens == (9,)


def test_of_several_chains_the_panel_that_is_hardest_to_pass_counts() -> None:
    written = [None, *(parse_panel(text) for text in ("1/3 first", "1/3", "2/3", "2/3 veto", "seq", "all"))]
    for first, second in pairwise(written):
        assert strictest([first, second]) == strictest([second, first]) == second


@given(panels())
def test_a_panel_survives_its_way_to_json(panel: tuple[str, int, str, int]) -> None:
    mode, needed, policy, seats = panel
    rule = PanelRule(mode, needed, seats, policy) if mode == "vote" else PanelRule(mode)
    assert PanelRule(**rule.to_json()) == rule
    assert all(rule.words)

"""The next move, the seats and the terms: rules without a database."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import rules
from workflows.kinds.credit import KIND
from workflows.rules import Decider, Duties, Move, StepState, next_move

FIELDS = KIND.conditions
TERMS = {
    "limit": Decimal(1000),
    "term_days": 60,
    "valid_from": date(2026, 1, 1),
    "valid_to": date(2026, 12, 31),
    "security": (),
    "notes": (),
}


def steps(*said: tuple[int, str]) -> list[StepState]:
    return [StepState(number, stage, status) for number, (stage, status) in enumerate(said)]  # type: ignore[arg-type]


def test_first_stage_opens_together() -> None:
    assert next_move(steps((1, "waiting"), (1, "waiting"), (2, "waiting"))) == Move("approve", opens=(0, 1))


def test_next_stage_waits_until_all_parties_agree() -> None:
    assert next_move(steps((1, "approved"), (1, "open"), (2, "waiting"))) == Move(None)


def test_one_rejection_ends_the_round_and_closes_the_rest() -> None:
    assert next_move(steps((1, "rejected"), (1, "open"), (2, "waiting"))) == Move("rejected", closes=(1, 2))


def test_a_return_waits_for_the_other_parties_of_the_stage() -> None:
    assert next_move(steps((1, "returned"), (1, "open"), (2, "waiting"))) == Move(None)


def test_a_return_goes_back_once_all_have_answered() -> None:
    assert next_move(steps((1, "returned"), (1, "approved"), (2, "waiting"))) == Move("revise", closes=(2,))


def test_a_return_stops_waiting_after_a_day() -> None:
    assert next_move(steps((1, "returned"), (1, "open")), waited_enough=True) == Move("revise", closes=(1,))


def test_when_all_agreed_it_takes_effect() -> None:
    assert next_move(steps((1, "approved"), (2, "skipped"), (3, "approved"))) == Move("agreed")


def test_a_skipped_stage_is_passed_over() -> None:
    assert next_move(steps((1, "skipped"), (2, "waiting"))) == Move("approve", opens=(1,))


@given(st.lists(st.sampled_from(["approved", "rejected", "returned"]), min_size=1, max_size=6), st.data())
def test_every_way_of_voting_ends(verdicts: list[str], data: st.DataObject) -> None:
    """No plan hangs: answering whatever is open always reaches an outcome."""
    stages = sorted(data.draw(st.lists(st.integers(1, 3), min_size=len(verdicts), max_size=len(verdicts))))
    now = dict.fromkeys(range(len(verdicts)), "waiting")
    for _ in range(2 * len(verdicts) + 1):
        move = next_move([StepState(n, stages[n], now[n]) for n in now])  # type: ignore[arg-type]
        for number in move.opens:
            now[number] = "open"
        for number in move.closes:
            now[number] = "not_needed"
        if move.node in ("agreed", "rejected", "revise"):
            assert "open" not in now.values()
            assert (move.node == "agreed") == ("rejected" not in now.values() and "returned" not in now.values())
            return
        opened = [number for number in now if now[number] == "open"]
        assert opened, "nobody is asked and nothing is decided"
        answering = data.draw(st.sampled_from(opened))
        now[answering] = verdicts[answering]
    pytest.fail("the plan never ended")


def test_two_steps_with_two_people_are_seated() -> None:
    assert rules.seat({"SM": {1, 2}, "CC": {1}}) == {"SM": 2, "CC": 1}


def test_one_person_cannot_take_two_seats() -> None:
    assert rules.seat({"SM": {1}, "CC": {1}}) is None


def test_lower_level_is_skipped_when_the_same_person_sits_higher() -> None:
    assert rules.duplicates_to_skip([(1, "SM"), (2, "RD")], {"SM": {1}, "RD": {1}}) == ("SM",)


def test_parallel_steps_of_one_person_are_not_skipped() -> None:
    assert rules.duplicates_to_skip([(1, "RD"), (1, "CC")], {"RD": {1}, "CC": {1}}) is None


def test_nothing_is_skipped_when_everybody_has_a_seat() -> None:
    assert rules.duplicates_to_skip([(1, "SM"), (2, "RD")], {"SM": {1, 2}, "RD": {2}}) == ()


@given(st.dictionaries(st.sampled_from("ABCDE"), st.frozensets(st.integers(1, 5), max_size=4)))
def test_a_seating_is_valid_and_exists_exactly_when_every_group_has_enough_people(
    candidates: dict[str, frozenset[int]],
) -> None:
    """Hall's condition, by brute force over all subsets of steps."""
    seating = rules.seat(candidates)
    keys = list(candidates)
    enough = all(
        len(set().union(*(candidates[k] for n, k in enumerate(keys) if mask >> n & 1))) >= mask.bit_count()
        for mask in range(1, 2 ** len(keys))
    )
    assert (seating is not None) == enough
    if seating is not None:
        assert len(set(seating.values())) == len(candidates)
        assert all(seating[key] in candidates[key] for key in candidates)


def decide_as(person: int = 9, **changes: object) -> str | None:
    facts: dict[str, object] = {
        "decider": Decider(person, active=True, holds_role=True),
        "duties": Duties(submitter=1, owners=frozenset({2}), editors=frozenset({3}), decided=frozenset({4})),
        "step_status": "open",
        "sha_shown": "a",
        "sha_now": "a",
        "final_amount": None,
    }
    refusal = rules.refusal_to_decide(**{**facts, **changes})  # type: ignore[arg-type]
    return refusal.code if refusal else None


@pytest.mark.parametrize(
    ("person", "code"),
    [(9, None), (1, "own_request"), (2, "own_customer"), (3, "edited_it"), (4, "already_decided")],
)
def test_duties_are_kept_apart(person: int, code: str | None) -> None:
    assert decide_as(person) == code


def test_role_is_needed_at_this_moment() -> None:
    assert decide_as(decider=Decider(9, active=True, holds_role=False)) == "no_authority"


def test_changed_content_is_not_decided() -> None:
    assert decide_as(sha_now="b") == "content_changed"


@pytest.mark.parametrize(("amount", "code"), [("100000", None), ("100000.01", "above_ceiling")])
def test_ceiling_includes_its_own_amount(amount: str, code: str | None) -> None:
    decider = Decider(9, active=True, holds_role=True, ceiling=Decimal(100000))
    assert decide_as(decider=decider, final_amount=Decimal(amount)) == code


def test_an_endorsement_needs_no_ceiling() -> None:
    assert decide_as(decider=Decider(9, active=True, holds_role=True, ceiling=Decimal(0))) is None


@pytest.mark.parametrize(
    ("conditions", "field"),
    [
        ({"limit": Decimal(1000)}, None),
        ({"limit": Decimal("1000.01")}, "limit"),
        ({"term_days": 61}, "term_days"),
        ({"valid_to": date(2027, 1, 1)}, "valid_to"),
        ({"valid_to": date(2026, 1, 1)}, "valid_to"),
        ({"valid_to": date(2026, 6, 30)}, None),
    ],
)
def test_conditions_only_tighten(conditions: dict[str, Any], field: str | None) -> None:
    assert rules.loosened(FIELDS, TERMS, conditions) == field


asked = st.fixed_dictionaries(
    {},
    optional={
        "limit": st.decimals(0, 1000, places=2),
        "term_days": st.integers(0, 60),
        "valid_to": st.dates(date(2026, 1, 2), date(2026, 12, 31)),
        "note": st.sampled_from(["monthly statements", "no bills"]),
    },
)


@given(st.lists(asked, max_size=5))
def test_the_tightest_condition_wins_in_any_order(conditions: list[dict[str, Any]]) -> None:
    granted = rules.tightened(FIELDS, TERMS, conditions)
    backwards = rules.tightened(FIELDS, TERMS, reversed(conditions))
    assert {**granted, "notes": sorted(granted["notes"])} == {**backwards, "notes": sorted(backwards["notes"])}
    assert granted["limit"] <= TERMS["limit"]
    assert granted["term_days"] <= TERMS["term_days"]
    assert all(granted["limit"] <= each["limit"] for each in conditions if "limit" in each)
    assert len(granted["notes"]) == sum("note" in each for each in conditions)


def test_a_price_is_tightened_upwards_and_what_is_not_limited_can_be() -> None:
    price = rules.ConditionField("price", "money", "higher", "Price at least")
    quantity = rules.ConditionField("quantity", "number", "lower", "Quantity at most")
    terms = {"price": Decimal(88), "quantity": None}
    assert rules.loosened([price, quantity], terms, {"price": Decimal(87)}) == "price"
    assert rules.loosened([price, quantity], terms, {"price": Decimal(90), "quantity": Decimal(5)}) is None
    made = [{"price": Decimal(90)}, {"price": Decimal(89), "quantity": Decimal(5)}]
    assert rules.tightened([price, quantity], terms, made) == {"price": Decimal(90), "quantity": Decimal(5)}


def ratified(*said: tuple[str, str]) -> Move:
    """The next move of steps (mode, status), the ratifying ones in stage 2, the appeal in stage 3."""
    stage = {"ratify": 2, "appeal": 3}
    return next_move(
        [StepState(n, stage.get(mode, 1), status, mode) for n, (mode, status) in enumerate(said)],  # type: ignore[arg-type]
        in_force=True,
    )


def test_who_ratifies_is_asked_after_it_took_effect() -> None:
    waiting = [StepState(0, 1, "approved"), StepState(1, 2, "waiting", "ratify")]
    assert next_move(waiting) == Move("agreed")
    assert next_move(waiting, in_force=True) == Move("approve", opens=(1,))


def test_without_anything_to_ratify_it_is_finished() -> None:
    assert ratified(("approve", "approved")) == Move("finish")


def test_confirmed_by_all_it_is_finished_and_the_appeal_is_not_needed() -> None:
    assert ratified(("ratify", "approved"), ("ratify", "open"), ("appeal", "waiting")) == Move(None)
    confirmed = ratified(("ratify", "approved"), ("ratify", "approved"), ("appeal", "waiting"))
    assert confirmed == Move("finish", closes=(2,))


@pytest.mark.parametrize("answer", ["rejected", "lapsed"])
def test_refused_or_not_answered_it_goes_to_the_appeal(answer: str) -> None:
    move = ratified(("ratify", answer), ("ratify", "open"), ("appeal", "waiting"))
    assert move == Move("approve", opens=(2,), closes=(1,))


def test_the_appeal_confirms_or_undoes() -> None:
    assert ratified(("ratify", "lapsed"), ("appeal", "approved")) == Move("finish")
    assert ratified(("ratify", "lapsed"), ("appeal", "rejected")) == Move("undo")
    assert ratified(("ratify", "lapsed"), ("appeal", "open")) == Move(None)


def test_without_an_appeal_a_refusal_undoes() -> None:
    assert ratified(("ratify", "rejected"), ("ratify", "open")) == Move("undo", closes=(1,))


def test_an_objection_or_a_lapsed_comment_does_not_stop_the_round() -> None:
    for status in ("objected", "lapsed"):
        asked_then = [StepState(0, 1, status, "comment"), StepState(1, 2, "waiting")]
        assert next_move(asked_then) == Move("approve", opens=(1,))


def test_an_approval_is_not_skipped_for_a_later_ratification() -> None:
    """Otherwise a measure would be in force before anybody agreed."""
    order, people = [(1, "CC"), (2, "RD"), (2, "FM")], {"CC": {1}, "RD": {2}, "FM": {1}}
    assert rules.duplicates_to_skip(order, people) == ("CC",)
    assert rules.duplicates_to_skip(order, people, afterwards=("RD", "FM")) is None


def test_when_every_ratification_is_skipped_the_appeal_decides() -> None:
    states = [StepState(0, 1, "skipped", "ratify"), StepState(1, 2, "waiting", "appeal")]
    assert next_move(states, in_force=True) == Move("approve", opens=(1,))
    agreed = [StepState(0, 1, "skipped", "ratify"), StepState(1, 2, "approved", "appeal")]
    assert next_move(agreed, in_force=True) == Move("finish")

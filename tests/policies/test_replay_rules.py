"""A draft over the past: whom it would have asked, beside the version in force."""

import copy
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from policies.rules.pack import Pack, build_pack
from policies.rules.plan import compile_plan
from policies.rules.replay import Asked, Judge, NotJudged, Path, change
from policies.rules.tally import Case, Tally
from policies.seed import default_content, default_pack
from tests.policies.facts import E1, facts, limit

Content = dict[str, Any]


def row(content: Content, table: str, code: str) -> dict[str, Any]:
    rows = next(each for each in content["tables"] if each["code"] == table)["rows"]
    return next(each for each in rows if each["code"] == code)


def draft(*changes: tuple[str, str, dict[str, Any]]) -> Pack:
    """Version 1 with other cells or outputs in some rows."""
    content = copy.deepcopy(default_content())
    for table, code, changed in changes:
        found = row(content, table, code)
        found["cells"].update(changed.get("cells", {}))
        found["outputs"].update(changed.get("outputs", {}))
    return build_pack(2, content)


def stored(known: dict[str, Any]) -> dict[str, Any]:
    """Facts as a submission keeps them."""
    return {key: str(value) if isinstance(value, Decimal) else value for key, value in known.items()}


def judged(
    after: Pack, *cases: dict[str, Any], outcome: str = "approved", currencies: tuple[str, ...] = ("CNY",)
) -> dict[str, Any]:
    before = default_pack()
    tally = Tally()
    old, new = Judge(before, before), Judge(after, before)
    for number, known in enumerate(cases):
        amount, currency = known.get("limit_requested"), currencies[number % len(currencies)]
        tally.add(Case(f"CR-{number}", "credit", stored(known), amount, currency, "East", outcome), old, new)
    return tally.data


@pytest.fixture(scope="module")
def looser() -> Pack:
    """Up to 500,000 the sales manager and credit control are enough; CL-3 no longer needs the regional director."""
    return draft(
        ("CHAIN", "CL-2", {"outputs": {"chain": "SM → CC"}}), ("CHAIN", "CL-3", {"outputs": {"chain": "SM → CC → CFO"}})
    )


def test_without_a_change_nothing_changes() -> None:
    data = judged(default_pack(), E1, facts(), limit(250_000))
    assert data["kinds"]["credit"]["changes"] == {"same": 3}
    assert all(load["before"] == load["after"] for load in data["roles"].values())


def test_a_shorter_chain_shows_whom_it_spares_and_what_it_releases(looser: Pack) -> None:
    data = judged(looser, limit(250_000), limit(800_000), facts())
    credit = data["kinds"]["credit"]
    assert credit["changes"] == {"shorter": 2, "same": 1}
    assert credit["released"] == {"CNY": "1050000"}
    assert data["roles"]["FM"] == {"before": 1, "after": 0}
    assert data["places"]["East"]["RD"] == {"before": 1, "after": 0}
    assert [each["no"] for each in data["examples"]["shorter"]] == ["CR-0", "CR-1"]
    assert data["examples"]["shorter"][0] == {
        "no": "CR-0", "kind": "credit", "before": "SM → CC → FM", "after": "SM → CC", "outcome": "approved"
    }  # fmt: skip


def test_what_people_refused_and_the_draft_would_ease_is_counted(looser: Pack) -> None:
    assert judged(looser, limit(250_000), outcome="rejected")["kinds"]["credit"]["eased_refused"] == 1


def test_figures_that_follow_from_others_are_worked_out_again_from_what_was_stored() -> None:
    """A submission keeps them as text, like every number."""
    known = facts(limit_requested=Decimal(300_000), limit_formula=Decimal(200_000), limit_current=Decimal(100_000))
    follows = {
        "over_formula_pct": "50",
        "increase_pct": "200",
        "term_over_std": "0",
        "ordinary": True,
        "special": False,
    }
    pack = default_pack()
    assert Judge(pack, pack).path("credit", stored(known) | follows) == Judge(pack, pack).path("credit", stored(known))


def test_amounts_of_two_currencies_are_never_added_up(looser: Pack) -> None:
    data = judged(looser, limit(250_000), limit(800_000), limit(100_000 + 200_000), currencies=("CNY", "EUR"))
    assert data["kinds"]["credit"]["released"] == {"CNY": "550000", "EUR": "800000"}


def test_a_panel_counts_for_as_many_decisions_as_it_needs() -> None:
    data = judged(draft(("CHAIN", "CL-2", {"outputs": {"chain": "SM → CC[2/3] → FM[all]"}})), limit(250_000))
    assert data["kinds"]["credit"]["changes"] == {"longer": 1}
    assert data["roles"]["CC"] == {"before": 1, "after": 2}
    assert data["examples"]["longer"][0]["after"] == "SM → CC[2/3] → FM[all]"


def test_an_empty_chain_makes_requests_automatic() -> None:
    data = judged(draft(("CHAIN", "CL-1", {"outputs": {"chain": ""}})), facts(), limit(250_000))
    credit = data["kinds"]["credit"]
    assert credit["changes"] == {"automatic": 1, "same": 1}
    assert (credit["before"]["automatic"], credit["after"]["automatic"]) == (0, 1)
    assert (credit["automatic_amount"], credit["released"]) == ({"CNY": "80000"}, {"CNY": "80000"})


def test_a_new_block_stops_what_went_through_before() -> None:
    data = judged(draft(("BL", "BL-FILE", {"cells": {"file_complete_pct": "< 101"}})), facts(), limit(250_000))
    credit = data["kinds"]["credit"]
    assert credit["changes"] == {"blocked": 2}
    assert (credit["after"]["blocked"], credit["after"]["steps"], credit["held"]) == (2, 0, {"CNY": "330000"})


def test_a_fact_that_was_never_collected_is_named_and_not_guessed() -> None:
    content = copy.deepcopy(default_content())
    table = next(each for each in content["tables"] if each["code"] == "ES")
    table["columns"].append({"key": "sanctions", "type": "flag", "zh": "制裁名单", "en": "on a sanctions list"})
    data = judged(build_pack(2, content), facts(), facts(sanctions=False))
    assert data["not_judged"] == {"fact:sanctions": 1}
    assert (data["kinds"]["credit"]["read"], data["kinds"]["credit"]["judged"]) == (2, 1)


@pytest.mark.parametrize(
    ("known", "name"),
    [({"limit_requested": "a lot"}, "unreadable:limit_requested"), ({"grade": 3}, "unreadable:grade")],
)
def test_a_fact_that_cannot_be_read_is_named(known: dict[str, Any], name: str) -> None:
    assert judged(default_pack(), {**facts(), **known})["not_judged"] == {name: 1}


def test_a_kind_that_the_version_does_not_know_is_named() -> None:
    before = default_pack()
    with pytest.raises(NotJudged) as raised:
        Judge(before, before).path("unheard_of", {})
    assert (raised.value.why, raised.value.name) == ("kind", "unheard_of")


def some_cases(count: int) -> Iterator[dict[str, Any]]:
    """Requests around every threshold, half of them exactly on one."""
    chance = random.Random(4)
    amounts = [0, 100_000, 100_001, 300_000, 300_001, 500_000, 1_000_000, 3_000_000, 5_000_000]
    for _ in range(count):
        asked = Decimal(chance.choice(amounts))
        yield facts(
            limit_requested=asked,
            limit_formula=Decimal(chance.choice(amounts)),
            limit_current=chance.choice([None, Decimal(0), Decimal(200_000), asked]),
            grade=chance.choice(["AAA", "AA", "A", "B", "C", None]),
            new_customer=chance.random() < 0.3,
            overdue_amount=Decimal(chance.choice([0, 1])),
            overdue_days=chance.choice([0, 30, 31]),
            has_statements=chance.random() < 0.7,
            term_requested=chance.choice([0, 30, 45, 60, 61, 75, 91]),
            term_std=chance.choice([30, 45]),
            term_max=60,
            temporary=chance.random() < 0.1,
            freeze=chance.random() < 0.1,
            decrease=chance.random() < 0.2,
        )


def test_cases_of_one_group_really_have_one_path() -> None:
    """The judge remembers by group; asked freshly each time, `compile_plan` says the same."""
    pack = default_pack()
    judge = Judge(pack, pack)
    for known in some_cases(1_500):
        plan = compile_plan(pack, "credit", known)
        stages = tuple(tuple(Asked(step.role, step.mode) for step in stage.steps) for stage in plan.stages)
        blocks = tuple(dict.fromkeys(block.code for block in plan.blocks))
        assert judge.path("credit", stored(known)) == Path(stages, blocks, plan.expected_hours)


def test_every_change_has_one_name() -> None:
    sm, cc, cfo = Asked("SM", "endorse"), Asked("CC", "approve"), Asked("CFO", "approve")
    nobody, one, two = Path((), (), 0), Path(((sm,),), (), 8), Path(((sm,), (cc,)), (), 24)
    stopped = Path((), ("BL-1",), 0)
    pairs = {
        (two, two): "same", (stopped, stopped): "same", (two, nobody): "automatic", (nobody, two): "asked",
        (two, one): "shorter", (one, two): "longer", (two, stopped): "blocked", (stopped, two): "unblocked",
        (two, Path(((sm,), (cfo,)), (), 24)): "others", (two, Path(((sm, cc),), (), 16)): "order",
    }  # fmt: skip
    assert {pair: change(*pair) for pair in pairs} == pairs

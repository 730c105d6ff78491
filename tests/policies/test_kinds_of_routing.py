"""How the tables of any kind of request combine into a plan: ladders, joins, escalators, effect before ratification."""

from decimal import Decimal
from typing import Any

import pytest

from policies.rules.cells import PolicyError
from policies.rules.pack import Pack, build_pack, parse_chain
from policies.rules.plan import compile_plan
from policies.seed import _routed, default_content

FACTS = {
    "points": {"type": "number", "zh": "点数", "en": "points", "required": True},
    "loss": {"type": "flag", "zh": "亏损", "en": "loss"},
    "fresh": {"type": "flag", "zh": "新客户", "en": "new customer"},
    "objected": {"type": "flag", "zh": "有异议", "en": "objected"},
}


def row(name: str, cells: dict[str, str], **outputs: str) -> dict[str, Any]:
    said = {"zh": name, "en": name, **outputs}
    return {"code": name, "cells": cells, "outputs": said, "rationale_zh": "", "rationale_en": ""}


def table(code: str, use: str, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "code": code, "kind": use, "request_kind": "toy", "use": use, "hit_policy": "collect",
        "title_zh": code, "title_en": code, "columns": list(FACTS), "rows": rows, **more,
    }  # fmt: skip


def pack_of(chains: dict[str, str]) -> Pack:
    """A policy version with a toy kind: two tests of which the highest counts, an escalator, a join."""
    bands = [
        row("low", {"points": "<= 2"}, band="TOY-1"),
        row("high", {"points": "> 2"}, band="TOY-2"),
        row("loss", {"loss": "true"}, band="TOY-3"),
    ]
    routing = {
        "facts": FACTS,
        "tables": [
            table("TOY", "band", bands),
            table("TOY+", "escalator", [row("fresh", {"fresh": "true"}, code="FRESH")], cap=1),
            table("TOY-J", "join", [row("objected", {"objected": "true"}, band="TOY-O")]),
        ],
        "chains": {band: {"chain": chain} for band, chain in chains.items()},
        "ladder": ["TOY-1", "TOY-2", "TOY-3"],
        "authority": [{"role": "SM", "metric": "points", "ceiling": "2"}],
    }
    content = default_content()
    return build_pack(1, {"tables": _routed(content["tables"], "toy", routing)})


CHAINS = {"TOY-1": "SM", "TOY-2": "SM → RD", "TOY-3": "SM → (RD ∥ FM) → CFO", "TOY-O": "SM → CC"}


def asked(pack: Pack, **facts: Any) -> list[list[str]]:
    plan = compile_plan(pack, "toy", {"points": Decimal(1), **facts})
    assert not plan.blocks
    return [[step.role for step in stage.steps] for stage in plan.stages]


def test_the_highest_of_several_tests_counts():
    pack = pack_of(CHAINS)
    assert asked(pack) == [["SM"]]
    assert asked(pack, points=Decimal(3)) == [["SM"], ["RD"]]
    assert asked(pack, loss=True) == [["SM"], ["RD", "FM"], ["CFO"]]


def test_a_chain_that_names_both_levels_of_a_function_asks_both():
    """The CFO stands for the finance manager only where two subjects meet, not inside one chain."""
    roles = [role for stage in asked(pack_of(CHAINS), loss=True) for role in stage]
    assert {"FM", "CFO"} <= set(roles)


def test_an_escalator_raises_one_level_and_says_why():
    pack = pack_of(CHAINS)
    plan = compile_plan(pack, "toy", {"points": Decimal(1), "fresh": True})
    assert plan.bands == {"TOY": "TOY-2"}
    brought_in = next(step for step in plan.steps if step.role == "RD")
    assert {reason.code for reason in brought_in.reasons} == {"TOY-1", "FRESH"}


def test_the_top_of_the_ladder_is_not_exceeded():
    assert asked(pack_of(CHAINS), loss=True, fresh=True) == asked(pack_of(CHAINS), loss=True)


def test_a_join_adds_its_roles_beside_the_second_stage():
    assert asked(pack_of(CHAINS), points=Decimal(3), objected=True) == [["SM"], ["RD", "CC"]]


def test_who_has_no_authority_only_endorses():
    plan = compile_plan(pack_of(CHAINS), "toy", {"points": Decimal(3)})
    assert {step.role: step.mode for step in plan.steps} == {"SM": "approve", "RD": "endorse"}


def test_ratification_comes_after_the_effect_and_does_not_count_as_time_to_wait():
    plan = compile_plan(pack_of({**CHAINS, "TOY-1": "CC ⇒ (RD ∥ FM)"}), "toy", {"points": Decimal(1)})
    assert [(step.role, step.mode, step.stage) for step in plan.steps] == [
        ("CC", "endorse", 1),
        ("RD", "ratify", 2),
        ("FM", "ratify", 2),
    ]
    assert plan.expected_hours == plan.steps[0].sla_hours


def test_an_effect_at_once_has_only_ratifiers():
    plan = compile_plan(pack_of({**CHAINS, "TOY-1": "⇒ (RD ∥ FM)"}), "toy", {"points": Decimal(1)})
    assert [(step.role, step.mode) for step in plan.steps] == [("RD", "ratify"), ("FM", "ratify")]
    assert plan.expected_hours == 0


def test_who_decides_when_it_is_not_ratified_comes_last():
    plan = compile_plan(pack_of({**CHAINS, "TOY-1": "CC ⇒ (RD ∥ FM) ↑ CFO"}), "toy", {"points": Decimal(1)})
    assert [(step.role, step.mode, step.stage) for step in plan.steps][-1] == ("CFO", "appeal", 3)


def test_a_comment_is_asked_before_the_decision():
    plan = compile_plan(pack_of({**CHAINS, "TOY-1": "SM? → RD"}), "toy", {"points": Decimal(1)})
    assert [(step.role, step.mode) for step in plan.steps] == [("SM", "comment"), ("RD", "endorse")]


def test_every_subject_needs_an_answer():
    bands = pack_of(CHAINS).kinds["toy"].bands
    assert bands[0].ladder == ("TOY-1", "TOY-2", "TOY-3")
    plan = compile_plan(pack_of(CHAINS), "toy", {})
    assert [reason.code for reason in plan.blocks] == ["BL-UNKNOWN"]


@pytest.mark.parametrize(
    "text", ["SM ⇒ RD ⇒ FM", "SM ↑ CFO", "SM ⇒ RD ↑", "SM ⇒ RD ↑ CFO → GM", "SM ⇒", "SM →", "SM ⇒ and more", "⇒"]
)
def test_a_chain_that_cannot_be_read_is_refused(text):
    with pytest.raises(PolicyError):
        parse_chain(text)


def test_a_band_outside_the_ladder_is_refused():
    with pytest.raises(PolicyError, match="No approval chain for TOY-O"):
        pack_of({key: chain for key, chain in CHAINS.items() if key != "TOY-O"})


def test_another_kind_is_refused():
    with pytest.raises(PolicyError, match="No approval rules"):
        compile_plan(pack_of(CHAINS), "unheard_of", {})

"""What must hold for every plan, whatever the facts."""

import itertools
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.rules.plan import Plan, compile_plan
from policies.seed import default_pack

PACK = default_pack()
ESCALATORS = {
    "new_customer": (False, True),
    "grade_override": (False, True),
    "requests_in_window": (1, 2),
    "group_ar_share_pct": (Decimal(1), Decimal(11)),
    "overdue_amount": (Decimal(0), Decimal(1)),
}
AMOUNT = st.decimals(0, 6_000_000, places=2)
TERM = st.integers(0, 150)


@st.composite
def any_facts(draw):
    limit = draw(AMOUNT)
    std = draw(st.sampled_from([0, 15, 30, 45, 60]))
    secured = draw(st.sampled_from([Decimal(0), Decimal(100_000), Decimal(800_000)]))
    return {
        "exposure_unsecured_group": max(Decimal(0), limit - secured)
        + draw(st.sampled_from([Decimal(0), Decimal(250_000)])),
        "limit_requested": limit,
        "limit_formula": draw(AMOUNT),
        "limit_current": draw(st.none() | AMOUNT),
        "grade": draw(st.sampled_from(["AAA", "AA", "A", "B", "C"])),
        "overdue_days": draw(st.integers(0, 40)),
        "has_statements": draw(st.booleans()),
        "term_requested": draw(TERM),
        "term_std": std,
        "term_max": std + draw(st.sampled_from([0, 15, 30])),
        "buyer_public_or_large": draw(st.booleans()),
        "file_complete_pct": Decimal(100),
        "licence_expired": draw(st.booleans()),
        "missing_documents": 0,
        "open_duplicate": False,
        "knocked_out": draw(st.booleans()),
        "unsecured_requested": max(Decimal(0), limit - secured),
        "decrease": False,
        **{key: draw(st.sampled_from(values)) for key, values in ESCALATORS.items()},
    }


def roles(plan):
    return [step.role for step in plan.steps]


def covered(role, plan):
    """The role acts, or a higher one of the same function stands for it."""
    return any(each == role or role in PACK.roles[each].stands_for for each in roles(plan))


@settings(max_examples=300, deadline=None)
@given(any_facts(), AMOUNT)
def test_a_larger_exposure_never_needs_fewer_approvals(facts, more):
    small = compile_plan(PACK, "credit", facts)
    grown = {key: facts[key] + more for key in ("exposure_unsecured_group", "limit_requested", "unsecured_requested")}
    large = compile_plan(PACK, "credit", {**facts, **grown})
    assert len(large.steps) >= len(small.steps)
    assert all(covered(role, large) for role in roles(small))


@settings(max_examples=300, deadline=None)
@given(any_facts(), st.integers(0, 60))
def test_a_longer_term_never_needs_fewer_approvals(facts, more):
    short = compile_plan(PACK, "credit", facts)
    longer = compile_plan(PACK, "credit", {**facts, "term_requested": facts["term_requested"] + more})
    assert len(longer.steps) >= len(short.steps)
    assert all(covered(role, longer) for role in roles(short))


@settings(max_examples=300, deadline=None)
@given(any_facts(), st.sampled_from(sorted(ESCALATORS)))
def test_adding_an_escalator_never_removes_a_step(facts, key):
    calm, raised = ({**facts, key: value} for value in ESCALATORS[key])
    before, after = (compile_plan(PACK, "credit", each) for each in (calm, raised))
    assert len(after.escalators) >= len(before.escalators)
    assert all(covered(role, after) for role in roles(before))
    ladder = PACK.kinds["credit"].bands[0].ladder
    assert ladder.index(after.bands["CL"]) >= ladder.index(before.bands["CL"])


@settings(max_examples=100, deadline=None)
@given(any_facts(), st.randoms(use_true_random=False))
def test_a_plan_does_not_depend_on_the_order_of_facts(facts, random):
    keys = list(facts)
    random.shuffle(keys)
    assert compile_plan(PACK, "credit", {key: facts[key] for key in keys}) == compile_plan(PACK, "credit", facts)


@settings(max_examples=100, deadline=None)
@given(any_facts())
def test_a_plan_is_the_same_after_storage(facts):
    plan = compile_plan(PACK, "credit", facts)
    assert Plan.from_json(plan.to_json()) == plan


@settings(max_examples=200, deadline=None)
@given(any_facts())
def test_every_request_has_a_route_in_which_each_role_acts_once_and_for_a_reason(facts):
    plan = compile_plan(PACK, "credit", facts)
    assert plan.stages
    assert len(set(roles(plan))) == len(plan.steps)
    assert all(step.reasons for step in plan.steps)
    assert [stage.number for stage in plan.stages] == list(range(1, len(plan.stages) + 1))
    assert roles(plan)[0] == "SM"
    assert any(
        step.mode == "approve" and step.function in ("credit", "finance", "executive") for step in plan.stages[-1].steps
    )
    for chain in (PACK.chains[band] for band in plan.bands.values()):
        stage = {step.role: step.stage for step in plan.steps}
        for earlier, later in itertools.pairwise(chain.stages):
            assert all(stage[a] < stage[b] for a in earlier for b in later if a in stage and b in stage)

"""From facts to a frozen plan: who approves a request, in which order, why, and how long it should take.

Pure and deterministic (architecture.md 4): the same pack and facts give the same plan and digest, for preview,
submission and replay alike. Tables and thresholds are data of the policy version; this module holds none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from policies.rules.cells import Fact, PolicyError
from policies.rules.facts import complete, unknown
from policies.rules.pack import KindRules, Pack, canonical
from policies.rules.panels import PanelRule
from policies.rules.route import Seat, route
from policies.rules.tables import Facts, Match, Reason, Table, check_facts


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One role's turn. `key` is stable over resubmissions, because a role acts once.

    `panel` says how several of its members decide together; without one any of them decides.
    """

    key: str
    stage: int
    role: str
    function: str
    mode: str
    sla_hours: int
    reasons: tuple[Reason, ...]
    panel: PanelRule | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        said = {
            "key": self.key,
            "stage": self.stage,
            "role": self.role,
            "function": self.function,
            "mode": self.mode,
            "sla_hours": self.sla_hours,
            "reasons": [reason.to_json() for reason in self.reasons],
        }
        return {**said, "panel": self.panel.to_json()} if self.panel else said

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PlanStep:
        """The step that `to_json` wrote."""
        panel = PanelRule(**data["panel"]) if "panel" in data else None
        return cls(**{**data, "reasons": _reasons(data["reasons"]), "panel": panel})


@dataclass(frozen=True, slots=True)
class Stage:
    """Steps that run in parallel; the next stage opens when all of them are satisfied."""

    number: int
    steps: tuple[PlanStep, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The route of one submission. With `blocks` it may be shown but not submitted.

    `escalators` say why the credit band is higher than the amount alone asks; `digest` is the SHA-256 of the rest.
    """

    request_kind: str
    policy_number: int
    policy_digest: str
    bands: Mapping[str, str]
    stages: tuple[Stage, ...]
    blocks: tuple[Reason, ...]
    notices: tuple[Reason, ...]
    escalators: tuple[Reason, ...]
    expected_hours: int
    digest: str

    @property
    def steps(self) -> tuple[PlanStep, ...]:
        """All steps in order."""
        return tuple(step for stage in self.stages for step in stage.steps)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types, digest included."""
        return {**_body(self), "digest": self.digest}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """The plan that `to_json` wrote. Raises PolicyError when the content does not match its digest."""
        plan = cls(
            data["request_kind"],
            data["policy_number"],
            data["policy_digest"],
            dict(data["bands"]),
            tuple(Stage(each["number"], tuple(map(PlanStep.from_json, each["steps"]))) for each in data["stages"]),
            _reasons(data["blocks"]),
            _reasons(data["notices"]),
            _reasons(data["escalators"]),
            data["expected_hours"],
            data["digest"],
        )
        if _digest(plan) != plan.digest:
            raise PolicyError("The plan does not match its digest.")
        return plan


def compile_plan(pack: Pack, request_kind: str, facts: Facts) -> Plan:
    """The plan for a request's facts under a policy version.

    How the tables of a kind combine: of the band tables of one subject the highest band on the ladder counts, with the
    reasons of every row that asks for it; escalators raise the first subject by one band each, up to the cap of their
    table; joins add their chains; blocks forbid submission; notices are said.

    Args: `facts` as listed in the columns of the kind's tables: amounts in company currency as Decimal, terms in
    days, unknown ones absent or None. Facts that follow from others (over_formula_pct, increase_pct, …) are worked
    out here. Raises PolicyError for another kind of request, facts of a wrong type, or tables that contradict
    themselves.
    """
    rules = pack.kinds.get(request_kind)
    if rules is None:
        raise PolicyError(f"No approval rules for requests of kind {request_kind!r}.")
    check_facts(rules.columns, facts)
    known = known_facts(pack, request_kind, facts)
    blocks = [*unknown(rules.columns, known), *_sentences(rules.blocks, known)]
    choices = _choices(rules, known)
    if not blocks and not all(choices.values()):
        blocks.append(_GAP)
    raised_by = [(table.cap, _escalators(table.evaluate(known))) for table in rules.escalators]
    escalators = tuple(reason for _cap, reasons in raised_by for reason in reasons)
    why: dict[str, tuple[Reason, ...]] = {}
    bands: dict[str, str] = {}
    below: frozenset[str] = frozenset()
    raising: tuple[Reason, ...] = ()
    for position, (subject, choice) in enumerate(choices.items()):
        if choice is None:
            continue
        table, band, reasons = choice
        bands[subject] = band
        if position == 0:
            bands[subject] = _raised(table, band, raised_by)
            below = frozenset(role for stage in pack.chains[band].stages for role in stage)
            raising = escalators if bands[subject] != band else ()
        why[bands[subject]] = (*why.get(bands[subject], ()), *reasons)
    for table in rules.joins:
        for match in table.evaluate(known):
            band = match.outputs["band"]
            bands[table.subject if table.subject not in bands else f"{table.subject} {match.row_code}"] = band
            why[band] = (*why.get(band, ()), *match.reasons)
    raised = next(iter(bands.values()), "")
    stages = []
    hours = 0
    for number, seats in enumerate(route(pack, bands.values()), start=1):
        hours += max((seat.hours for seat in seats if not seat.ratifies), default=0)
        steps = (_step(pack, request_kind, number, seat, why, raising, raised, below) for seat in seats)
        stages.append(Stage(number, tuple(steps)))
    plan = Plan(
        request_kind, pack.number, pack.digest, bands, tuple(stages), tuple(blocks),
        tuple(_sentences(rules.notices, known)), escalators, hours, "",
    )  # fmt: skip
    object.__setattr__(plan, "digest", _digest(plan))
    return plan


def known_facts(pack: Pack, request_kind: str, facts: Facts) -> Facts:
    """The facts with everything that follows from them in this version of the policy."""
    known, metrics = complete(facts) if request_kind == "credit" else facts, pack.kinds[request_kind].metrics
    return metrics.derive(known) if metrics else known


def authority_ceiling(pack: Pack, role: str, request_kind: str, metric: str) -> Decimal | None:
    """Up to which value of `metric` a role may finally approve; None is unlimited, zero only endorses.

    A role without a row has no authority: zero.
    """
    for grant in pack.authority:
        if (grant.role, grant.request_kind, grant.metric) == (role, request_kind, metric):
            return grant.ceiling
    return Decimal(0)


_GAP = Reason(
    "BL-GAP",
    "没有任何规则适用于本申请,请联系销售运营。",
    "No rule of the policy covers this request: ask sales operations.",
)


def _choices(rules: KindRules, facts: Facts) -> dict[str, tuple[Table, str, tuple[Reason, ...]] | None]:
    """For each subject the table and the highest band that its rows ask for, with their reasons; None for a gap."""
    found: dict[str, tuple[Table, str, tuple[Reason, ...]] | None] = {}
    for table in rules.bands:
        found.setdefault(table.subject, None)
        matches = table.evaluate(facts)
        if not matches:
            continue
        band = max((match.outputs["band"] for match in matches), key=table.ladder.index)
        if found[table.subject] is not None:
            raise PolicyError(f"Table {table.code}: another table of {table.subject} holds as well.")
        asking = [match for match in matches if match.outputs["band"] == band]
        found[table.subject] = (table, band, tuple(reason for match in asking for reason in _joined(match)))
    return found


def _raised(table: Table, band: str, raised_by: list[tuple[int | None, tuple[Reason, ...]]]) -> str:
    """As many bands higher as escalators hold, each table within its cap, at most the highest band of the ladder."""
    levels = sum(len(reasons) if cap is None else min(len(reasons), cap) for cap, reasons in raised_by)
    return table.ladder[min(table.ladder.index(band) + levels, len(table.ladder) - 1)]


def _escalators(matches: list[Match]) -> tuple[Reason, ...]:
    """Each escalator counts once, by whichever of its rows it holds."""
    return tuple({match.reasons[0].code: match.reasons[0] for match in reversed(matches)}.values())[::-1]


def _joined(match: Match) -> tuple[Reason, ...]:
    """One sentence for a row with several matched cells."""
    if len(match.reasons) < 2:
        return match.reasons
    values: dict[str, str] = {}
    for reason in match.reasons:
        values.update(reason.values)
    return (
        Reason(
            match.reasons[0].code,
            "；".join(reason.zh for reason in match.reasons),
            "; ".join(reason.en for reason in match.reasons),
            values,
        ),
    )


def _sentences(tables: tuple[Table, ...], facts: Facts) -> list[Reason]:
    return [reason for table in tables for match in table.evaluate(facts) for reason in match.reasons]


def _step(
    pack: Pack,
    kind: str,
    number: int,
    seat: Seat,
    why: Mapping[str, tuple[Reason, ...]],
    raising: tuple[Reason, ...],
    raised: str,
    below: frozenset[str],
) -> PlanStep:
    """Reasons: those of every band that asks for the role, and the escalators where they brought the role in.

    Args:
        raised: the band that escalators made higher; `below` are the roles that it asked for before.
    """
    reasons = [reason for band in why if band in seat.bands for reason in why[band]]
    if raising and seat.role not in below and raised in seat.bands:
        reasons.extend(raising)
    key, role = seat.role, pack.roles[seat.role]
    return PlanStep(key, number, key, role.function, _mode(pack, kind, seat), seat.hours, tuple(reasons), seat.panel)


def _mode(pack: Pack, kind: str, seat: Seat) -> str:
    """Ratify, appeal, comment or approve; a role without any authority in this kind of request endorses."""
    if seat.ratifies:
        return "appeal" if seat.appeal else "ratify"
    if seat.comments:
        return "comment"
    return "approve" if seat.role in pack.approving[kind] else "endorse"


def _reasons(data: Any) -> tuple[Reason, ...]:
    return tuple(Reason.from_json(each) for each in data)


def _body(plan: Plan) -> dict[str, Any]:
    return {
        "request_kind": plan.request_kind,
        "policy_number": plan.policy_number,
        "policy_digest": plan.policy_digest,
        "bands": dict(plan.bands),
        "stages": [
            {"number": stage.number, "steps": [step.to_json() for step in stage.steps]} for stage in plan.stages
        ],
        "blocks": [reason.to_json() for reason in plan.blocks],
        "notices": [reason.to_json() for reason in plan.notices],
        "escalators": [reason.to_json() for reason in plan.escalators],
        "expected_hours": plan.expected_hours,
    }


def _digest(plan: Plan) -> str:
    return hashlib.sha256(canonical(_body(plan)).encode()).hexdigest()


__all__ = [
    "Fact", "Plan", "PlanStep", "PolicyError", "Reason", "Stage", "authority_ceiling", "compile_plan", "known_facts",
]  # fmt: skip

"""From approval chains to one order of seats: the union of the subjects of a request (defaults.md 2(d),
rule 1).

A role acts once, at its latest position; parallel roles stay parallel; whoever came before somebody in
any chain still
does. Within a function the higher level may stand for the lower one (the CFO for the finance manager):
the highest
rule wins, so a larger request never loses an approval without a higher one of the same function taking
its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from policies.rules.cells import PolicyError
from policies.rules.pack import Pack, RoleRule
from policies.rules.panels import PanelRule, strictest


@dataclass(frozen=True, slots=True)
class Seat:
    """A role in the plan, its working hours, the bands that ask for it, and how it takes part.

    `ratifies`: it acts after the request took effect; `appeal`: only when it was not ratified; `comments`: it is only
    asked for a comment; `panel`: several of its members decide together.
    """

    role: str
    hours: int
    bands: frozenset[str]
    ratifies: bool = False
    appeal: bool = False
    comments: bool = False
    panel: PanelRule | None = None


Route = tuple[tuple[Seat, ...], ...]


def route(pack: Pack, bands: Iterable[str]) -> Route:
    """Stages of seats for the union of the bands' chains; the same combination is worked out once per pack.

    Raises PolicyError when the chains contradict each other in order.
    """
    wanted = frozenset(bands)
    known: Route | None = pack.routes.get(wanted)
    if known is None:
        known = pack.routes[wanted] = _union(pack, wanted)
    return known


def _union(pack: Pack, bands: frozenset[str]) -> Route:
    groups = [{role for stage in pack.chains[band].stages for role in stage} for band in bands]
    actor = {role: _stand_in(role, groups, pack.roles) for group in groups for role in group}
    stage_of = _stages(set(actor.values()), _before(pack, bands, actor))
    ranks = list(pack.roles)
    stages: list[tuple[Seat, ...]] = []
    for number in sorted(set(stage_of.values())):
        roles = sorted((role for role, stage in stage_of.items() if stage == number), key=ranks.index)
        stages.append(tuple(_seat(pack, role, bands, actor) for role in roles))
    return tuple(stages)


def _stand_in(role: str, groups: Iterable[set[str]], roles: Mapping[str, RoleRule]) -> str:
    """The highest role asked for that stands for `role`, else `role` itself; a chain that names both means both."""
    groups = list(groups)
    asked = {other for group in groups for other in group}
    together = {other for group in groups if role in group for other in group}
    standing = [other for other in asked - together if role in roles[other].stands_for]
    return max(standing, key=lambda other: roles[other].level) if standing else role


def _before(pack: Pack, bands: frozenset[str], actor: Mapping[str, str]) -> set[tuple[str, str]]:
    """Pairs (earlier, later): neighbours in a chain, and levels of one function."""
    pairs = {
        (actor[first], actor[second])
        for band in bands
        for stage, following in zip(pack.chains[band].stages, pack.chains[band].stages[1:], strict=False)
        for first in stage
        for second in following
    }
    present = set(actor.values())
    late = {role for role in present if _only_ratifies(pack, bands, role, actor)}
    pairs |= {(early, role) for role in late for early in present - late}
    pairs |= {
        (low, high)
        for low in present
        for high in present
        if pack.roles[low].function == pack.roles[high].function and pack.roles[low].level < pack.roles[high].level
    }
    return {(first, second) for first, second in pairs if first != second}


def _only_ratifies(pack: Pack, bands: frozenset[str], role: str, actor: Mapping[str, str]) -> bool:
    chains = [pack.chains[band] for band in bands if role in _acting(pack, band, actor)]
    return all(role in {actor[each] for each in chain.ratifying} for chain in chains)


def _stages(roles: set[str], before: set[tuple[str, str]]) -> dict[str, int]:
    """Longest path: each role as early as everybody before it allows."""
    stage = dict.fromkeys(sorted(roles), 1)
    for _ in range(len(roles) + 1):
        moved = False
        for first, second in before:
            if stage[second] <= stage[first]:
                stage[second] = stage[first] + 1
                moved = True
        if not moved:
            return stage
    raise PolicyError(f"The approval chains contradict each other about the order of {', '.join(sorted(roles))}.")


def _seat(pack: Pack, role: str, bands: frozenset[str], actor: Mapping[str, str]) -> Seat:
    asking = frozenset(band for band in bands if role in _acting(pack, band, actor))
    hours = max(pack.chain_sla[band].get(role, pack.sla_hours[role]) for band in asking)
    chains = [pack.chains[band] for band in asking]
    return Seat(
        role,
        hours,
        asking,
        ratifies=all(role in {actor[each] for each in chain.ratifying} for chain in chains),
        appeal=all(role in {actor[each] for each in chain.appeal} for chain in chains),
        comments=all(role in {actor[each] for each in chain.comments} for chain in chains),
        panel=strictest(chain.panels.get(role) for chain in chains),
    )


def _acting(pack: Pack, band: str, actor: Mapping[str, str]) -> set[str]:
    return {actor[role] for stage in pack.chains[band].stages for role in stage}

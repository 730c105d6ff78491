"""Whose authority a new version of the policy makes larger: nobody approves a rule that raises his own limit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from policies.rules.pack import Authority, Pack
from policies.rules.panels import PanelRule
from policies.rules.plan import authority_ceiling
from policies.rules.tables import Reason
from policies.rules.wording import number_words


def raised(before: Pack, after: Pack) -> dict[str, tuple[Reason, ...]]:
    """Roles that may decide more than before, each with every reason, in the order of the tables.

    A role's authority rises when one of its ceilings does, when it is the last to approve in a band whose chain went on
    to somebody else before or had somebody beside it, when fewer of its people are enough there, and when it becomes
    the owner of the policy (`defaults.md` 2(d), PL; approval reference B3).
    """
    found: dict[str, list[Reason]] = {}
    for rises in _RISES:
        for role, reason in rises(before, after):
            found.setdefault(role, []).append(reason)
    return {role: tuple(reasons) for role, reasons in found.items()}


def _by_ceiling(before: Pack, after: Pack) -> Iterator[tuple[str, Reason]]:
    for grant in after.authority:
        old = authority_ceiling(before, grant.role, grant.request_kind, grant.metric)
        if grant.request_kind in before.kinds and _higher(grant.ceiling, old):
            yield grant.role, _ceiling_reason(after, grant, old)


def _higher(new: Decimal | None, old: Decimal | None) -> bool:
    return old is not None and (new is None or new > old)


def _ceiling_reason(after: Pack, grant: Authority, old: Decimal | None) -> Reason:
    column = after.kinds[grant.request_kind].columns.get(grant.metric)
    kind = column.kind if column is not None else "number"
    names = (column.zh, column.en) if column is not None else (grant.metric, grant.metric)
    zh, en = _named(after, grant.role)
    said = {
        language: [none if value is None else number_words(value, kind, language) for value in (old, grant.ceiling)]
        for language, none in (("zh", "无上限"), ("en", "no limit"))
    }
    return Reason(
        "PL-RAISE",
        f"{zh}的权限（{names[0]}）由 {said['zh'][0]} 提高到 {said['zh'][1]}",
        f"the authority of the {en} ({names[1]}) rises from {said['en'][0]} to {said['en'][1]}",
        {"role": grant.role, "kind": grant.request_kind},
    )


def _by_chain(before: Pack, after: Pack) -> Iterator[tuple[str, Reason]]:
    for band in after.chains:
        old, new = _last(before, band), _last(after, band)
        for role in sorted(new if new < old else new - old) if old else ():
            zh, en = _named(after, role)
            others = [_named(before, other) for other in sorted(old)]
            was_zh, was_en = "、".join(each[0] for each in others), " and ".join(f"the {each[1]}" for each in others)
            yield (
                role,
                Reason(
                    "PL-RAISE",
                    f"档次 {band} 由{zh}最后决定，此前由{was_zh}最后决定",
                    f"in band {band} the {en} decides last; so far {was_en} did",
                    {"role": role, "band": band},
                ),
            )


def _by_panel(before: Pack, after: Pack) -> Iterator[tuple[str, Reason]]:
    for band, asked in after.chains.items():
        for role in sorted(_last(before, band) & _last(after, band)):
            old, new = before.chains[band].panels.get(role), asked.panels.get(role)
            if old is not None and _fewer(old, new):
                zh, en = _named(after, role)
                now = new.written if new is not None else ""
                yield (
                    role,
                    Reason(
                        "PL-RAISE",
                        f"档次 {band} 最后决定所需的{zh}人数减少（{role}{old.written} → {role}{now}）",
                        f"in band {band} fewer people of the {en} are enough ({role}{old.written} → {role}{now})",
                        {"role": role, "band": band},
                    ),
                )


def _fewer(old: PanelRule, new: PanelRule | None) -> bool:
    """Whether fewer approvals pass: any one of them instead of several, a vote instead of all, or fewer votes."""
    if new is None or new.mode != "vote":
        return new is None
    return old.mode != "vote" or new.needed < old.needed


def _by_ownership(before: Pack, after: Pack) -> Iterator[tuple[str, Reason]]:
    role, old = after.parameters.policy_owner, before.parameters.policy_owner
    if role == old or role not in after.roles:  # one that is no role is a finding of the check
        return
    (zh, en), (was_zh, was_en) = _named(after, role), _named(before, old)
    yield (
        role,
        Reason(
            "PL-RAISE",
            f"{zh}成为政策负责人（此前为{was_zh}），可代为决定、作废和重新流转申请",
            f"the {en} becomes the owner of the policy (so far the {was_en}) and may override, void and re-route",
            {"role": role},
        ),
    )


def _last(pack: Pack, band: str) -> frozenset[str]:
    """Whoever approves last before it takes effect; nobody where nobody is needed, or in a band that is not there."""
    chain = pack.chains.get(band)
    stages = chain.stages[: chain.effect_after] if chain is not None else ()
    return frozenset(stages[-1]) - chain.comments if chain is not None and stages else frozenset()


def _named(pack: Pack, role: str) -> tuple[str, str]:
    known = pack.roles.get(role)
    return (known.zh, known.en) if known is not None else (role, role)


_RISES: Final = (_by_ceiling, _by_chain, _by_panel, _by_ownership)

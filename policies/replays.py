"""What a replay says: which one counts for a version, and its result in sentences, for pages, papers and the trail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from policies.models import PolicyReplay, PolicyVersion
from policies.rules.replay import CHANGES, SAME
from policies.rules.tables import Reason

CODE: Final = "REPLAY"
CHANGE_WORDS: Final = {
    "automatic": ("不再需要审批", "no approval any more"),
    "shorter": ("审批人减少", "fewer approvals"),
    "unblocked": ("不再被禁止提交", "no longer stopped"),
    "others": ("由他人审批", "other approvers"),
    "order": ("顺序或方式不同", "another order or part"),
    "longer": ("审批人增加", "more approvals"),
    "asked": ("不再自动通过", "no longer automatic"),
    "blocked": ("被禁止提交", "stopped at submission"),
}
_MEASURES: Final = {
    "credit": ("申请额度", "Credit asked for"),
    "special_price": ("特价让利", "Margin given away by special prices"),
}
_WHY: Final = {
    "fact": ("当时未采集「%s」", "“%s” was not collected then"),
    "unreadable": ("「%s」无法读取", "“%s” cannot be read"),
    "kind": ("没有「%s」类申请的规则", "no rules for requests of kind “%s”"),
    "tables": ("规则自相矛盾：%s", "the tables contradict themselves: %s"),
}
_MOST_ROLES: Final = 6


def current(version: PolicyVersion) -> PolicyReplay | None:
    """The newest finished replay of the version's tables as they are now; None when there is none."""
    return version.replays.finished().filter(digest=version.digest).select_related("base").first()


def totals(result: dict[str, Any]) -> dict[str, Any]:
    """All kinds of request added up."""
    whole: dict[str, Any] = {"read": 0, "judged": 0, "eased_refused": 0, "changes": Counter()}
    for side in ("before", "after"):
        whole[side] = Counter()
    for kind in result.get("kinds", {}).values():
        for name in ("read", "judged", "eased_refused"):
            whole[name] += kind[name]
        whole["changes"].update(kind["changes"])
        for side in ("before", "after"):
            whole[side].update(kind[side])
    whole["changed"] = whole["judged"] - whole["changes"][SAME]
    return whole


def headline(replay: PolicyReplay) -> dict[str, int]:
    """The counts that the trail keeps."""
    whole = totals(replay.result)
    sides = {f"{name}_{side}": whole[side][name] for name in ("automatic", "steps") for side in ("before", "after")}
    return {"judged": whole["judged"], "changed": whole["changed"], **sides}


def share(part: int, whole: int) -> Decimal:
    """Per cent, one decimal."""
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1")) if whole else Decimal(0)


def summary_lines(replay: PolicyReplay) -> list[Reason]:
    """The result in sentences, for the document of the policy change."""
    whole = totals(replay.result)
    lines = [_scope(replay, whole)]
    if whole["judged"]:
        lines += [_changed(whole), _automatic(whole), _load(replay.result, whole)]
    lines += _money(replay.result)
    if whole["eased_refused"]:
        count = whole["eased_refused"]
        lines.append(
            _line(
                f"其中 {count:,} 份当时被退回或驳回，按新版本审批将减少。",
                f"{count:,} of those with less approval had been returned or rejected by people.",
            )
        )
    lines += _not_judged(replay.result)
    return lines


def _line(zh: str, en: str) -> Reason:
    return Reason(CODE, zh, en)


def _scope(replay: PolicyReplay, whole: dict[str, Any]) -> Reason:
    period, number, base = f"{replay.valid_from} – {replay.last_on}", f"{whole['read']:,}", replay.base.number
    return _line(
        f"用 {replay.months} 个月（{period}）的 {number} 份提交回放，与第 {base} 版对比；"
        "评分、公式额度、毛利等数据以提交时为准。",
        f"Replayed on {number} submissions of {replay.months} months ({period}), beside version {base}; "
        "scores, formula limits and margins are those of the submission.",
    )


def _changed(whole: dict[str, Any]) -> Reason:
    if not whole["changed"]:
        return _line("没有任何审批路径改变。", "No approval path changes.")
    zh, en = ([f"{CHANGE_WORDS[name][side]} {whole['changes'][name]:,}" for name in CHANGES if whole["changes"][name]]
              for side in (0, 1))  # fmt: skip
    part = share(whole["changed"], whole["judged"])
    return _line(
        f"{whole['changed']:,} 份的审批路径改变（{part}%）：{'，'.join(zh)}。",
        f"The path changes for {whole['changed']:,} ({part}%): {', '.join(en)}.",
    )


def _automatic(whole: dict[str, Any]) -> Reason:
    old, new = (share(whole[side]["automatic"], whole["judged"]) for side in ("before", "after"))
    return _line(f"自动通过的比例由 {old}% 变为 {new}%。", f"Share that needs nobody: {old}% before, {new}% after.")


def _load(result: dict[str, Any], whole: dict[str, Any]) -> Reason:
    moved = sorted(((load["after"] - load["before"], role) for role, load in result["roles"].items()), key=_by_size)
    moved = [(difference, role) for difference, role in moved if difference][:_MOST_ROLES]
    roles = ", ".join(f"{role} {difference:+,}" for difference, role in moved)
    old, new = whole["before"]["steps"], whole["after"]["steps"]
    zh, en = (f"（{roles}）", f" ({roles})") if roles else ("", "")
    return _line(f"审批次数由 {old:,} 变为 {new:,}{zh}。", f"Decisions: {old:,} before, {new:,} after{en}.")


def _by_size(moved: tuple[int, str]) -> tuple[int, str]:
    return -abs(moved[0]), moved[1]


def _money(result: dict[str, Any]) -> Iterator[Reason]:
    for kind, (zh, en) in _MEASURES.items():
        found = result.get("kinds", {}).get(kind)
        if not found:
            continue
        sums = [found[name] for name in ("released", "automatic_amount", "held")]
        for currency in sorted({each for amounts in sums for each in amounts}):
            less, none, more = (Decimal(amounts.get(currency, 0)) for amounts in sums)
            yield _line(
                f"{zh}（{currency}）：审批减少的 {less:,.0f}（其中自动通过 {none:,.0f}），审批增加的 {more:,.0f}。",
                f"{en} ({currency}): {less:,.0f} with less approval ({none:,.0f} of it with none), "
                f"{more:,.0f} with more.",
            )


def _not_judged(result: dict[str, Any]) -> Iterator[Reason]:
    for name, count in sorted(result.get("not_judged", {}).items()):
        why, _colon, what = name.partition(":")
        zh, en = (words % what for words in _WHY[why])
        yield _line(f"{count:,} 份无法判断：{zh}。", f"{count:,} could not be judged: {en}.")

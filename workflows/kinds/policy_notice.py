"""The notice of a decided policy change: what changes, line by line, and what it would have meant before."""

from datetime import date
from typing import TYPE_CHECKING, Any

from accounts.language import pick
from policies.models import PolicyVersion
from workflows.pages import Box, Notice, Table
from workflows.written import NOTHING, day, role

if TYPE_CHECKING:
    from workflows.letters.case import Case

# Lines of the diff that the paper prints; the whole diff is on the page of the version and under its digest.
MOST_LINES = 120


def policy_notice(case: "Case") -> Notice:
    """政策变更批复通知书 / Decision on a policy change."""
    evaluation = case.content["evaluation"]
    version, base = evaluation["version"], evaluation["base"]
    number, emergency = version["number"], evaluation["emergency"]
    first = _first_day(case, number)
    begins = _begins(case, first, emergency)
    said = pick(f"政策第 {number} 版经审批，{begins}。", f"Version {number} of the policy is approved, {begins}.")
    return Notice(
        title=pick("政策变更批复通知书", "Decision on a policy change"),
        subject=pick("紧急变更", "Emergency change") if emergency else pick("新版本", "New version"),
        opening=pick(
            f"政策第 {number} 版（依据第 {base['number'] if base else 0} 版起草）的变更申请已完成审批，"
            f"审批结果：{case.outcome()}，日期 {case.decided_on()}。",
            f"The change of the policy to version {number}, drawn up from version {base['number'] if base else 0}, "
            f"has been decided. Result: {case.outcome()}, on {case.decided_on()}.",
        ),
        headline=said if case.approved else pick("该版本未获批准，退回起草。", "The version is not approved."),
        boxes=_boxes(evaluation, begins) if case.approved else (),
        terms=_terms(case, evaluation, first),
        facts=_facts(evaluation),
        tables=(*_replay(evaluation), *_raised(evaluation), *_lines(evaluation)),
        closing=_closing(emergency) if case.approved else "",
    )


def _begins(case: "Case", first: date, emergency: bool) -> str:
    if emergency and day(first) == case.decided_on():
        return pick("立即生效，三十天后失效", "in force at once, for thirty days")
    if emergency:
        return pick(f"自 {day(first)} 起生效，三十天后失效", f"in force from {day(first)}, for thirty days")
    return pick(f"自 {day(first)} 起生效", f"in force from {day(first)}")


def _first_day(case: "Case", number: int) -> date:
    """The day that was fixed when everybody had agreed; of a version that is not approved, the day that was asked."""
    asked: date = case.granted["effective_from"]
    fixed = PolicyVersion.objects.dated().filter(number=number).values_list("effective_from", flat=True).first()
    return fixed or asked


def _boxes(evaluation: dict[str, Any], begins: str) -> tuple[Box, ...]:
    version, base = evaluation["version"], evaluation["base"]
    before = pick(f"取代第 {base['number']} 版", f"follows version {base['number']}") if base else ""
    tables = len(evaluation["tables"])
    return (
        Box(pick("政策版本", "Policy version"), str(version["number"]), before),
        Box(pick("生效", "In force"), begins),
        Box(pick("有变化的表格", "Tables that change"), str(tables)),
    )


def _terms(case: "Case", evaluation: dict[str, Any], granted: date) -> tuple[tuple[str, str, str], ...]:
    version = f"v{evaluation['version']['number']}"
    first = day(evaluation["version"]["effective_from"])
    return (
        (pick("版本", "Version"), version, version if case.approved else NOTHING),
        (pick("生效日", "In force from"), first, day(granted) if case.approved else NOTHING),
    )


def _facts(evaluation: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    version, base = evaluation["version"], evaluation["base"]
    notes = sum(not finding["blocking"] for finding in evaluation["findings"])
    note = " ".join(version.get("change_note", "").split())
    return (
        *(((pick("变更说明", "Why"), note),) if note else ()),
        (pick("内容摘要 SHA-256", "SHA-256 of the tables"), version["digest"]),
        (pick("原版本内容摘要", "SHA-256 of the version before"), base["digest"] if base else NOTHING),
        (pick("检查", "Check"), pick(f"通过，{notes} 条提示", f"passed, {notes} notes")),
    )


def _replay(evaluation: dict[str, Any]) -> tuple[Table, ...]:
    """What it would have meant for earlier requests."""
    replay = evaluation["replay"]
    if not replay:
        return ()
    rows = tuple((str(number), pick(zh, en)) for number, (zh, en) in enumerate(replay["lines"], start=1))
    return (
        Table(pick("对历史申请的影响模拟", "Effect on earlier requests"), ("#", pick("结论", "Finding")), rows, False),
    )


def _raised(evaluation: dict[str, Any]) -> tuple[Table, ...]:
    """Whose authority rises; none of them decided."""
    rows = tuple(
        (role(code), pick(reason["zh"], reason["en"]))
        for code, reasons in evaluation["raised"].items()
        for reason in reasons
    )
    columns = (pick("岗位", "Role"), pick("提高", "Rise"))
    title = pick("权限提高的岗位（未参与审批）", "Roles whose authority rises (they did not decide)")
    return (Table(title, columns, rows, figures=False),) if rows else ()


def _lines(evaluation: dict[str, Any]) -> tuple[Table, ...]:
    """Every change, one line each."""
    lines, left = evaluation["lines"], evaluation["more"]
    rows = [(mark, pick(zh, en)) for mark, zh, en in lines[:MOST_LINES]]
    if more := len(lines) - len(rows) + left:
        rows.append(("…", pick(f"另有 {more} 处变更，见版本页面", f"{more} more changes: see the page of the version")))
    columns = ("±", pick("变更内容", "Change"))
    return (Table(pick("变更明细", "What changes"), columns, tuple(rows), figures=False),) if rows else ()


def _closing(emergency: bool) -> str:
    if emergency:
        return pick(
            "紧急变更三十天后自动失效，恢复变更前的政策；如须保留，应在此之前以正常程序确认。在途申请继续适用其提交时的政策。",
            "The emergency change runs out after thirty days and the policy of before comes back, unless an ordinary "
            "change confirms it before. Requests under way keep the policy that they were sent under.",
        )
    return pick(
        "自生效日起，新提交的申请适用本版本；在途申请继续适用其提交时的政策。生效后的版本不得修改。",
        "From its first day new requests are routed under this version; requests under way keep the policy that they "
        "were sent under. A version that has been in force is never changed.",
    )

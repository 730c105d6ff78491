"""The notice of a decided template version: what is published, which clauses change, from when."""

from typing import TYPE_CHECKING, Any

from accounts.language import pick
from contracts.models import Language
from contracts.rules.clause_text import FRAME
from contracts.template_evaluation import LAYOUT, NEW
from workflows.pages import Box, Notice, Table
from workflows.written import NOTHING, day, role

if TYPE_CHECKING:
    from workflows.letters.case import Case


def template_notice(case: "Case") -> Notice:
    """合同模板发布通知书 / Notice of publication of a contract template."""
    evaluation = case.content["evaluation"]
    template, version = evaluation["template"], evaluation["version"]
    title = pick(template["title_zh"], template["title_en"])
    begins = day(case.granted["valid_from"])
    said = pick(
        f"合同模板“{title}”第 {version['number']} 版经审批发布，自 {begins} 起使用。",
        f"Version {version['number']} of the contract template “{title}” is published and used from {begins}.",
    )
    return Notice(
        title=pick("合同模板发布通知书", "Contract template notice") if case.approved else _refused_title(),
        subject=_change(evaluation),
        opening=pick(
            f"合同模板“{title}”第 {version['number']} 版已按合同模板审批制度完成审批，"
            f"审批结果：{case.outcome()}，日期 {case.decided_on()}。",
            f"Version {version['number']} of the contract template “{title}” has been decided under the approval "
            f"policy for contract templates. Result: {case.outcome()}, on {case.decided_on()}.",
        ),
        headline=said if case.approved else pick("该版本未获批准发布。", "The version is not published."),
        boxes=_boxes(evaluation, begins) if case.approved else (),
        terms=_terms(evaluation, begins),
        facts=_facts(evaluation),
        tables=_tables(evaluation),
        closing=_closing() if case.approved else "",
    )


def _refused_title() -> str:
    return pick("合同模板审批通知书", "Contract template decision")


def _change(evaluation: dict[str, Any]) -> str:
    if evaluation["change"] == NEW:
        return pick("全新模板", "New template")
    return pick("版式调整", "Layout only") if evaluation["change"] == LAYOUT else pick("条款变更", "Change of clauses")


def _boxes(evaluation: dict[str, Any], begins: str) -> tuple[Box, ...]:
    template, version, base = evaluation["template"], evaluation["version"], evaluation["base"]
    before = pick(f"取代第 {base['number']} 版", f"replaces version {base['number']}") if base else ""
    number = pick(f"第 {version['number']} 版", f"Version {version['number']}")
    return (
        Box(pick("合同模板", "Template"), template["code"], str(Language(template["language"]).label)),
        Box(pick("版本", "Version"), number, before),
        Box(pick("启用日期", "Used from"), begins),
    )


def _terms(evaluation: dict[str, Any], begins: str) -> tuple[tuple[str, str, str], ...]:
    number = f"v{evaluation['version']['number']}"
    changed = len(evaluation["changes"])
    return (
        (pick("版本", "Version"), number, number),
        (pick("启用日期", "Used from"), day(evaluation["version"]["valid_from"]), begins),
        (pick("文字有变化的条款", "Clauses whose words change"), str(changed), str(changed)),
    )


def _facts(evaluation: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    version, base = evaluation["version"], evaluation["base"]
    return (
        (pick("文件摘要 SHA-256", "SHA-256 of the file"), version["sha256"]),
        (pick("文字摘要 SHA-256", "SHA-256 of the text"), version["text"]),
        (pick("原版本文件摘要", "SHA-256 of the version before"), base["sha256"] if base else NOTHING),
        (pick("页数", "Pages"), str(version["pages"] or NOTHING)),
    )


def _tables(evaluation: dict[str, Any]) -> tuple[Table, ...]:
    """The changed clauses with their owners and how much changes."""
    rows = tuple(
        (
            pick("页眉页脚与图片", "Header, footer and pictures")
            if one["code"] == FRAME
            else f"{one['code']} {one['title']}",
            _state(one["state"]),
            f"+{one['inserted']} −{one['deleted']}",
            pick("、", ", ").join(role(code) for code in one["owners"]) or NOTHING,
        )
        for one in evaluation["changes"]
    )
    columns = (
        pick("条款", "Clause"),
        pick("变化", "Change"),
        pick("增删字符", "Characters"),
        pick("责任岗位", "Owners"),
    )
    return (Table(pick("变更条款", "Changed clauses"), columns, rows, figures=False),) if rows else ()


def _state(state: str) -> str:
    words = {
        "changed": ("修改", "changed"),
        "added": ("新增", "new"),
        "removed": ("删除", "removed"),
        "moved": ("移位", "moved"),
    }
    return pick(*words[state])


def _closing() -> str:
    return pick(
        "自启用日期起，新订立的合同一律使用本版本；此前订立的合同继续适用其订立时的版本。已发布的版本不得修改。",
        "From the first day of use, new contracts are made from this version; contracts made before keep the version "
        "that they were made from. A published version is never edited.",
    )

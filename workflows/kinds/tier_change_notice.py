"""The tier change notice: which stars from which day, and what they give the customer."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from accounts.language import pick
from workflows.pages import Box, Notice, Table
from workflows.written import NOTHING, day

if TYPE_CHECKING:
    from workflows.letters.case import Case

# What the customer is told; budgets, commission, controls and confidential rebates are internal.
TOLD: Final = (
    "discount",
    "std_term",
    "max_term",
    "limit",
    "placement",
    "rebate",
    "payment_gate",
    "support",
    "rerating",
)


def tier_change_notice(case: "Case") -> Notice:
    """客户星级变更通知书 / Tier change notice of a decided tier change."""
    evaluation = case.content["evaluation"]
    return Notice(
        title=pick("客户星级变更通知书", "Tier change notice"),
        subject=_change(evaluation),
        opening=pick(
            f"贵公司的客户星级已按我公司客户分级政策完成评定与审批，审批结果：{case.outcome()}，"
            f"批复日期 {case.decided_on()}。",
            "Your customer tier has been rated and decided under our tier policy. "
            f"Result: {case.outcome()}, on {case.decided_on()}.",
        ),
        headline=_headline(case, evaluation),
        boxes=_boxes(case, evaluation) if case.approved else (),
        terms=_terms(case, evaluation),
        facts=_facts(evaluation),
        tables=(_benefits(evaluation),) if case.approved else (),
        closing=_closing() if case.approved else "",
    )


def stars(tier: object) -> str:
    """Three stars, in words that every font has."""
    number = int(str(tier)) if tier else 0
    if not number:
        return pick("未评级", "not rated")
    return pick(f"{number} 星", f"{number} stars" if number > 1 else "1 star")


def _change(evaluation: Mapping[str, Any]) -> str:
    now, then = stars(evaluation["current"]["tier"]), stars(evaluation["proposed"]["tier"])
    return pick(f"{now}变更为 {then}", f"{now} to {then}")


def _headline(case: "Case", evaluation: Mapping[str, Any]) -> str:
    then = stars(evaluation["proposed"]["tier"])
    if not case.approved:
        if evaluation["emergency"] and case.request.effective_at is not None:
            return pick(
                "紧急措施未获追认，恢复原星级。",
                "The emergency measure was not ratified: the earlier stars count again.",
            )
        return pick("本次星级变更未获批准，星级不变。", "The tier change was not approved: the stars stay as they are.")
    first = day(case.granted["effective_on"])
    if evaluation["emergency"] and case.request.closed_at is None:
        return pick(
            f"作为紧急措施，自 {first} 起客户星级为 {then}，待追认。",
            f"As an emergency measure, {then} from {first}; to be ratified.",
        )
    return pick(f"自 {first} 起，客户星级为 {then}。", f"From {first} your tier is {then}.")


def _boxes(case: "Case", evaluation: Mapping[str, Any]) -> tuple[Box, ...]:
    now = stars(evaluation["current"]["tier"])
    listed = evaluation["proposed"]["key_account"]
    return (
        Box(pick("星级", "Tier"), stars(evaluation["proposed"]["tier"]), pick(f"原为 {now}", f"before: {now}")),
        Box(pick("生效日", "Takes effect"), day(case.granted["effective_on"])),
        Box(pick("大客户名单", "Key-account list"), pick("在列", "yes") if listed else pick("不在列", "no")),
    )


def _terms(case: "Case", evaluation: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    then = stars(evaluation["proposed"]["tier"])
    granted = case.granted if case.approved else {}
    return (
        (pick("星级", "Tier"), then, then if case.approved else NOTHING),
        (pick("生效日", "Takes effect"), day(case.asked["effective_on"]), day(granted.get("effective_on"))),
        (pick("最迟复评日", "Rated again by"), day(case.asked["rerate_on"]), day(granted.get("rerate_on"))),
    )


def _facts(evaluation: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    score, grade = evaluation["rating"]["score"]["score"], evaluation["grade"]
    points = pick("数据不足", "not enough figures") if score is None else pick(f"{score} 分", f"{score} points")
    return (
        (pick("分级得分", "Tier score"), points),
        (pick("信用等级", "Credit grade"), grade or NOTHING),
        (pick("评定日期", "Rated as of"), day(evaluation["on"])),
    )


def _benefits(evaluation: Mapping[str, Any]) -> Table:
    rows = [row for row in evaluation["benefits"] if row["code"] in TOLD]
    return Table(
        pick("政策待遇", "What the tier gives"),
        (pick("项目", "Item"), pick("变更前", "Before"), pick("变更后", "From the effective date")),
        tuple(
            (
                pick(row["zh"], row["en"]),
                pick(row["before_zh"], row["before_en"]),
                pick(row["after_zh"], row["after_en"]),
            )
            for row in rows
        ),
        figures=False,
    )


def _closing() -> str:
    return pick(
        "自生效日起按变更后的星级执行价格折扣、账期、返利与支持政策，此前已确认的订单不受影响。"
        "账期取星级与信用等级中较短者；授信额度以授信批复为准。",
        "Discount, term, rebate and support follow the new tier from its effective date; orders confirmed before it "
        "are not affected. The payment term is the shorter of tier and credit grade; credit limits follow their own "
        "decision.",
    )


def tier_change_sheet(case: "Case") -> tuple[Table, ...]:
    """What the deciders had before them: score, gates and tests, for the approval sheet."""
    evaluation = case.content["evaluation"]
    rating, tests = evaluation["rating"], evaluation["rating"]["tests"]["tests"]
    item, result = pick("项目", "Item"), pick("结果", "Result")
    return (
        Table(
            pick("分级得分", "Tier score"),
            (pick("因素", "Factor"), pick("数值", "Value"), pick("分档", "Band"), pick("得分", "Points")),
            tuple(
                (
                    f"{each['code']} {pick(each['zh'], each['en'])}",
                    each["value"] or NOTHING,
                    each["band"] or NOTHING,
                    NOTHING if each["points"] is None else f"{each['points']} / {each['max']}",
                )
                for each in evaluation["lines"]
            ),
        ),
        Table(
            pick("门槛与假大户识别", "Gates and tests for false key accounts"),
            (item, result),
            (
                *((pick(each["zh"], each["en"]), _passed(each["passed"])) for each in rating["gates"]),
                *((f"{test['code']} {pick(test['zh'], test['en'])}", _state(test)) for test in tests),
            ),
            figures=False,
        ),
    )


def _passed(passed: bool | None) -> str:
    if passed is None:
        return pick("未知", "not known")
    return pick("通过", "passed") if passed else pick("未通过", "not passed")


def _state(test: Mapping[str, Any]) -> str:
    words = {
        "flag": pick("标记", "flag"),
        "amber": pick("关注", "watch"),
        "clear": pick("正常", "clear"),
        "true": pick("真大户", "true key account"),
        "not": pick("条件未全部满足", "conditions not all met"),
    }
    why = "; ".join(pick(reason["zh"], reason["en"]) for reason in test["reasons"])
    word = words.get(test["state"], pick("未知", "not known"))
    return f"{word}: {why}" if why else word

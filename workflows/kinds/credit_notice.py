"""The credit decision notice: what was granted, on which assessment."""

from typing import TYPE_CHECKING

from accounts.language import pick
from contracts.rules import chinese_capitals
from credit.choices import RequestType, Settlement
from credit.rules.variants import is_reduction
from workflows.kinds.credit_variants import is_special
from workflows.pages import Box, Notice
from workflows.written import day, days, money

if TYPE_CHECKING:
    from workflows.letters.case import Case


def credit_notice(case: "Case") -> Notice:
    """授信批复通知书 / Credit decision notice of a decided credit application."""
    kind = str(RequestType(case.content["asked"]["req_type"]).label)
    return Notice(
        title=pick("授信批复通知书", "Credit decision notice"),
        subject=kind,
        opening=_opening(case, kind),
        headline=_headline(case),
        boxes=_boxes(case) if case.approved else (),
        terms=_terms(case),
        conditions=_security(case) if case.approved else (),
        facts=_assessment(case),
        closing=_closing() if case.approved and not _stops(case) else "",
    )


def _opening(case: "Case", kind: str) -> str:
    if is_reduction(case.content["asked"]["req_type"]):
        return pick(
            f"我公司就贵公司的授信额度作出如下决定（{kind}），日期 {case.decided_on()}。",
            f"We have taken a decision on your credit line ({kind}), on {case.decided_on()}.",
        )
    return pick(
        f"贵公司的授信申请（{kind}）已按我公司授信审批制度完成审批，"
        f"审批结果：{case.outcome()}，批复日期 {case.decided_on()}。",
        f"Your credit application ({kind}) has been decided under our credit approval policy. "
        f"Result: {case.outcome()}, on {case.decided_on()}.",
    )


def _headline(case: "Case") -> str:
    req_type = case.content["asked"]["req_type"]
    if case.approved and is_special(case.content["asked"]):
        return _special(case, req_type)
    amount = money(case.granted["limit"], case.request.currency)
    term, until = case.granted["term_days"], day(case.granted["valid_to"])
    if not case.approved:
        return pick("本次授信申请未获批准。", "The credit application was not approved.")
    return pick(
        f"批准授信额度 {amount}，账期 {term} 天，有效期至 {until}。",
        f"A credit limit of {amount} with a payment term of {term} days is granted until {until}.",
    )


def _special(case: "Case", req_type: str) -> str:
    """The decision on a temporary limit, a decrease, a freeze or a closing in one sentence."""
    amount = money(case.granted["limit"], case.request.currency)
    first, until = day(case.granted["valid_from"]), day(case.granted["valid_to"])
    return {
        "temporary": pick(
            f"在现有额度之外批准临时额度 {amount}，自 {first} 起至 {until} 止，到期自动终止。",
            f"A temporary limit of {amount} is granted on top of the limit in force, from {first} to {until}; "
            "it ends by itself after that day.",
        ),
        "decrease": pick(
            f"授信额度调减为 {amount}，自决定之日起生效。", f"The credit limit is decreased to {amount}, at once."
        ),
        "freeze": pick(
            "授信额度自决定之日起冻结，解冻前不得新增赊销。",
            "The credit line is frozen at once; nothing more may be drawn until it is unfrozen.",
        ),
        "close": pick("授信额度自决定之日起关闭。", "The credit line is closed at once."),
    }[req_type]


def _boxes(case: "Case") -> tuple[Box, ...]:
    if _stops(case):
        return ()
    granted, currency = case.granted, case.request.currency
    in_words = pick(("人民币" if currency == "CNY" else "") + chinese_capitals(granted["limit"]), "")
    last = day(granted["valid_to"])
    until = pick(f"至 {last}", f"until {last}")
    return (
        Box(pick("批准额度", "Approved limit"), money(granted["limit"], currency), in_words),
        Box(pick("批准账期", "Approved payment term"), days(granted["term_days"])),
        Box(pick("有效期", "Valid"), day(granted["valid_from"]), until),
    )


def _terms(case: "Case") -> tuple[tuple[str, str, str], ...]:
    if _stops(case):
        return ()
    asked, granted, currency = case.asked, case.granted, case.request.currency
    rows = [
        (pick(f"授信额度（{currency}）", f"Credit limit ({currency})"), money(asked["limit"]), money(granted["limit"])),
        (pick("账期", "Payment term"), days(asked["term_days"]), days(granted["term_days"])),
        (pick("生效日", "Valid from"), day(asked["valid_from"]), day(granted["valid_from"])),
        (pick("到期日", "Valid to"), day(asked["valid_to"]), day(granted["valid_to"])),
    ]
    if asked["placement"]:
        label = pick(f"铺货额度（{currency}）", f"Placement limit ({currency})")
        rows.append((label, money(asked["placement"]), money(granted["placement"])))
    settlement = case.content["asked"].get("settlement")
    if settlement:
        words = str(Settlement(settlement).label)
        rows.append((pick("结算方式", "Settlement"), words, words))
    return tuple(rows)


def _security(case: "Case") -> tuple[str, ...]:
    before = pick("生效前须落实担保：", "To be proved before the line takes effect: ")
    return tuple(before + text for text in case.granted["security"])


def _assessment(case: "Case") -> tuple[tuple[str, str], ...]:
    evaluation, currency = case.content["evaluation"], case.request.currency
    figures, score, grade = evaluation["figures"], evaluation.get("score"), str(evaluation["grade"])
    graded = pick(f"{score} 分，{grade} 级", f"{score} points, grade {grade}")
    facts = [(pick("信用得分与等级", "Score and grade"), graded if score is not None else grade)]
    for key in () if is_special(case.content["asked"]) else ("formula", "recommended", "cost_of_credit"):
        figure = figures[key]
        facts.append((pick(figure["label_zh"], figure["label_en"]), money(figure["value"], currency)))
    unsecured = money(case.content["facts"]["exposure_unsecured_group"], currency)
    facts.append((pick("集团无担保额度合计", "Unsecured limits of the group"), unsecured))
    return tuple(facts)


def _stops(case: "Case") -> bool:
    """A freeze or a closing grants nothing that could be listed."""
    return case.content["asked"]["req_type"] in ("freeze", "close")


def _closing() -> str:
    return pick(
        "本批复自有效期起始日起执行，并取代此前同类批复。批复条件未满足前，相关额度不予启用。"
        "我公司保留在贵公司信用状况发生重大变化时调整或终止本批复的权利。",
        "This decision takes effect on the first day of its validity and replaces earlier "
        "decisions of the same kind. A limit is not opened before its conditions are met. "
        "We may change or end it when the customer's credit standing changes materially.",
    )

"""The decision notice: what was decided, in the language of the reader."""

from accounts.language import pick
from contracts.letters.context import NOTHING, Approval, DecisionNotice, Fact, Term
from contracts.rules import chinese_capitals
from credit.choices import Settlement
from workflows.letters.case import VERBS, Case, conditions_in_words, day, days, money, role


def decision_notice(case: Case) -> DecisionNotice:
    """授信批复通知书 / Credit decision notice of a decided credit application."""
    granted, currency = case.granted, case.request.currency
    approved = case.approved
    in_words = ("人民币" if currency == "CNY" else "") + chinese_capitals(granted.limit)
    return {
        "unit": case.unit(),  # type: ignore[typeddict-item]
        "customer": case.customer(),  # type: ignore[typeddict-item]
        "request_no": case.request.no,
        "request_kind": case.kind(),
        "decision": case.outcome(),
        "decided_on": case.time(case.request.closed_at)[:10],
        "headline": _headline(case),
        "approved_limit": money(granted.limit, currency) if approved else "",
        "approved_limit_words": in_words if approved and pick("zh", "en") == "zh" else "",
        "approved_term": days(granted.term_days) if approved else NOTHING,
        "valid_from": day(granted.valid_from) if approved else NOTHING,
        "valid_to": day(granted.valid_to) if approved else NOTHING,
        "terms": terms_in_words(case),
        "conditions": [*_security(case), *granted.notes] if approved else [],
        "assessment": _assessment(case),
        "approvals": _approvals(case),
        "policy_version": case.policy(),
    }


def _headline(case: Case) -> str:
    amount = money(case.granted.limit, case.request.currency)
    term, until = case.granted.term_days, day(case.granted.valid_to)
    if not case.approved:
        return pick("本次授信申请未获批准。", "The credit application was not approved.")
    return pick(
        f"批准授信额度 {amount}，账期 {term} 天，有效期至 {until}。",
        f"A credit limit of {amount} with a payment term of {term} days is granted until {until}.",
    )


def _security(case: Case) -> list[str]:
    before = pick("生效前须落实担保：", "To be proved before the line takes effect: ")
    return [before + text for text in case.granted.security]


def terms_in_words(case: Case) -> list[Term]:
    asked, granted, currency = case.asked, case.granted, case.request.currency
    rows: list[tuple[str, str, str, str]] = [
        (f"授信额度（{currency}）", f"Credit limit ({currency})", money(asked.limit), money(granted.limit)),
        ("账期", "Payment term", days(asked.term_days), days(granted.term_days)),
        ("生效日", "Valid from", day(asked.valid_from), day(granted.valid_from)),
        ("到期日", "Valid to", day(asked.valid_to), day(granted.valid_to)),
    ]
    if asked.placement:
        label = (f"铺货额度（{currency}）", f"Placement limit ({currency})")
        rows.append((*label, money(asked.placement), money(granted.placement)))
    settlement = case.content["asked"].get("settlement")
    if settlement:
        words = str(Settlement(settlement).label)
        rows.append(("结算方式", "Settlement", words, words))
    return [
        {"label": pick(zh, en), "requested": wanted, "approved": given if case.approved else NOTHING}
        for zh, en, wanted, given in rows
    ]


def _assessment(case: Case) -> list[Fact]:
    evaluation, currency = case.content["evaluation"], case.request.currency
    figures = evaluation["figures"]
    score = evaluation.get("score")
    graded = pick(f"{score} 分，{evaluation['grade']} 级", f"{score} points, grade {evaluation['grade']}")
    facts = [(pick("信用得分与等级", "Score and grade"), graded if score is not None else str(evaluation["grade"]))]
    for key in ("formula", "recommended", "cost_of_credit"):
        figure = figures[key]
        facts.append((pick(figure["label_zh"], figure["label_en"]), money(figure["value"], currency)))
    unsecured = money(case.content["authority"], currency)
    facts.append((pick("集团无担保额度合计", "Unsecured limits of the group"), unsecured))
    return [{"label": label, "value": value} for label, value in facts]


def _approvals(case: Case) -> list[Approval]:
    return [
        {
            "role": role(decision.role),
            "name": decision.actor.display_name,
            "decision": pick(*VERBS[decision.verb]),
            "decided_at": case.time(decision.decided_at)[:16],
            "comment": "; ".join(
                filter(None, [decision.reason, *conditions_in_words(decision.conditions, case.request.currency)])
            )
            or NOTHING,
        }
        for decision in case.last_round
    ]

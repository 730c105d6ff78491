"""What happens to a request of the demo company once it is written: sent, returned, decided by who holds the role."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from accounts.models import User
from workflows import services
from workflows.demo.cases import Act
from workflows.demo.people import Group
from workflows.kind import Kind
from workflows.models import Request, Step
from workflows.preview import preview

DESKS: Final = {"medical": "med", "rolls": "rolls"}
OPINIONS: Final = {
    "SM": ("客户情况属实,建议支持。", "Known for years; supported."),
    "RD": ("符合大区计划。", "In line with the plan of the region."),
    "CC": ("评分与额度测算无误。", "Score and limit checked."),
    "LG": ("担保与付款条款可以接受。", "Security and payment terms are acceptable."),
    "FM": ("资金成本在预算内。", "Within the budget for cost of credit."),
    "CFO": ("同意。", "Agreed."),
    "GM": ("同意。", "Agreed."),
}
OF_KIND: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "tier_change": {
        "SM": ("客户表现符合所报星级。", "The customer is worth these stars."),
        "CC": ("门槛与信用等级已核对。", "Gates and credit grade were checked."),
        "FM": ("返利与费用预算可以承受。", "Rebate and expense are within the budget."),
    },
    "special_price": {
        "SM": ("价格与数量已同客户核对。", "Price and quantity were checked with the customer."),
        "RD": ("符合大区价格策略。", "In line with the prices of the region."),
        "FM": ("毛利与让利金额已核对。", "Margin and concession were checked."),
        "LG": ("竞品证据来源合规。", "The evidence was obtained properly."),
    },
    "contract_template": {
        "LG": ("条款合法,措辞清楚。", "The clauses are lawful and clear."),
        "FM": ("违约与结算条款符合财务制度。", "Breach and settlement follow our finance rules."),
        "RD": ("对客户可以接受。", "Customers can accept it."),
        "QA": ("质量条款未变。", "The clauses on quality are as before."),
    },
}


def tell(
    group: Group, kind: Kind, letter: Any, story: tuple[Act, ...], revise: Callable[[Any, Mapping[str, Any]], Any]
) -> Request | None:
    """Submit, then let the acts of the story happen. What the policy blocks today stays a draft.

    Args:
        revise: (letter, changes): what the author changes before he sends a returned one again.
    """
    author = letter.created_by
    if not preview(kind, letter, author).submittable:
        return None
    first = f"demo:{kind.code}:{letter.pk}"
    request = services.submit(kind, letter.pk, actor=author, idempotency_key=f"{first}:submit")
    for number, act in enumerate(story):
        key = f"{first}:{number}"
        if act.do == "withdraw":
            services.withdraw(request.no, actor=author, reason=act.reason, idempotency_key=key)
        elif act.do == "resubmit":
            letter.refresh_from_db()
            revise(letter, act.changes)
            services.resubmit(request.no, actor=author, idempotency_key=key)
        else:
            _decide_until(group, request.no, act, key)
    return request


def _decide_until(group: Group, no: str, act: Act, key: str) -> None:
    """Everybody before the act's role approves; then that role does what the act says."""
    while True:
        steps = list(Step.objects.filter(request__no=no, status="open").select_related("submission", "request"))
        due = [step for step in steps if step.role == act.role]
        others = [step for step in steps if step.role != act.role]
        if not steps or (act.do == "until" and due and not _beside(act, others)):
            return
        if due and act.do not in ("until", "finish"):
            _decide(group, due[0], act.do, f"{key}:{act.role}", act)
            for step in others if act.do == "return" else ():
                _decide(group, step, "approve", f"{key}:{step.role}")
            return
        waiting = Step.objects.filter(request__no=no, status="waiting").exists()
        if act.do == "until" and not due and not waiting and len(others) == 1:
            return  # the plan of today has no such role: wait for the last one
        step = (_beside(act, others) if due else others)[0]
        _decide(group, step, "approve", f"{key}:{step.role}")


def _beside(act: Act, others: list[Step]) -> list[Step]:
    """Who decides beside the awaited role and has done so: the director, where credit control is awaited."""
    return [step for step in others if act.role == "CC" and step.role == "RD" and step.request_id % 2]


def _decide(group: Group, step: Step, verb: str, key: str, act: Act | None = None) -> None:
    actor = decider(group, step)
    zh, en = OF_KIND.get(step.request.kind, OPINIONS).get(step.role, ("同意。", "Agreed."))
    usual = zh if actor.language == "zh-hans" else en
    services.decide(
        step.request.no,
        step.pk,
        actor=actor,
        verb=verb,
        content_sha256=step.submission.content_sha256,
        idempotency_key=key,
        reason=act.reason if act else usual,
        conditions=act.conditions if act else None,
    )


def decider(group: Group, step: Step) -> User:
    """Who holds the role for the request's place."""
    request = step.request
    desk = DESKS[request.unit.code]
    region = request.region.code if request.region else ""
    box = {"SM": f"sm.{region}", "CFO": "cfo", "CH": "chair"}.get(step.role, f"{step.role.lower()}.{desk}")
    return group.people[box]

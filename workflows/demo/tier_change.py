"""Tier changes of the demo company: one in review, one objected to, one to be ratified, one refused, one in force."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils import translation

from customers.models import Customer
from customers.services.tier_changes import save_tier_change
from workflows.demo.cases import APPROVED, AT_ONCE, Act, until
from workflows.demo.people import Group
from workflows.demo.stories import tell
from workflows.kinds.tier_change import KIND

RATED: Final = {
    "influence": 3,
    "influence_evidence": "区域行业协会理事单位,带动两家同行采购。",
    "proactivity": 7,
    "proactivity_evidence": "每季度与我方共同制定滚动采购计划,主动反馈终端库存。",
}


@dataclass(frozen=True)
class Case:
    """One change: whose, to how many stars, why, and its story.

    Args:
        by: mailbox of the author; "" is the customer's owner.
        more: what else the letter says.
    """

    customer: str
    stars: int
    reason_code: str
    reason: str
    story: tuple[Act, ...]
    by: str = ""
    more: Mapping[str, Any] = field(default_factory=lambda: RATED)


RERATED: Final = {"source": "rerating"}
CASES: Final = [
    Case("M0019", 3, "growth", "骨科耗材集采落地后采购稳步增长,两年无逾期。", until("RD")),
    Case("M0016", 4, "growth", "华中最大配送商,贡献与回款均达到四星标准。", AT_ONCE),
    Case("M0021", 2, "rerating", "年度评级:得分低于四星进入标准三分以上,销售额档次下降。", (
        Act("object", "SM", "The drop was our own delivery stop in spring; orders are back since July."),
    ), "so.med", RERATED),
    Case("M0006", 1, "rerating", "年度评级:信用等级 C,未达到二星门槛。", AT_ONCE, "so.med",
         {**RERATED, "sponsor_informed": True}),
    Case("M0013", 1, "risk", "药品经营许可证已过期,停止赊销。", AT_ONCE, "cc2.med", {"source": "emergency"}),
    Case("M0012", 4, "potential", "希望享受四星政策以争取新代理线。", (
        Act("reject", "RD", "信用等级和销售档次均未达到四星门槛,先按三星执行,半年后再评。"),
    ), more={**RATED, "override_reason": "竞品给出同等条件,客户要求四星待遇。"}),
    Case("R0078", 2, "growth", "连续两年按期付款,年采购量增长。", APPROVED),
]  # fmt: skip


def open_all(group: Group, customers: Mapping[str, Customer], today: date) -> None:
    """Write every change and let its story happen."""
    with translation.override("zh-hans"):
        for case in CASES:
            if case.customer in customers:
                _open(group, customers[case.customer].pk, case, today)


def _open(group: Group, pk: int, case: Case, today: date) -> None:
    customer = Customer.objects.select_related("unit", "region", "owner").get(pk=pk)
    asked = {"proposed_tier": case.stars, "reason_code": case.reason_code, "reason_text": case.reason}
    author = group.people[case.by] if case.by else customer.owner
    letter = save_tier_change(customer, {"effective_on": today, **asked, **case.more}, author)
    tell(group, KIND, letter, case.story, lambda draft, changes: save_tier_change(customer, changes, author, draft))

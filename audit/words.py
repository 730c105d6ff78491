"""What recorded fields and codes are called; the trail itself keeps the codes, these words only stand beside them."""

from collections.abc import Mapping
from typing import Any, Final

from accounts.language import pick
from accounts.roles import LABELS as ROLES

CHANNELS: Final[Mapping[str, tuple[str, str]]] = {
    "page": ("页面", "page"),
    "api": ("接口", "API"),
    "mail-link": ("邮件链接", "link in a mail"),
    "job": ("后台任务", "background job"),
    "command": ("命令行", "command line"),
}
FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "amount": ("金额", "amount"),
    "application": ("授信申请", "credit application"),
    "as_of": ("基准日", "as of"),
    "basis": ("档位口径", "basis of the band"),
    "blocking": ("过期停止授信", "blocks credit when expired"),
    "buyer_public_or_large": ("公立机构或大型企业", "public or large enterprise"),
    "category_purchases": ("本品类年采购额", "yearly purchases of our category"),
    "closed_on": ("关闭日期", "closed on"),
    "code": ("编码", "code"),
    "condition": ("批复条件", "condition"),
    "consent": ("同意联系", "has agreed to be contacted"),
    "currency": ("币种", "currency"),
    "customer_type": ("客户类型", "type of customer"),
    "data_as_of": ("数据截至", "data of"),
    "deputy": ("代理", "deputy"),
    "digest": ("摘要值", "digest"),
    "effective_from": ("生效日", "in force from"),
    "end_reason": ("终止原因", "reason of the end"),
    "evidence": ("落实依据", "proof"),
    "form_no": ("表单号", "number of the form"),
    "founded_on": ("成立日期", "founded on"),
    "group": ("所属集团", "group"),
    "inserted": ("新增行数", "new rows"),
    "key_account": ("大客户", "key account"),
    "kind": ("类型", "kind"),
    "language": ("语言", "language"),
    "name": ("名称", "name"),
    "name_en": ("英文名称", "English name"),
    "note": ("其他条件", "other condition"),
    "number": ("编号", "number"),
    "on": ("日期", "date"),
    "owner": ("负责人", "owner"),
    "pages": ("页数", "pages"),
    "plan": ("审批路径摘要值", "digest of the path"),
    "region": ("大区", "region"),
    "registered_address": ("注册地址", "registered address"),
    "req_limit": ("申请额度", "requested limit"),
    "req_term": ("申请账期", "requested term"),
    "req_type": ("申请类型", "request type"),
    "revision": ("版次", "revision"),
    "role": ("角色", "role"),
    "round": ("轮次", "round"),
    "rows": ("行数", "rows"),
    "seal": ("电子印章", "seal"),
    "sealed_at": ("签章时间", "sealed at"),
    "security": ("担保", "security"),
    "segment": ("客户细分", "segment"),
    "short_name": ("简称", "short name"),
    "since": ("合作起始", "customer since"),
    "size": ("字节数", "bytes"),
    "skipped": ("跳过的节点", "skipped steps"),
    "source": ("来源", "source"),
    "state": ("状态", "state"),
    "status": ("节点状态", "state of the step"),
    "step": ("节点", "step"),
    "steps": ("审批节点", "steps"),
    "target_lines": ("目标产品线", "target lines"),
    "term_days": ("账期（天）", "term in days"),
    "tier": ("星级", "tier"),
    "tier_provisional": ("星级暂定", "tier is provisional"),
    "title": ("职务", "position"),
    "turnover": ("年营业额", "yearly turnover"),
    "unit": ("公司", "company"),
    "uscc": ("统一社会信用代码", "unified social credit code"),
    "user": ("账号", "account"),
    "valid_from": ("有效期起", "valid from"),
    "valid_to": ("有效期止", "valid to"),
    "verb": ("审批决定", "decision"),
    "with": ("共享给", "shared with"),
}
# Codes whose meaning nobody should have to look up; keyed by field, because words repeat.
VALUES: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "verb": {
        "approve": ("同意", "approved"),
        "approve_conditional": ("附条件同意", "approved with conditions"),
        "return": ("退回", "returned"),
        "reject": ("驳回", "rejected"),
    },
    "status": {
        "approved": ("已批准", "approved"),
        "endorsed": ("审核同意", "endorsed"),
        "returned": ("已退回", "returned"),
        "rejected": ("已驳回", "rejected"),
    },
    "role": ROLES,
    "step": ROLES,
}  # fmt: skip


def field(name: str) -> str:
    """A recorded field in the reader's language; empty when there is no other word than its code."""
    return pick(*FIELDS[name]) if name in FIELDS else ""


def value(name: str, recorded: Any) -> str:
    """The meaning of a recorded code in the reader's language; empty when it speaks for itself."""
    meaning = VALUES.get(name, {}).get(recorded) if isinstance(recorded, str) else None
    return pick(*meaning) if meaning else ""


def channel(code: str) -> str:
    """The way in which a change came, e.g. ``page``."""
    return pick(*CHANNELS[code]) if code in CHANNELS else code

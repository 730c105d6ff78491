"""The fixed wording of the letters in both languages; {{ fields }} are filled in by rendering.

These are texts of legal documents, not of the screen: they are reviewed here, side by side, not in gettext.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """Everything a letter says by itself in one language."""

    texts: dict[str, str]
    sheet_customer: tuple[tuple[str, str], ...]
    sheet_subject: tuple[tuple[str, str], ...]
    sheet_head: tuple[tuple[str, str], ...]
    page: tuple[str, ...]
    title_tracking: float

    def __getitem__(self, key: str) -> str:
        return self.texts[key]


CHINESE = Words(
    texts={
        "decision_notice": "授信批复通知书",
        "approval_sheet": "审批记录单",
        "subtitle": "申请编号 {{ request_no }} · {{ request_kind }}",
        "unit_line": "统一社会信用代码 {{ unit.uscc }} · {{ unit.address }}",
        "number": "文件编号",
        "issued_on": "签发日期 {{ document.issued_on }}",
        "to": "致：{{ customer.name }}",
        "to_codes": "客户编码 {{ customer.code }} · 统一社会信用代码 {{ customer.uscc }}",
        "terms": "申请与批复",
        "item": "项目",
        "requested": "申请",
        "approved": "批复",
        "conditions": "批复条件",
        "assessment": "评估摘要",
        "approvals": "审批记录",
        "role": "岗位",
        "name": "姓名",
        "decision": "决定",
        "time": "时间",
        "comment": "意见",
        "sealed_by": "{{ unit.name }}（电子印章）",
        "how_to_verify": "本文件带有电子签章，任何改动均可被发现。"
        "请扫描二维码，或访问下列网址并核对验证码，查验文件真伪与效力。",
        "verify_code": "验证码 {{ document.verify_code }}",
        "data_digest": "数据摘要 SHA-256 {{ document.snapshot_sha256 }}",
        "policy": "审批依据 {{ policy_version }}",
        "qr_alt": "查验二维码",
        "picture_alt": "图示",
        "summary": "申请内容",
        "figures": "计算依据",
        "value": "数值",
        "formula": "计算方法",
        "source": "数据来源",
        "plan": "审批路径",
        "stage": "阶段",
        "mode": "方式",
        "reason": "适用规则与原因",
        "decisions": "审批决定",
        "round": "轮次",
        "step": "步骤",
        "evidence": "内容摘要",
        "events": "全程记录",
        "position": "序号",
        "actor": "操作人",
        "action": "事项",
        "detail": "内容",
        "hash": "记录哈希",
        "attachments": "附件",
        "file": "文件名",
        "kind": "类别",
        "size": "大小",
        "sha256": "SHA-256",
    },
    sheet_customer=(
        ("客户", "{{ customer.name }}"),
        ("客户编码", "{{ customer.code }}"),
        ("信用代码", "{{ customer.uscc }}"),
        ("审批结果", "{{ outcome }}"),
    ),
    sheet_subject=(
        ("事项", "{{ request_kind }}"),
        ("审批结果", "{{ outcome }}"),
    ),
    sheet_head=(
        ("申请人", "{{ submitted_by }}"),
        ("提交时间", "{{ submitted_at }}"),
        ("办结时间", "{{ closed_at }}"),
        ("路径摘要", "{{ plan_digest }}"),
    ),
    page=("第 ", "PAGE", " 页 / 共 ", "NUMPAGES", " 页"),
    title_tracking=2.5,
)

ENGLISH = Words(
    texts={
        "decision_notice": "Credit decision notice",
        "approval_sheet": "Approval sheet",
        "subtitle": "Request {{ request_no }} · {{ request_kind }}",
        "unit_line": "Unified social credit code {{ unit.uscc }} · {{ unit.address }}",
        "number": "Document number",
        "issued_on": "Issued on {{ document.issued_on }}",
        "to": "To: {{ customer.name }}",
        "to_codes": "Customer {{ customer.code }} · Unified social credit code {{ customer.uscc }}",
        "terms": "Requested and approved",
        "item": "Item",
        "requested": "Requested",
        "approved": "Approved",
        "conditions": "Conditions",
        "assessment": "Assessment",
        "approvals": "Approvals",
        "role": "Role",
        "name": "Name",
        "decision": "Decision",
        "time": "Time",
        "comment": "Comment",
        "sealed_by": "{{ unit.name }} (electronic seal)",
        "how_to_verify": "This document carries an electronic seal: any change to it can be detected. "
        "Scan the code, or open the address below and compare the verification code.",
        "verify_code": "Verification code {{ document.verify_code }}",
        "data_digest": "Data digest SHA-256 {{ document.snapshot_sha256 }}",
        "policy": "Decided under {{ policy_version }}",
        "qr_alt": "QR code of the verification page",
        "picture_alt": "Drawing",
        "summary": "What was asked",
        "figures": "Figures and how they were computed",
        "value": "Value",
        "formula": "Formula",
        "source": "Source",
        "plan": "Approval path",
        "stage": "Stage",
        "mode": "Mode",
        "reason": "Rule and reason",
        "decisions": "Decisions",
        "round": "Round",
        "step": "Step",
        "evidence": "Content hash",
        "events": "Full trail",
        "position": "No.",
        "actor": "Person",
        "action": "Event",
        "detail": "Detail",
        "hash": "Event hash",
        "attachments": "Attachments",
        "file": "File",
        "kind": "Kind",
        "size": "Size",
        "sha256": "SHA-256",
    },
    sheet_customer=(
        ("Customer", "{{ customer.name }}"),
        ("Code", "{{ customer.code }}"),
        ("Credit code", "{{ customer.uscc }}"),
        ("Outcome", "{{ outcome }}"),
    ),
    sheet_subject=(
        ("Subject", "{{ request_kind }}"),
        ("Outcome", "{{ outcome }}"),
    ),
    sheet_head=(
        ("Submitted by", "{{ submitted_by }}"),
        ("Submitted", "{{ submitted_at }}"),
        ("Closed", "{{ closed_at }}"),
        ("Plan digest", "{{ plan_digest }}"),
    ),
    page=("Page ", "PAGE", " of ", "NUMPAGES"),
    title_tracking=0.3,
)

WORDS = {"zh-hans": CHINESE, "en": ENGLISH}

"""What the approval sheets of the layout tests say."""

from typing import Any

from contracts.letters.context import ApprovalSheet
from tests.contracts.sample_notices import CUSTOMER, EN_UNIT, ZH_UNIT, notice_en, notice_zh


def sheet_zh() -> ApprovalSheet:
    notice = notice_zh()
    return {
        "unit": ZH_UNIT,
        "customer": CUSTOMER,
        "request_no": "CR-202611-0042",
        "request_kind": "提高授信额度",
        "outcome": "附条件批准",
        "submitted_by": "王晓峰（销售代表）",
        "submitted_at": "2026-11-19 16:30",
        "closed_at": "2026-11-22 09:05",
        "policy_version": notice["policy_version"],
        "plan_digest": "8d1f0c55 e2a97b10",
        "summary": [
            {
                "label": "申请理由",
                "value": "新增热轧产线，四季度轧辊需求提高约 40%，现行额度不足以覆盖已确认订单。",
            },
            {"label": "客户承诺", "value": "全年采购不低于 420 吨，按月对账。"},
        ],
        "terms": notice["terms"],
        "figures": [
            {
                "label": "公式额度",
                "value": "1,184,320.00",
                "formula": "年不含税采购 × 账期 ÷ 360 × 等级系数 0.8",
                "source": "发票数据，截至 2026-11-18 23:00",
            },
            {
                "label": "无担保集团敞口",
                "value": "1,240,000.00",
                "formula": "应收 + 未发货订单 − 有效担保",
                "source": "应收与订单数据，截至 2026-11-18 23:00",
            },
        ],
        "tables": [],
        "plan": [
            {
                "stage": "1",
                "role": "销售经理",
                "mode": "批准",
                "reason": "CL-2：集团无担保敞口 300,000–1,000,000 以上",
            },
            {
                "stage": "2",
                "role": "信用主管",
                "mode": "会签",
                "reason": "ES-3：申请额度超过公式额度 20% 以上",
            },
            {
                "stage": "3",
                "role": "财务总监",
                "mode": "批准",
                "reason": "CL-3：集团无担保敞口 1,240,000 > 1,000,000",
            },
        ],
        "decisions": [
            {
                "round": "1",
                "step": f"{n}. {row['role']}",
                "name": row["name"],
                "decision": row["decision"],
                "decided_at": row["decided_at"],
                "comment": row["comment"],
                "evidence": "5be1 90c4",
            }
            for n, row in enumerate(notice["approvals"], 1)
        ],
        "events": [
            {
                "position": str(n),
                "at": f"2026-11-19 16:{n:02d}:07",
                "actor": "王晓峰",
                "action": "申请已提交",
                "detail": "第 1 轮，路径 3 步",
                "hash": f"{n:04x} a19c 7f02",
            }
            for n in range(1, 15)
        ],
        "attachments": [
            {
                "name": "2025 年度审计报告.pdf",
                "kind": "财务报表",
                "size": "2.4 MB",
                "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            }
        ],
    }


def sheet_en() -> ApprovalSheet:
    sheet = sheet_zh()
    notice = notice_en()
    changes: dict[str, Any] = {
        "unit": EN_UNIT,
        "request_kind": "increase of the credit limit",
        "outcome": "Approved with conditions",
        "submitted_by": "Wang Xiaofeng (sales representative)",
        "terms": notice["terms"],
        "policy_version": notice["policy_version"],
        "summary": [{"label": "Reason", "value": "A new hot-rolling line raises the need for rolls by 40 %."}],
        "figures": [
            {
                "label": "Formula limit",
                "value": "1,184,320.00",
                "formula": "Yearly net purchases × term ÷ 360 × grade factor 0.8",
                "source": "Invoices as of 2026-11-18 23:00",
            }
        ],
        "tables": [],
        "plan": [
            {
                "stage": "1",
                "role": "Sales manager",
                "mode": "Approve",
                "reason": "CL-2: unsecured group exposure above 300,000",
            },
            {
                "stage": "2",
                "role": "Chief financial officer",
                "mode": "Approve",
                "reason": "CL-3: unsecured group exposure 1,240,000 > 1,000,000",
            },
        ],
        "decisions": [
            {
                "round": "1",
                "step": f"{n}. {row['role']}",
                "name": row["name"],
                "decision": row["decision"],
                "decided_at": row["decided_at"],
                "comment": row["comment"],
                "evidence": "5be1 90c4",
            }
            for n, row in enumerate(notice["approvals"], 1)
        ],
    }
    return {**sheet, **changes}  # type: ignore[typeddict-item]

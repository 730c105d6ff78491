"""Letters of an invented company in both languages, as the lead's builders will hand them in."""

from copy import deepcopy
from typing import Any

from contracts.letters.context import ApprovalSheet, DecisionNotice

ZH_UNIT = {
    "name": "华辊轧辊制造有限公司",
    "second_name": "Huagun Roll Manufacturing Co., Ltd.",
    "address": "江苏省常州市新北区通江大道 188 号",
    "uscc": "91320400MA1XK7Q25T",
}
EN_UNIT = {
    "name": "Huagun Roll Manufacturing Co., Ltd.",
    "second_name": "华辊轧辊制造有限公司",
    "address": "188 Tongjiang Avenue, Xinbei District, Changzhou, Jiangsu",
    "uscc": "91320400MA1XK7Q25T",
}
CUSTOMER = {"name": "唐山燕北钢铁集团轧钢有限公司", "code": "C-00031", "uscc": "91130200MA07XQ5R8C"}


def notice_zh() -> DecisionNotice:
    return {
        "unit": ZH_UNIT,
        "customer": CUSTOMER,
        "request_no": "CR-202611-0042",
        "request_kind": "提高授信额度",
        "title": "授信批复通知书",
        "opening": "贵公司的授信申请（提高授信额度）已按我公司授信审批制度完成审批，审批结果：附条件批准，批复日期 2026-11-22。",
        "headline": "我公司同意将贵公司的授信额度提高至人民币 1,200,000.00 元，账期 60 天，条件如下。",
        "boxes": [
            {
                "first": {"label": "批准额度", "value": "CNY 1,200,000.00", "below": "人民币壹佰贰拾万元整"},
                "second": {"label": "批准账期", "value": "开票后 60 天", "below": ""},
                "third": {"label": "有效期", "value": "2026-12-01", "below": "至 2027-11-30"},
            }
        ],
        "terms": [
            {"label": "授信额度（CNY）", "requested": "1,500,000.00", "approved": "1,200,000.00"},
            {"label": "账期（开票后天数）", "requested": "90 天", "approved": "60 天"},
            {"label": "结算方式", "requested": "银行承兑汇票", "approved": "银行承兑汇票或电汇"},
            {"label": "现行额度（CNY）", "requested": "800,000.00", "approved": "由本批复取代"},
        ],
        "conditions": [
            "启用前由集团母公司出具连带责任保证函，保证金额不低于 CNY 600,000.00。",
            "逾期超过 15 天的应收账款在 2026-12-31 前结清。",
        ],
        "assessment": [
            {"label": "信用评分与等级", "value": "76.5 分，B 级"},
            {"label": "公式额度", "value": "CNY 1,184,320.00"},
            {"label": "集团敞口（无担保）", "value": "CNY 1,240,000.00"},
            {"label": "资金占用成本", "value": "CNY 11,836.00 / 年"},
        ],
        "approvals": [
            {
                "role": "销售经理",
                "name": "陈立新",
                "decision": "批准",
                "decided_at": "2026-11-20 10:12",
                "comment": "客户四季度订单已确认，同意。",
            },
            {
                "role": "信用主管",
                "name": "林婉清",
                "decision": "附条件批准",
                "decided_at": "2026-11-20 15:47",
                "comment": "超公式额度部分须由集团担保；账期不超过 60 天。",
            },
            {
                "role": "财务总监",
                "name": "周启明",
                "decision": "批准",
                "decided_at": "2026-11-22 09:05",
                "comment": "同意信用主管意见。",
            },
        ],
        "closing": "本批复自有效期起始日起执行，并取代此前同类批复。批复条件未满足前，相关额度不予启用。"
        "我公司保留在贵公司信用状况发生重大变化时调整或终止本批复的权利。",
        "tables": [],
        "pictures": [],
        "policy_version": "授信政策第 1 版（摘要 3f9a62c1）",
    }


def notice_en() -> DecisionNotice:
    return {
        "unit": EN_UNIT,
        "customer": CUSTOMER,
        "request_no": "CR-202611-0042",
        "request_kind": "increase of the credit limit",
        "title": "Credit decision notice",
        "opening": "Your credit application (increase of the credit limit) has been decided under our credit "
        "approval policy. Result: Approved with conditions, on 22 November 2026.",
        "headline": "We raise your credit limit to CNY 1,200,000.00 with a payment term of 60 days, "
        "on the conditions below.",
        "boxes": [
            {
                "first": {"label": "Approved limit", "value": "CNY 1,200,000.00", "below": ""},
                "second": {"label": "Approved payment term", "value": "60 days from invoice", "below": ""},
                "third": {"label": "Valid", "value": "1 Dec 2026", "below": "until 30 Nov 2027"},
            }
        ],
        "terms": [
            {"label": "Credit limit (CNY)", "requested": "1,500,000.00", "approved": "1,200,000.00"},
            {"label": "Payment term from invoice", "requested": "90 days", "approved": "60 days"},
            {
                "label": "Settlement",
                "requested": "Bank acceptance",
                "approved": "Bank acceptance or transfer",
            },
        ],
        "conditions": [
            "A guarantee of the parent company of at least CNY 600,000.00 before the limit is opened.",
            "Receivables more than 15 days overdue are settled by 31 December 2026.",
        ],
        "assessment": [
            {"label": "Score and grade", "value": "76.5 points, grade B"},
            {"label": "Formula limit", "value": "CNY 1,184,320.00"},
        ],
        "approvals": [
            {
                "role": "Sales manager",
                "name": "Chen Lixin",
                "decision": "Approved",
                "decided_at": "2026-11-20 10:12",
                "comment": "Orders of the fourth quarter are confirmed.",
            },
            {
                "role": "Credit controller",
                "name": "Lin Wanqing",
                "decision": "Approved with conditions",
                "decided_at": "2026-11-20 15:47",
                "comment": "The part above the formula needs a group guarantee; no more than 60 days.",
            },
        ],
        "closing": "This decision takes effect on the first day of its validity and replaces earlier "
        "decisions of the same kind. A limit is not opened before its conditions are met. "
        "We may change or end it when the customer's credit standing changes materially.",
        "tables": [],
        "pictures": [],
        "policy_version": "credit policy version 1 (digest 3f9a62c1)",
    }


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


SAMPLES = {
    ("decision_notice", "zh-hans"): notice_zh,
    ("decision_notice", "en"): notice_en,
    ("approval_sheet", "zh-hans"): sheet_zh,
    ("approval_sheet", "en"): sheet_en,
}

IDENTITY = {
    "number": "DN-202611-0042",
    "issued_on": "2026-11-22",
    "snapshot_sha256": "a3c1" * 16,
    "verify_code": "K7QX M2R0 8VTE 3NPA 55ZD",
    "verify_url": "https://countersign.example.com/v/K7QXM2R08VTE3NPA55ZD",
}


def snapshot(kind: str = "decision_notice", language: str = "zh-hans", **changes: Any) -> dict[str, Any]:
    """A sample letter with some fields changed."""
    return {**deepcopy(SAMPLES[kind, language]()), **changes}

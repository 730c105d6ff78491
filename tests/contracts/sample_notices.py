"""What the decision notices of the layout tests say, the company and the customer."""

from contracts.letters.context import DecisionNotice

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

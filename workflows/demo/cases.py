"""Who asks for what, and how far it has come: the requests of the demo company.

Amounts follow from the evaluation (`share` of the formula limit), so that each case keeps its meaning on any day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from workflows.rules import Conditions

PAPERS: Final = ("contract", "site_photos", "third_party_report", "site_visit")


@dataclass(frozen=True)
class Act:
    """One thing that happens to a request.

    do: ``until`` (approve all before `role`), ``finish`` (approve the rest), ``approve_conditional``, ``return``,
    ``reject`` (by `role`, everything before it is approved), ``withdraw``, ``resubmit`` (with `changes`).
    """

    do: str
    role: str = ""
    reason: str = ""
    conditions: Conditions | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One application: whose, how much of the formula limit, why, and its story.

    Args:
        term: days; None is the standard term of the customer.
        deposit: the whole amount is secured, for customers without unsecured credit.
        shared_with: mailbox of the colleague who may read the confidential request.
        papers: what is in the file; leaving one out makes a draft that cannot be submitted yet.
    """

    customer: str
    share: str
    reason_code: str
    reason: str
    story: tuple[Act, ...] | None
    term: int | None = None
    deposit: bool = False
    statements: bool = True
    shared_with: str = ""
    papers: tuple[str, ...] = PAPERS


def until(role: str) -> tuple[Act, ...]:
    """In review, waiting for the role."""
    return (Act("until", role),)


AT_ONCE: Final[tuple[Act, ...]] = ()
APPROVED: Final = (Act("finish"),)
DRAFT: Final = None

MEDICAL: Final = [
    Case("M0010", "0.9", "growth", "两家连锁新开 11 个门店,采购预计增长三成。", APPROVED),
    Case("M0011", "0.8", "growth", "中标配送项目,需提高备货。", DRAFT, papers=("site_photos", "third_party_report")),
    Case("M0004", "0.6", "project", "新院区九月启用,器械目录扩大。", (
        Act("return", "CC", "新院区的付款计划在哪里?请补充院方确认函后再提交。"),
    )),
    Case("M0008", "1", "season", "双十一前备货,去年同期销量翻倍。", until("CC")),
    Case("M0012", "1", "competitor", "A competitor offers 45 days; we ask for the limit only.", until("CC")),
    Case("M0016", "0.9", "growth", "湖北省标新进 14 个品规。", until("CC")),
    Case("M0019", "1", "project", "骨科耗材集采落地,首批铺货。", until("CC")),
    Case("M0020", "1", "growth", "门店由 46 家增至 60 家。", until("CC")),
    Case("M0021", "0.5", "cash_cycle", "医保回款周期由 60 天延至 90 天。", until("FM")),
    Case("M0025", "0.7", "growth", "New contracts with two private clinics from next month.", until("CC")),
    Case("M0005", "0.5", "project", "院方以保证金全额担保,用于体外诊断试剂。", until("CC"), deposit=True, term=15),
    Case("M0024", "0.5", "growth", "诊所连锁以保证金换取月结。", until("CC"), deposit=True, term=15),
    Case("M0018", "0.9", "project", "中心医院年度协议,付款期随财政拨款。", until("LG"), term=75),
    Case("M0022", "0.5", "cash_cycle", "以保证金担保,恢复月结。", until("SM"), deposit=True, term=15),
    Case("M0017", "0.9", "growth", "湖南基药目录新增,季度返利改为账期。", until("CFO")),
    Case("M0026", "0.4", "growth", "Nationwide delivery contract; volumes rise by a fifth.", until("GM")),
    Case("M0007", "0.9", "growth", "集团统一授信后门店直采。", until("GM")),
    Case("M0003", "0.5", "project", "康复医院以保证金担保采购床旁设备。", AT_ONCE, deposit=True, term=15),
    Case("M0009", "0.5", "season", "冬季流感备货,保证金已到账。", until("CC"), deposit=True, term=15),
]  # fmt: skip
ROLLS: Final = [
    Case("R0013", "0.9", "growth", "二期冷轧线投产,轧辊月耗由 20 吨增至 32 吨。", APPROVED),
    Case("R0017", "0.9", "growth", "年度框架合同续签。", APPROVED),
    Case("R0003", "0.8", "project", "Six stands of the new mill are to be fitted by spring.", until("CFO")),
    Case("R0010", "1", "growth", "检修季集中换辊。", (
        Act("approve_conditional", "CC", "去年两次超期,额度与账期都收紧,半年后复评。",
            {"term_days": 20, "note": "每月对账单须盖章回传。"}),
        Act("finish"),
    )),
    Case("R0025", "1", "project", "新产线首套支承辊。", (
        Act("approve_conditional", "CC", "Unsecured only in part: a deposit comes first.",
            {"security": "收到 50,000 元保证金后生效 · in force once the deposit of 50,000 is received"}),
        Act("finish"),
    )),
    Case("R0031", "1.1", "competitor", "竞品给出 60 天账期。", (
        Act("reject", "CC", "付款记录逐季变差,先把账期控制在 30 天内,三个月后再议。"),
    )),
    Case("R0008", "0.8", "growth", "订单推迟,待客户确认。", (Act("withdraw", reason="客户推迟扩产,暂不需要。"),)),
    Case("R0011", "0.9", "cash_cycle", "承兑改电汇,周转放慢。", (
        Act("return", "SM", "请说明为什么不继续用银行承兑汇票结算?"),
    )),
    Case("R0001", "0.9", "project", "客户正在谈并购,消息尚未公开。", until("RD"), shared_with="rep2.east"),
    Case("R0014", "0.9", "season", "Winter stock before the Spring Festival stop.", AT_ONCE),
    Case("R0018", "0.9", "growth", "A second pickling line.", AT_ONCE),
    Case("R0007", "0.9", "growth", "新增高速钢轧辊。", AT_ONCE),
    Case("R0015", "0.9", "competitor", "对手以寄售争夺份额。", AT_ONCE),
    Case("R0019", "1", "growth", "带钢产线满负荷。", until("CC")),
    Case("R0020", "1", "growth", "锻钢辊替代进口。", until("CC")),
    Case("R0024", "1", "project", "Rolls for the Hospet mill, shipped in three lots.", until("CC")),
    Case("R0026", "1", "growth", "大修备辊。", until("RD")),
    Case("R0030", "1", "season", "四季度集中发货。", until("CFO")),
    Case("R0066", "1.1", "growth", "小批量多频次,免去每单预付。", until("FM")),
    Case("R0004", "0.5", "growth", "特钢线改造,支承辊更换。", until("FM")),
    Case("R0002", "0.9", "growth", "集团新建型钢基地,首批轧辊。", until("CH")),
    Case("R0009", "0.9", "growth", "集团内调剂额度,热轧线检修。", until("GM")),
    Case("R0005", "1", "growth", "薄板线扩产。", (
        Act("return", "CC", "请补充三季度报表。"),
        Act("resubmit", changes={"reason_text": "薄板线扩产;三季度报表已补充,净利润同比增长一成。"}),
        Act("until", "CC"),
    )),
]  # fmt: skip

# The worked examples: E1 at CL-4, E2 at CL-3, E4 at CL-2 in its second round; E3 and E5 stay drafts.
WORKED: Final[dict[str, tuple[Act, ...] | None]] = {
    "E1": (Act("until", "CC"),),
    "E2": AT_ONCE,
    "E3": DRAFT,
    "E4": (
        Act("return", "CC", "申请 200,000 超出公式额度 67%。按公式 120,000、30 天重新提交,质押不变。"),
        Act("resubmit", changes={"req_limit": Decimal(120_000), "reason_text": "按信用部意见调整为公式额度 120,000。"}),
        Act("until", "CC"),
    ),
    "E5": DRAFT,
}
WORKED_REASON: Final = {
    "E1": ("growth", "省级集采中标,付款期由 30 天改为 45 天,与下游医院回款一致。"),
    "E2": ("growth", "新增两条冷链线路,年采购预计 560 万。"),
    "E3": ("competitor", "竞争对手给到 45 天,希望提高额度并延长账期。"),
    "E4": ("growth", "试单三个月全部现款,准备转为月结。"),
    "E5": ("project", "年底冲量项目,希望提高额度。"),
}
YEAR: Final = timedelta(days=364)

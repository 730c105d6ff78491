"""How each figure is computed, in words that the derivation on the screen shows: (zh, en)."""

from collections.abc import Mapping
from typing import Final

RATING: Final = ("分值 × 评分 ÷ 4", "points × rating / 4")
# The indicators of the scorecard that are computed; defaults.md 2(b).
INDICATORS: Final[Mapping[str, tuple[str, str]]] = {
    "HP1": ("近 12 个月按期收回金额 ÷ 到期金额（含宽限期）", "settled in time (with grace) / due, 12 months"),
    "HP2": ("近 12 个月到期金额中已收回 ÷ 到期金额", "settled to date / due, 12 months"),
    "HP3": ("Σ（发票金额 × 逾期天数）÷ 到期金额", "Σ (invoice × days late) / due"),
    "HP4": ("近 12 个月单张发票的最长逾期天数", "most days late of one invoice, 12 months"),
    "HP5": ("每日最高欠款 ÷ 信用额度", "highest daily balance / limit"),
    "HP6": ("近 3 个月回款天数 − 前 9 个月回款天数", "DSO of 3 months − DSO of the 9 months before"),
    "FA1": ("流动资产 ÷ 流动负债", "current assets / current liabilities"),
    "FA2": ("速动资产 ÷ 流动负债", "current assets less inventory / current liabilities"),
    "FA3": ("负债总额 ÷ 资产总额", "total liabilities / total assets"),
    "FA4": ("净利润 ÷ 营业收入", "net profit / revenue"),
    "FA5": ("经营现金流净额 ÷ 流动负债", "operating cash flow / current liabilities"),
    "FA6": ("有形净资产 ÷ 申请额度", "tangible net worth / requested limit"),
    "FA7": ("（营业收入 − 上年营业收入）÷ 上年营业收入", "(revenue − revenue of the year before) / the latter"),
    "FA8": ("成立日期至今的整月数 ÷ 12", "full months since the founding / 12"),
    "FA9": ("担保金额 ÷ 申请额度", "security value / requested limit"),
    "FA10": ("经审计 3，报税 2，内部管理报表 1", "audited 3, filed with the tax office 2, management accounts 1"),
    "DP1": (
        "（近 12 个月销售 − 上年同期销售）÷ 上年同期销售",
        "(sales of 12 months − of the 12 before) / the latter",
    ),
    "DP2": (
        "（同类年采购额 − 近 12 个月销售）÷ 近 12 个月销售",
        "(category purchases − sales of 12 months) / the latter",
    ),
    "DP3": ("客户毛利率 ÷ 公司平均毛利率", "margin with the customer / company average"),
    "DP4": ("近 12 个月中有发货的月数", "months with shipments in 12 months"),
    "DP5": ("已购产品线 ÷ 目标产品线", "lines bought / target lines"),
}  # fmt: skip
# The headline figures; the formula of the limit is defaults.md 2(b), "Grades and credit-granting standard".
HEADLINES: Final[Mapping[str, tuple[str, str]]] = {
    "monthly": (
        "近 12 个月销售 ÷ 有发货月数；新客户：预计月销售额 × 系数",
        "sales of 12 months / months with shipments; new customer: forecast × factor",
    ),
    "need": ("月均销售额 × 账期 ÷ 30 × k", "monthly average × term / 30 × k"),
    "fin": (
        "有形净资产口径与营业额口径中较小者",
        "the smaller of the shares of tangible net worth and of turnover",
    ),
    "sec": ("Σ（担保金额 × 折扣率）", "Σ (security value × haircut)"),
    "formula": (
        "需求额度与（财务承受额度和等级上限中较小者 + 担保折算）中较小者，按取整单位向下取整",
        "the smaller of need and (the smaller of capacity and cap, + security), rounded down",
    ),
    "recommended": (
        "申请额度、公式额度、星级规则、剩余授信预算中最小者",
        "the smallest of requested, formula, tier rule and credit budget left",
    ),
    "cost_of_credit": ("申请额度 × 账期 ÷ 365 × 资金成本率", "requested limit × days / 365 × WACC"),
}

"""A figure with its derivation: what the screen opens when somebody asks where a number comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

SOURCES: Final[Mapping[str, tuple[str, str]]] = {
    "ledger": ("交易数据", "Trading data"),
    "survey": ("资信调查表（表二）", "Credit survey (form 2)"),
    "analysis": ("信用分析评估表（表三）", "Credit analysis (form 3)"),
    "potential": ("发展潜力评分表（表五）", "Development potential (form 5)"),
    "master": ("客户档案", "Customer file"),
    "application": ("本次申请", "This application"),
    "line": ("现行授信", "Limits in force"),
    "policy": ("政策参数", "Policy parameters"),
}
# Name of an operand: Chinese, English, unit.
OPERANDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "due": ("到期金额", "Amount due", "money"),
    "in_time": ("按期收回", "Settled in time", "money"),
    "settled": ("已收回", "Settled to date", "money"),
    "late_weight": ("金额×逾期天数", "Amount × days late", "times"),
    "worst": ("最迟发票", "Latest invoice", "text"),
    "peak": ("最高欠款", "Highest balance", "money"),
    "limit": ("信用额度", "Limit", "money"),
    "dso_3m": ("近3个月回款天数", "DSO, last 3 months", "days"),
    "dso_9m": ("前9个月回款天数", "DSO, 9 months before", "days"),
    "category": ("同类年采购额", "Category purchases", "money"),
    "sales_12m": ("近12个月销售", "Sales, 12 months", "money"),
    "months": ("有发货月数", "Months with shipments", "count"),
    "lines": ("已购产品线", "Lines bought", "count"),
    "target_lines": ("目标产品线", "Target lines", "count"),
    "sales_prior": ("上年同期销售", "Our sales, 12 months before", "money"),
    "margin": ("客户毛利率", "Margin with the customer", "pct"),
    "company_margin": ("公司平均毛利率", "Company average", "pct"),
    "forecast": ("预计月销售额", "Forecast monthly sales", "money"),
    "factor": ("新客户系数", "New-customer factor", "times"),
    "ca": ("流动资产", "Current assets", "money"),
    "quick": ("速动资产", "Current assets less inventory", "money"),
    "cl": ("流动负债", "Current liabilities", "money"),
    "tl": ("负债总额", "Total liabilities", "money"),
    "ta": ("资产总额", "Total assets", "money"),
    "np": ("净利润", "Net profit", "money"),
    "rev": ("营业收入", "Revenue", "money"),
    "rev_prev": ("上年营业收入", "Revenue, year before", "money"),
    "ocf": ("经营现金流净额", "Operating cash flow", "money"),
    "tnw": ("有形净资产", "Tangible net worth", "money"),
    "requested": ("申请额度", "Requested limit", "money"),
    "quality": ("报表质量", "Statement quality", "text"),
    "founded": ("成立日期", "Founded", "text"),
    "security": ("担保金额", "Security value", "money"),
    "rating": ("评分", "Rating 0–4", "rating"),
}
# Codes that stand as operands, as people call them.
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "audited": ("经审计", "audited"),
    "tax_filed": ("报税报表", "filed with the tax office"),
    "management": ("内部管理报表", "management accounts"),
    "none": ("无报表", "no statements"),
}
SHOWN_PLACES: Final = 4  # figures are computed from the exact operand


@dataclass(frozen=True, slots=True)
class Operand:
    """One number a figure was computed from; `unit` is money, days, pct, times, count, rating or text."""

    zh: str
    en: str
    value: Decimal | int | str | None
    unit: str = "money"

    def to_json(self) -> dict[str, Any]:
        value = round(self.value, SHOWN_PLACES) if isinstance(self.value, Decimal) else self.value
        shown = {"label_zh": self.zh, "label_en": self.en, "value": None, "unit": self.unit}
        if value is not None:
            shown["value"] = plain(value)
        if value in WORDS:
            shown["value_zh"], shown["value_en"] = WORDS[str(value)]
        return shown


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, its operands, where they come from and of which day; value None = no data."""

    code: str
    value: Decimal | None
    operands: tuple[Operand, ...] = ()
    source: str = "ledger"
    as_of: str = ""


def operand(name: str, value: Decimal | int | str | None) -> Operand:
    """An operand of `OPERANDS` with its value."""
    zh, en, unit = OPERANDS[name]
    return Operand(zh, en, value, unit)


def plain(value: Decimal | int | str) -> str:
    """A number as text without exponent or superfluous zeros: 0.40 is "0.4", 1E+6 is "1000000"."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return str(value)


def ratio(part: Decimal, whole: Decimal, scale: int = 1) -> Decimal | None:
    """part / whole × scale, or None when there is nothing to divide by."""
    return None if whole == 0 else part / whole * scale


def pct(part: Decimal, whole: Decimal) -> Decimal | None:
    """part as percent of whole, or None when there is nothing to divide by."""
    return ratio(part, whole, 100)

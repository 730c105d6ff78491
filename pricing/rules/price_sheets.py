"""What files of products, list prices and costs look like."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from customers.rules.cells import (
    CellError,
    Column,
    parse_currency,
    parse_date,
    parse_flag,
    parse_quantity,
    parse_text,
)

_PRICE: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?", re.ASCII)


def parse_price(text: str, column: Column) -> Decimal:
    """A price of one stock unit: above zero, below 1e9, at most four decimals."""
    if not _PRICE.fullmatch(text) or not Decimal(text):
        raise CellError("price")
    return Decimal(text)


_PRODUCT = Column("product", "产品编码", "Product code", parse_text, required=True, longest=40)
_CURRENCY = Column("currency", "币种", "Currency", parse_currency, required=True)
_FROM = Column("valid_from", "生效日期", "Valid from", parse_date, required=True)
COLUMNS: Final[dict[str, tuple[Column, ...]]] = {
    "products": (
        _PRODUCT,
        Column("name_zh", "中文名称", "Chinese name", parse_text, required=True, longest=200),
        Column("name_en", "英文名称", "English name", parse_text, required=True, longest=200),
        Column("category", "品类", "Category", parse_text, required=True, longest=40),
        Column("unit", "库存单位", "Stock unit", parse_text, required=True, longest=20),
        Column("spec", "规格", "Specification", parse_text, default="", longest=200),
        Column("brand", "品牌", "Brand", parse_text, default="", longest=120),
        Column("pack_unit", "包装单位", "Pack", parse_text, default="", longest=20),
        Column("pack_size", "每包数量", "Stock units per pack", parse_quantity, default=Decimal(1)),
        Column("divisible", "可拆分", "Sold in fractions", parse_flag, default=False),
        Column("active", "在售", "Active", parse_flag, default=True),
    ),
    "prices": (
        Column("price_list", "价格表", "Price list", parse_text, required=True, longest=40),
        _CURRENCY,
        _FROM,
        Column("valid_to", "失效日期", "Valid to", parse_date),
        _PRODUCT,
        Column("price", "标价", "List price", parse_price, required=True),
    ),
    "costs": (_PRODUCT, _CURRENCY, _FROM, Column("cost", "单位成本", "Unit cost", parse_price, required=True)),
}  # fmt: skip
# What tells two rows of a file apart.
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "products": ("product",),
    "prices": ("price_list", "product"),
    "costs": ("product", "currency", "valid_from"),
}

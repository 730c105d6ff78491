"""Special price requests of the demo company, in every state; the worked example of the policy is the first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils import translation

from customers.models import Customer
from customers.services.papers import add_paper
from pricing.models import Product, SpecialPrice
from pricing.services import special_prices
from workflows.demo.cases import APPROVED, AT_ONCE, DRAFT, Act, until
from workflows.demo.papers import pdf
from workflows.demo.people import Group
from workflows.demo.prices import open_lists
from workflows.demo.stories import tell
from workflows.kinds.special_price import CODE, KIND


@dataclass(frozen=True)
class Case:
    """One request: for whom, which prices, why, and its story.

    Args:
        lines: product, quantity, net price, and a quantity cap or nothing.
        offer: competitor, price, days ago, for the first product.
        promise: kind, expected and best per cent of the net price.
    """

    customer: str
    lines: tuple[tuple[str, str, str, str], ...]
    reason_code: str
    reason: str
    story: tuple[Act, ...] | None
    annual: str = "500000"
    days: int = 90
    offer: tuple[str, str, int] | None = None
    promise: tuple[str, str, str] | None = None


CASES: Final = [
    # The worked example of the policy (defaults 2(d)): 7 points, 18.2 %, 28,000: SP-3.
    Case("ME1", (("YX-100", "4000", "88", ""),), "volume", "省级集采续标,年内分四批提货 4,000 盒。",
         until("FM"), "1400000"),
    # Within the tier: nobody is asked, the price is granted at once.
    Case("R0002", (("ZG-ICDP", "60", "16296", ""),), "volume", "年度框架内第四季度提货。", AT_ONCE, "9000000"),
    Case("R0004", (("ZG-HSS", "24", "38640", "30"), ("ZG-FS", "18", "24645", "")), "competitor",
         "竞品到厂价更低,客户愿意锁定全年用量。", (
             Act("approve_conditional", "FM", "先按八周执行,复核成本后再议。", {"quantity_pct": Decimal(75)}),
             Act("finish"),
         ), "6000000", offer=("泰山轧辊", "39200", 12), promise=("rebate", "1", "2.5")),
    Case("R0009", (("ZG-RING", "400", "3420", ""),), "retention", "Small volume, but the ring business is at risk.",
         AT_ONCE, "1400000"),
    Case("R0010", (("ZG-BUR", "40", "19900", "40"),), "project", "新线首套支承辊,带动后续备辊。", (
        Act("return", "RD", "请补充项目时间表和备辊数量。"),
    ), "1600000"),
    Case("R0017", (("ZG-FS", "50", "22000", ""),), "retention", "客户要求与去年同价。", (
        Act("reject", "RD", "去年的价格已低于现行成本目标,请改用数量返利。"),
    ), "1200000"),
    Case("R0031", (("ZG-ICDP", "12", "11900", "12"),), "clearance", "库存三年的老规格,清库。",
         until("LG"), "150000", 30),
    Case("R0013", (("ZG-HSS", "20", "38900", ""),), "competitor", "客户口头说有更低报价,证据待补。",
         DRAFT, "3000000"),
    Case("R0001", (("ZG-ICDP", "120", "15456", ""),), "volume", "全年锁量 120 吨。", APPROVED, "2000000"),
]  # fmt: skip


def open_all(group: Group, customers: Mapping[str, Customer], today: date) -> None:
    """Price lists for both units, then every request of `CASES` with its story."""
    products = open_lists(group.units, today)
    with translation.override("zh-hans"):
        for case in CASES:
            if case.customer in customers:
                letter = _draft(customers[case.customer], case, products, today)
                if case.story is not None:
                    tell(group, KIND, letter, case.story, _revised)


def _draft(customer: Customer, case: Case, products: Mapping[str, Product], today: date) -> SpecialPrice:
    author = customer.owner
    letter = special_prices.start_draft(customer, author)
    first = products[case.lines[0][0]]
    values = {
        "reason_code": case.reason_code,
        "reason_text": case.reason,
        "consideration": "list" if case.promise else "none",
        "annual_expected": Decimal(case.annual),
        "annual_best": Decimal(case.annual) * 6 / 5,
        "valid_to": special_prices.last_day(today, case.days),
    }
    evidence = [_offer(letter, case.offer, first, today)] if case.offer else []
    promises = [_promise(*case.promise)] if case.promise else []
    return special_prices.save_draft(
        customer, values, author, letter,
        lines=[_line(products, *each) for each in case.lines], evidence=evidence, considerations=promises,
    )  # fmt: skip


def _line(products: Mapping[str, Product], code: str, quantity: str, price: str, cap: str) -> dict[str, Any]:
    return {
        "product": products[code],
        "quantity": Decimal(quantity),
        "requested_price": Decimal(price),
        "quantity_cap": Decimal(cap) if cap else None,
    }


def _promise(kind: str, expected: str, best: str) -> dict[str, Any]:
    share = {"expected": Decimal(expected), "best": Decimal(best)}
    return {"kind": kind, "basis": "net", "mode": "percent", "note": "年终按回款结算", **share}


def _offer(letter: SpecialPrice, offer: tuple[str, str, int], product: Product, today: date) -> dict[str, Any]:
    """A competitor's price with the paper that proves it."""
    competitor, price, age = offer
    on = today - timedelta(days=age)
    content = pdf("Quotation", f"Product {product.name_en}", f"Price {price} per {product.unit}", on.isoformat())
    paper = add_paper(CODE, letter.pk, "evidence", f"quotation-{on.isoformat()}.pdf", content, letter.created_by)
    return {
        "product": product, "competitor": competitor, "competitor_product": product.name_en, "price": Decimal(price),
        "currency": letter.currency, "terms": "到厂,60 天", "obtained_on": on, "how": "customer_document",
        "corroboration": "客户采购部", "paper": paper,
    }  # fmt: skip


def _revised(letter: SpecialPrice, changes: Mapping[str, Any]) -> None:
    special_prices.save_draft(letter.customer, changes, letter.created_by, letter)

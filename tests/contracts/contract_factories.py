"""A customer with a credit line and prices, and a contract letter that may be sent."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.queries import business_today
from audit.clock import db_now
from contracts.models import CompanyAccount, ContractLetter, ContractTemplate
from contracts.services import contracts
from contracts.services.clauses import import_standard
from credit.models import CreditLine
from customers.models import Contact, Customer, Licence
from pricing.models import Category, ListPrice, PriceList, Product
from tests import factories
from tests.default_policy import default_policy
from tests.factories import Company

TEXTS: dict[str, Any] = {
    "sign_place": "无锡",
    "delivery_address": "上海市宝山区蕴川路1号二号库",
    "delivery_mode": "公路运输",
    "lead_days": 45,
    "lot": "6支",
    "cycle": "每季度一批",
    "risk_point": "货物交付至收货地点并签收",
    "quality_standard": "GB/T 13314-2008",
    "storage": "室内干燥通风",
    "acceptance_method": "按发货清单清点并抽检硬度",
    "receivers": "周敏、李强",
    "territory": "上海市、浙江省",
    "payment": "invoice",
    "with_rebate": True,
    "signer_name": "陈立新",
    "signer_legal_rep": True,
}


def trading_partner(company: Company, **fields: Any) -> Customer:
    """A four-star customer with a licence, a contact and a complete file."""
    customer = factories.customer(
        company,
        **{
            "name": "江南装备制造有限公司",
            "name_en": "Jiangnan Equipment Co., Ltd.",
            "uscc": "91310115MA1H9B3X2K",
            "registered_address": "上海市浦东新区张江路666号",
            "bank_masked": "招商银行上海分行 ****5678",
            "legal_rep": "陈立新",
            **fields,
        },
    )
    Licence.objects.create(customer=customer, kind="business", number="B-1", valid_to=business_today() + timedelta(900))
    Contact.objects.create(customer=customer, name="周敏", mobile="13800001234", email="zm@jiangnan.example")
    return customer


def house(company: Company) -> None:
    """Templates, bank account, products and prices of the company, and the policy."""
    default_policy()
    if ContractTemplate.objects.filter(unit=company.unit).exists():
        return
    import_standard(company.unit)
    CompanyAccount.objects.create(
        unit=company.unit,
        bank_zh="中国银行无锡分行 4563 5100 0000 1234",
        bank_en="Bank of China, Wuxi, 4563 5100 0000 1234",
        email="contracts@lianqiang.example",
    )
    category, _new = Category.objects.get_or_create(code="rolls", defaults={"name_zh": "轧辊", "name_en": "Rolls"})
    price_list = PriceList.objects.create(
        code="PL-2026", unit=company.unit, currency="CNY", name="2026", valid_from=date(2026, 1, 1)
    )
    for code, zh, en, spec, price in (
        ("R-650", "高速钢轧辊", "High-speed steel roll", "Φ650×2000 精轧", "50000"),
        ("R-300", "支承辊", "Back-up roll", "Φ300×1200", "12500.50"),
    ):
        product, _new = Product.objects.get_or_create(
            code=code,
            defaults={
                "name_zh": zh, "name_en": en, "category": category, "spec": spec, "unit": "支", "brand": "华辊",
            },
        )  # fmt: skip
        ListPrice.objects.create(price_list=price_list, product=product, price=Decimal(price))


def credit_line(customer: Customer, *, amount: int = 1_200_000, term: int = 45) -> CreditLine:
    """A trade line in force."""
    today = business_today()
    return CreditLine.objects.create(
        customer=customer, kind="trade", amount=Decimal(amount), currency="CNY", term_days=term,
        valid_from=today - timedelta(30), valid_to=today + timedelta(335), request_no=f"CR-{customer.pk}",
        policy_number=1, activated_at=db_now() - timedelta(30),
    )  # fmt: skip


LINES: list[dict[str, Any]] = [
    {"product": "R-650", "name": "高速钢轧辊", "brand": "华辊", "spec": "Φ650×2000 精轧", "unit": "支",
     "quantity": Decimal(6), "unit_price": None},
    {"product": "R-300", "name": "支承辊", "brand": "华辊", "spec": "Φ300×1200", "unit": "支",
     "quantity": Decimal(4), "unit_price": None},
]  # fmt: skip


def ready_contract(
    company: Company, *, customer: Customer | None = None, language: str = "zh-hans", **changes: Any
) -> ContractLetter:
    """A letter by `company.rep` at approved figures, 332,501.90 CNY; it routes as CT-S1."""
    house(company)
    if customer is None:
        customer = trading_partner(company)
        credit_line(customer)
    today = business_today()
    values = {
        **TEXTS,
        "template": ContractTemplate.objects.get(unit=company.unit, code="SALES", language=language),
        "annual_value": Decimal(400_000),
        "valid_from": today,
        "valid_to": today + timedelta(364),
        "sign_on": today,
        "lines": LINES,
        **changes,
    }
    return contracts.save_draft(customer, values, company.rep)

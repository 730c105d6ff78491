"""A customer with a year of trade, two products at list 100 with cost 72, and a special price request for them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.queries import business_today
from customers.models import Customer
from pricing.models import Category, ListPrice, PriceList, Product, SpecialPrice, UnitCost
from pricing.services import special_prices
from tests import factories
from tests.default_policy import default_policy
from tests.factories import Company
from tests.workflows.factories import trading_customer


@dataclass
class Market:
    """A company with a price list, and its customer of four stars (5 % off)."""

    company: Company
    customer: Customer
    price_list: PriceList
    products: dict[str, Product] = field(default_factory=dict)

    def product(self, code: str, price: str = "100", cost: str | None = "72", **fields: Any) -> Product:
        """One more product, on the list and with a cost."""
        category, _new = Category.objects.get_or_create(code="ROLLS", defaults={"name_zh": "轧辊", "name_en": "Rolls"})
        fields = {"name_zh": "高速钢轧辊", "name_en": "HSS roll", "unit": "pc", "category": category, **fields}
        made = Product.objects.create(code=code, **fields)
        ListPrice.objects.create(price_list=self.price_list, product=made, price=Decimal(price))
        if cost is not None:
            UnitCost.objects.create(
                unit=self.company.unit, product=made, currency="CNY", cost=Decimal(cost), valid_from=date(2025, 1, 1)
            )
        self.products[code] = made
        return made

    def letter(self, *lines: dict[str, Any], rows: dict[str, Any] | None = None, **changes: Any) -> SpecialPrice:
        """A request by `company.rep`; without lines the worked example: 4,000 at 88."""
        today = business_today()
        asked = lines or ({"product": "A100", "quantity": 4000, "requested_price": "88"},)
        data = {
            "price_list": self.price_list,
            "valid_from": today,
            "valid_to": today + timedelta(days=89),
            "reason_code": "volume",
            "reason_text": "4,000 rolls for the second line.",
            "consideration": "none",
            "annual_expected": Decimal(500_000),
            **changes,
        }
        return special_prices.save_draft(
            self.customer, data, self.company.rep, lines=[self.line(**each) for each in asked], **(rows or {})
        )

    def line(self, product: str, **values: Any) -> dict[str, Any]:
        """A line as the service takes it; numbers may be written as text."""
        names = ("quantity", "requested_price", "requested_discount", "quantity_cap")
        return {
            "product": self.products[product],
            **{name: None if values.get(name) is None else Decimal(values[name]) for name in names},
        }


def market(**fields: Any) -> Market:
    """A company whose customer may ask for special prices."""
    default_policy()
    company = fields.pop("company", None) or factories.company(password=fields.pop("password", None))
    customer = trading_customer(company, **fields)
    price_list = PriceList.objects.create(
        code="2026", unit=company.unit, currency="CNY", valid_from=date(2026, 1, 1), name="2026"
    )
    made = Market(company, customer, price_list)
    made.product("A100")
    made.product("B200", price="50", cost="30")
    return made

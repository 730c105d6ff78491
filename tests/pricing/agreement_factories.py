"""A customer with a granted price: list 100, four stars (5 % off), granted 88 for a cap of 10."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.models import User
from accounts.queries import business_today
from audit.clock import db_now
from customers.models import Customer
from pricing.models import AgreementLine, Category, ListPrice, PriceAgreement, PriceList, Product, SpecialPrice
from pricing.rules.grants import GrantedLine
from pricing.services.agreements import grant
from pricing.services.answers import Order
from pricing.services.utilisation import OrderLine
from tests import factories
from tests.default_policy import default_policy
from tests.factories import Company

_serial = count(1)
LIST, NET = Decimal(100), Decimal(88)


@dataclass
class Shop:
    """A company that sells a roll to a customer."""

    company: Company
    customer: Customer
    product: Product
    price_list: PriceList

    @property
    def clerk(self) -> User:
        """Whose program brings in the orders."""
        return self.company.keeper

    def grant(
        self, cap: int | str | None = 10, *, hard: bool = True, days: tuple[int, int] = (0, 90), price: Decimal = NET,
        commitment: int = 10, **terms: Any,
    ) -> PriceAgreement:  # fmt: skip
        """An agreement about the product, in force from and to so many days from today."""
        today = business_today()
        first, last = (today + timedelta(days=day) for day in days)
        number = next(_serial)
        return grant(
            letter(self.company, self.customer, first, last),
            lines=[granted(self.product, cap, hard=hard, price=price, commitment=commitment)],
            request_no=f"SP-{today:%Y%m}-{number:04d}",
            policy_number=1,
            terms={"valid_from": first, "valid_to": last, **terms},
            actor=self.company.director,
            now=db_now(),
        )

    def order(self, quantity: int | str, order: str | None = None, line: str = "1", **changes: Any) -> Order:
        """An order line of the customer at no stated price."""
        values = {"unit_price": None, "currency": "CNY", "on": None, **changes}
        source = OrderLine(order, line) if order else None
        return Order(
            customer=self.customer, product=self.product, quantity=Decimal(quantity), source=source, **values
        )  # fmt: skip


def granted(
    product: Product, cap: int | str | None, *, hard: bool = True, price: Decimal = NET, commitment: int = 10
) -> GrantedLine:
    return GrantedLine(
        product_id=product.pk,
        product_code=product.code,
        list_price=LIST,
        net_price=price,
        quantity=Decimal(commitment),
        quantity_cap=None if cap is None else Decimal(cap),  # type: ignore[arg-type]
        hard=hard,
    )


def letter(company: Company, customer: Customer, first: date, last: date, **fields: Any) -> SpecialPrice:
    """A submitted request for a special price, as far as an agreement needs it."""
    return SpecialPrice.objects.create(
        customer=customer, created_by=company.rep, last_edited_by=company.rep, valid_from=first, valid_to=last,
        submitted=True, submitted_at=db_now(), **fields,
    )  # fmt: skip


def product(code: str = "", **fields: Any) -> Product:
    category, _made = Category.objects.get_or_create(code="rolls", defaults={"name_zh": "轧辊", "name_en": "Rolls"})
    number = next(_serial)
    fields = {"unit": "件", "name_zh": f"轧辊 {number}", "name_en": f"Roll {number}", **fields}
    return Product.objects.create(code=code or f"P{number:04d}", category=category, **fields)


def shop(company: Company | None = None, **fields: Any) -> Shop:
    """A four-star customer, a product with a list price of 100 and the shipped policy."""
    company = company or factories.company()
    default_policy()
    goods = product(**fields)
    prices = PriceList.objects.create(
        code="LIST", unit=company.unit, currency="CNY", valid_from=business_today() - timedelta(days=400)
    )
    ListPrice.objects.create(price_list=prices, product=goods, price=LIST)
    return Shop(company, factories.customer(company), goods, prices)


def line_of(agreement: PriceAgreement) -> AgreementLine:
    return AgreementLine.objects.get(agreement=agreement)

"""Products, list prices and costs: imported whole or not at all, never changed, shown to those who work there."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.problems import Problem
from audit.models import Event
from pricing.models import ListPrice, Product, UnitCost
from pricing.services.price_import import PriceImport, import_prices
from tests.pricing.factories import Market, market

pytestmark = pytest.mark.django_db
PRODUCTS = "product,name_zh,name_en,category,unit\nC300,辊环,Ring,RINGS,pc\n"
PRICES = "价格表,币种,生效日期,产品编码,标价\n2027,CNY,2027-01-01,A100,104.5\n"


@pytest.fixture
def shop() -> Market:
    return market()


def imported(shop: Market, kind: str, text: str, **options: Any) -> PriceImport:
    return import_prices(shop.company.unit, kind, text.encode(), actor=shop.company.finance_manager, **options)


def test_products_prices_and_costs_come_in_by_file(shop: Market) -> None:
    assert imported(shop, "products", PRODUCTS).inserted == 1
    assert imported(shop, "prices", PRICES).inserted == 1
    assert imported(shop, "costs", "product,currency,valid_from,cost\nC300,CNY,2026-01-01,7.1234\n").inserted == 1
    assert Product.objects.get(code="C300").category.floor_pct == 12
    assert ListPrice.objects.get(price_list__code="2027").price == Decimal("104.5")
    assert UnitCost.objects.get(product__code="C300").cost == Decimal("7.1234")
    assert Event.objects.filter(action="pricing.prices_imported").count() == 3


def test_the_same_file_twice_changes_nothing_and_another_price_is_refused(shop: Market) -> None:
    imported(shop, "prices", PRICES)
    again = imported(shop, "prices", PRICES)
    assert (again.inserted, again.unchanged, again.errors) == (0, 1, [])
    other = imported(shop, "prices", PRICES.replace("104.5", "99"))
    assert "104.5" in other.errors[0][2]
    assert ListPrice.objects.get(price_list__code="2027").price == Decimal("104.5")


@pytest.mark.parametrize(
    ("text", "row"),
    [(PRICES + "2027,CNY,2027-01-01,NONE,5\n", 3), (PRICES + "2027,CNY,2027-01-01,B200,0\n", 3),
     (PRICES + "2027,CNY,2027-01-01,B200,1.23456\n", 3), (PRICES + "2027,USD,2027-01-01,B200,5\n", 3),
     (PRICES + "2027,CNY,2027-01-01,A100,104.5\n", 3), (PRICES.replace("标价", "价格"), 1)],
)  # fmt: skip
def test_one_wrong_row_and_nothing_comes_in(shop: Market, text: str, row: int) -> None:
    found = imported(shop, "prices", text)
    assert row in {number for number, _column, _sentence in found.errors}
    assert not ListPrice.objects.filter(price_list__code="2027").exists()


def test_a_check_writes_nothing(shop: Market) -> None:
    assert imported(shop, "prices", PRICES, dry_run=True).inserted == 1
    assert not ListPrice.objects.filter(price_list__code="2027").exists()


def test_sales_import_no_prices(shop: Market) -> None:
    with pytest.raises(Problem) as refused:
        import_prices(shop.company.unit, "prices", PRICES.encode(), actor=shop.company.manager)
    assert refused.value.status == 403


def test_the_page_shows_the_list_and_costs_only_to_who_keeps_them(client: Client, shop: Market) -> None:
    page = reverse("pricing:prices")
    client.force_login(shop.company.rep, backend="accounts.backends.AuthorityBackend")
    seen = client.get(page).content.decode()
    assert "A100" in seen
    assert "72.00" not in seen
    assert client.post(page, {"kind": "prices"}).status_code == 403
    client.force_login(shop.company.finance_manager, backend="accounts.backends.AuthorityBackend")
    file = SimpleUploadedFile("p.csv", PRICES.encode())
    sent = client.post(page, {"kind": "prices", "unit": shop.company.unit.pk, "file": file, "do": "import"})
    assert sent.status_code == 200
    assert "72.00" in sent.content.decode()
    assert ListPrice.objects.filter(price_list__code="2027").exists()


@pytest.mark.parametrize("model", [ListPrice, UnitCost])
def test_an_imported_price_and_cost_are_never_taken_away(shop: Market, model: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(product=shop.products["A100"]).delete()

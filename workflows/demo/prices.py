"""Products of the demo company with their categories, list prices and costs."""

from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from accounts.models import Unit
from pricing.models import Category, ListPrice, PriceList, Product, UnitCost


class Article(NamedTuple):
    """One product: list price and cost per stock unit."""

    code: str
    name_zh: str
    name_en: str
    category: str
    spec: str
    unit: str
    price: str
    cost: str
    pack: tuple[str, int] = ("", 1)


# Category: names, target and floor margin in per cent.
CATEGORIES: Final = {
    "ROLLS": ("轧辊", "Rolls", "25", "12"),
    "BACKUP": ("支承辊", "Back-up rolls", "20", "9"),
    "DISPOSABLE": ("一次性耗材", "Disposables", "25", "12"),
    "DIAGNOSTIC": ("诊断试剂", "Diagnostics", "32", "18"),
}
ARTICLES: Final[dict[str, tuple[Article, ...]]] = {
    "rolls": (
        Article("ZG-ICDP", "无限冷硬铸铁轧辊", "ICDP work roll", "ROLLS", "Φ650×1780", "t", "16800", "12100"),
        Article("ZG-HSS", "高速钢轧辊", "High-speed steel work roll", "ROLLS", "Φ720×2050", "t", "42000", "30600"),
        Article("ZG-FS", "锻钢冷轧辊", "Forged steel cold roll", "ROLLS", "Φ385×1450", "t", "26500", "19300"),
        Article("ZG-BUR", "支承辊", "Back-up roll", "BACKUP", "Φ1400×2050", "t", "21000", "16100"),
        Article("ZG-RING", "碳化钨辊环", "Tungsten carbide ring", "ROLLS", "Φ228×72", "pc", "3600", "2520", ("box", 4)),
    ),
    "medical": (
        Article("YX-100", "一次性使用输液器", "Infusion set", "DISPOSABLE", "0.55×20", "box", "100", "72", ("ctn", 20)),
        Article("YX-220", "医用外科口罩", "Surgical mask", "DISPOSABLE", "17.5×9.5", "box", "45", "31", ("ctn", 40)),
        Article("YX-310", "血糖试纸", "Glucose test strip", "DIAGNOSTIC", "50 T", "box", "68", "42", ("ctn", 50)),
        Article("YX-512", "静脉留置针", "Intravenous catheter", "DISPOSABLE", "24G", "box", "128", "96", ("ctn", 10)),
    ),
}


def open_lists(units: dict[str, Unit], today: date) -> dict[str, Product]:
    """Products, a price list of the year for each unit, and costs; products by code."""
    start = date(today.year, 1, 1)
    categories = {
        code: Category.objects.create(
            code=code, name_zh=zh, name_en=en, target_pct=Decimal(target), floor_pct=Decimal(floor)
        )
        for code, (zh, en, target, floor) in CATEGORIES.items()
    }
    found: dict[str, Product] = {}
    for key, articles in ARTICLES.items():
        unit = units[key]
        prices = PriceList.objects.create(
            code=f"{'ZG' if key == 'rolls' else 'YX'}-{today.year}", name=f"{today.year}", unit=unit,
            currency=unit.currency, valid_from=start,
        )  # fmt: skip
        for article in articles:
            found[article.code] = _product(article, categories[article.category])
        ListPrice.objects.bulk_create(
            ListPrice(price_list=prices, product=found[each.code], price=Decimal(each.price)) for each in articles
        )
        UnitCost.objects.bulk_create(
            UnitCost(
                unit=unit, product=found[each.code], currency=unit.currency, cost=Decimal(each.cost), valid_from=start
            )
            for each in articles
        )
    return found


def _product(article: Article, category: Category) -> Product:
    same = {name: getattr(article, name) for name in ("code", "name_zh", "name_en", "spec", "unit")}
    pack, size = article.pack
    return Product.objects.create(
        **same, category=category, pack_unit=pack, pack_size=Decimal(size), divisible=article.unit == "t",
        brand="联强" if category.code in ("ROLLS", "BACKUP") else "华康",
    )  # fmt: skip

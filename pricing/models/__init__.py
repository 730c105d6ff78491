"""Products with their prices, what is asked below them, and what was granted."""

from pricing.models.products import Category, ListPrice, PriceList, Product, UnitCost
from pricing.models.special_price import CompetitorEvidence, OtherConsideration, SpecialPrice, SpecialPriceLine

__all__ = [
    "Category",
    "CompetitorEvidence",
    "ListPrice",
    "OtherConsideration",
    "PriceList",
    "Product",
    "SpecialPrice",
    "SpecialPriceLine",
    "UnitCost",
]

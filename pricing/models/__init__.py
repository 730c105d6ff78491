"""Products with their prices, what is asked below them, and what was granted."""

from pricing.models.agreements import (
    AgreementLine,
    AgreementNotice,
    AgreementState,
    EndReason,
    Movement,
    NoticeCode,
    PriceAgreement,
    UtilisationEntry,
)
from pricing.models.products import Category, ListPrice, PriceList, Product, UnitCost
from pricing.models.special_price import CompetitorEvidence, OtherConsideration, SpecialPrice, SpecialPriceLine

__all__ = [
    "AgreementLine",
    "AgreementNotice",
    "AgreementState",
    "Category",
    "CompetitorEvidence",
    "EndReason",
    "ListPrice",
    "Movement",
    "NoticeCode",
    "OtherConsideration",
    "PriceAgreement",
    "PriceList",
    "Product",
    "SpecialPrice",
    "SpecialPriceLine",
    "UnitCost",
    "UtilisationEntry",
]

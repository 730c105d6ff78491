"""The customer file and the trade facts that the ERP sends."""

from customers.models.feed import (
    Claim,
    ClaimKind,
    FeedBatch,
    FeedKind,
    Invoice,
    Order,
    OrderStatus,
    Receipt,
)
from customers.models.file import (
    Contact,
    Customer,
    CustomerGroup,
    CustomerType,
    CustomerUserObjectPermission,
    FlagKind,
    LegalFlag,
    Licence,
    LicenceKind,
    Segment,
)
from customers.models.papers import Paper

__all__ = [
    "Claim",
    "ClaimKind",
    "Contact",
    "Customer",
    "CustomerGroup",
    "CustomerType",
    "CustomerUserObjectPermission",
    "FeedBatch",
    "FeedKind",
    "FlagKind",
    "Invoice",
    "LegalFlag",
    "Licence",
    "LicenceKind",
    "Order",
    "OrderStatus",
    "Paper",
    "Receipt",
    "Segment",
]

"""Pure rules about customers and their trade; no Django, no clock, no database."""

from customers.rules.ledger import (
    AGE_BANDS,
    AgeBand,
    ClaimEntry,
    InvoiceEntry,
    Ledger,
    MonthAmount,
    OrderEntry,
    Overdue,
    ReceiptEntry,
    Settlement,
    add_months,
)

__all__ = [
    "AGE_BANDS",
    "AgeBand",
    "ClaimEntry",
    "InvoiceEntry",
    "Ledger",
    "MonthAmount",
    "OrderEntry",
    "Overdue",
    "ReceiptEntry",
    "Settlement",
    "add_months",
]

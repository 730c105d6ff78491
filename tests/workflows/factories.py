"""A customer with a year of trade behind him, and an application that can be submitted."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.queries import business_today
from credit import services as credit
from credit.models import CreditApplication
from customers.models import Customer, Invoice, Licence, Order, Receipt
from tests import factories
from tests.default_policy import default_policy
from tests.factories import Company

MONTHLY = Decimal(600_000)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
RATINGS = ["CE1a", "CE1b", "CE1c", "CE2a", "CE2b", "CE2c", "CE3a", "CE3b", "CE3c", "CE3d", "CE3e", "CE4"]
SURVEY: dict[str, Any] = {
    **dict.fromkeys(RATINGS, 3),
    "turnover": "60000000",
    "founded": "2010-03-01",
    "refs": "A Ltd, 5 years\nB Ltd, 3 years\nC Ltd, 2 years",
    "court": "2026-11-01 court register: nothing",
    "cat_purch": "3000000",
}
ANALYSIS: dict[str, Any] = {
    "quality": "audited",
    "ca": "9000000",
    "inv": "3000000",
    "ta": "15000000",
    "cl": "4500000",
    "tl": "6000000",
    "eq": "9000000",
    "intang": "500000",
    "rev": "60000000",
    "rev_prev": "52000000",
    "np": "3600000",
    "ocf": "1500000",
}


def trading_customer(company: Company, **fields: Any) -> Customer:
    """24 monthly invoices of 600,000, each paid on its due day, but the last two, which are not due yet."""
    today = business_today()
    now = datetime.now(UTC)
    customer = factories.customer(
        company, turnover=Decimal(60_000_000), category_purchases=Decimal(3_000_000), target_lines=5, **fields
    )
    Licence.objects.bulk_create(
        Licence(customer=customer, kind=kind, number=f"{kind}-1", valid_to=today + timedelta(days=900), blocking=True)
        for kind in ("business", "drug", "authorisation")
    )
    shared: dict[str, Any] = {"customer": customer, "unit": company.unit, "data_as_of": now}
    days = {f"{customer.code}-{number}": today - timedelta(days=30 * (24 - number)) for number in range(24)}
    invoices = Invoice.objects.bulk_create(
        Invoice(
            **shared,
            source_key=key,
            number=key,
            invoiced_on=on,
            due_on=on + timedelta(days=45),
            amount=MONTHLY,
            cost=MONTHLY * Decimal("0.7"),
            line_code=f"L{number % 4}",
        )
        for number, (key, on) in enumerate(days.items())
    )
    Order.objects.bulk_create(
        Order(
            **shared,
            source_key=key,
            number=key,
            ordered_on=on,
            amount=MONTHLY,
            shipped_amount=MONTHLY,
            line_code=f"L{number % 4}",
            status="closed",
        )
        for number, (key, on) in enumerate(days.items())
    )
    Receipt.objects.bulk_create(
        Receipt(**shared, source_key=each.number, invoice=each, received_on=each.due_on, amount=MONTHLY)
        for each in invoices
        if each.due_on < today
    )
    return customer


def ready_application(
    company: Company, *, customer: Customer | None = None, limit: int = 500_000, term: int = 30, **changes: Any
) -> CreditApplication:
    """An application by `company.rep` with survey, analysis and papers; 500,000 routes as CL-3."""
    today = business_today()
    default_policy()
    customer = customer or trading_customer(company)
    files = {"as_of": today - timedelta(days=5)}
    credit.file_case_form(customer, 2, SURVEY, actor=company.rep, second_surveyor=company.manager, **files)
    credit.file_case_form(customer, 3, ANALYSIS, actor=company.credit_controller, **files)
    credit.file_case_form(customer, 5, {"DP6": 3, "DP7": 2}, actor=company.rep, **files)
    data = {
        "req_type": "new",
        "req_limit": Decimal(limit),
        "req_term": term,
        "settlement": "monthly",
        "valid_from": today,
        "valid_to": today + timedelta(days=360),
        "forecast_month": MONTHLY,
        "reason_code": "growth",
        "reason_text": "Two new hospitals from next month.",
        **changes,
    }
    application = credit.save_draft(customer, data, company.rep)
    for kind in ("contract", "third_party_report", "site_photos", "site_visit"):
        credit.add_attachment(application, kind, f"{kind}.pdf", PDF, company.rep)
    return application

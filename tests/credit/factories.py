"""A customer with two years of trade, a filed survey and analysis, and an application that may be submitted."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from credit import services
from credit.models import CaseForm, CreditApplication
from customers.models import Customer, FeedBatch, Invoice, Licence, Receipt
from customers.rules.ledger import add_months
from customers.rules.uscc import check_character
from tests import factories

_serial = count(1)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
RATED = ("CE1a", "CE1b", "CE1c", "CE2a", "CE2b", "CE2c", "CE3a", "CE3b", "CE3c", "CE3d", "CE3e", "CE4")
SURVEY = {
    **dict.fromkeys(RATED, 4),
    "DP6": 4,
    "DP7": 4,
    "refs": "One supplier, 5 years\nAnother supplier, 3 years\nThird supplier, 8 years",
    "court": "2026: nothing found",
    "turnover": "60000000",
    "cat_purch": "25000000",
}
ANALYSIS = {
    "quality": "audited", "ca": "9500000", "inv": "3250000", "cl": "5000000", "ta": "18000000", "tl": "6840000",
    "eq": "11160000", "intang": "4660000", "rev": "60000000", "rev_prev": "53500000", "np": "3360000",
    "ocf": "1550000",
}  # fmt: skip


def uscc() -> str:
    body = f"91310000{next(_serial):09d}"
    return body + check_character(body)


def customer(of: factories.Company, **fields: Any) -> Customer:
    """A customer whose file is complete: code, licences."""
    made = factories.customer(of, uscc=uscc(), target_lines=2, **fields)
    Licence.objects.create(customer=made, kind="business", number=f"L{made.pk}")
    Licence.objects.create(
        customer=made, kind="authorisation", number=f"A{made.pk}", valid_to=date(2099, 1, 1), blocking=False
    )
    return made


def trade(
    of: Customer, on: date, *, monthly: Decimal = Decimal(820_000), months: int = 24, paid_after: int = 40
) -> None:
    """One invoice a month at 45 days, paid `paid_after` days after it was issued; data as of `on`."""
    as_of = datetime.combine(on, time(6), UTC)
    for kind in ("invoices", "receipts"):
        FeedBatch.objects.create(
            unit=of.unit, kind=kind, file_name="feed.csv", sha256="0" * 64, data_as_of=as_of, rows=0, inserted=0,
            updated=0, unchanged=0,
        )  # fmt: skip
    for back in range(months):
        issued = add_months(on, -back) - timedelta(days=5)
        key = f"{of.pk}-{next(_serial)}"
        invoice = Invoice.objects.create(
            unit=of.unit, customer=of, source_key=key, number=key, invoiced_on=issued,
            due_on=issued + timedelta(days=45), amount=monthly, cost=monthly * Decimal("0.8"),
            line_code=f"line-{back % 2}", data_as_of=as_of,
        )  # fmt: skip
        paid_on = issued + timedelta(days=paid_after)
        if paid_on <= on:
            Receipt.objects.create(
                unit=of.unit, customer=of, source_key=key, invoice=invoice, received_on=paid_on, amount=monthly,
                data_as_of=as_of,
            )  # fmt: skip


def survey(of: Customer, company: factories.Company, on: date, **answers: Any) -> CaseForm:
    return services.file_case_form(
        of, 2, {**SURVEY, **answers}, as_of=on, actor=company.rep, second_surveyor=company.manager
    )


def analysis(of: Customer, company: factories.Company, on: date, **answers: Any) -> CaseForm:
    return services.file_case_form(of, 3, {**ANALYSIS, **answers}, as_of=on, actor=company.credit_controller)


def draft(of: Customer, company: factories.Company, on: date, **fields: Any) -> CreditApplication:
    """An application of the rep for 1,200,000 at 45 days from today."""
    values = {
        "req_type": "new", "req_limit": Decimal(1_200_000), "req_term": 45, "settlement": "monthly",
        "valid_from": on, "valid_to": add_months(on, 12) - timedelta(days=1), "forecast_month": Decimal(900_000),
        "reason_code": "growth", "reason_text": "Two new branches.",
    } | fields  # fmt: skip
    return services.save_draft(of, values, company.rep)


def ready_application(company: factories.Company, on: date, **fields: Any) -> CreditApplication:
    """Everything that the policy asks for is there: two years of trade, forms 2 and 3, papers."""
    made = customer(company)
    trade(made, on)
    survey(made, company, on)
    analysis(made, company, on)
    application = draft(made, company, on, **fields)
    for kind in ("contract", "site_photos", "third_party_report", "site_visit"):
        services.add_attachment(application, kind, f"{kind}.pdf", PDF, company.rep)
    application.refresh_from_db()
    return application

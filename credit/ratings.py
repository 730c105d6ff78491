"""How creditworthy customers are today, without an application: grade, payment indicators, ratings of the survey."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeVar

from credit.casefile import CaseFile, Company, Earlier
from credit.models import CaseForm, CreditApplication, CreditLine
from credit.queries import lines_in_force
from credit.scoring import CaseScore
from customers.models import Customer, LegalFlag, Licence
from customers.rules.ledger import Ledger
from policies.rules.pack import Pack

Row = TypeVar("Row", CaseForm, CreditLine, LegalFlag, Licence)


def ratings(
    customers: Collection[Customer], pack: Pack, on: date, ledgers: Mapping[int, Ledger], company: Company
) -> dict[int, CaseScore]:
    """The credit score of customers on a business date, by customer id; four statements for any number of them.

    Args:
        ledgers: trade facts by customer id. company: figures of the whole unit that margins are compared with.
    """
    lines = _by_customer(lines_in_force(customers, on))
    filed = CaseForm.objects.filter(customer__in=customers, as_of__lte=on)
    newest = filed.order_by("customer_id", "form_no", "-as_of", "-pk").distinct("customer_id", "form_no")
    forms = _by_customer(newest.select_related("filled_by", "second_surveyor"))
    licences = _by_customer(Licence.objects.filter(customer__in=customers))
    flags = _by_customer(LegalFlag.objects.filter(customer__in=customers, on__lte=on))
    return {
        customer.pk: CaseScore(
            CreditApplication(customer=customer, currency=customer.currency),
            CaseFile(
                on=on,
                customer=customer,
                ledger=ledgers[customer.pk],
                group_ledgers={},
                lines=lines.get(customer.pk, []),
                forms={form.form_no: form for form in forms.get(customer.pk, [])},
                licences=licences.get(customer.pk, []),
                flags=flags.get(customer.pk, []),
                papers={},
                earlier=Earlier(0, Decimal(0)),
                company=company,
            ),
            pack,
        )
        for customer in customers
    }


def _by_customer(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.customer_id, []).append(row)
    return found

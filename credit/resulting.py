"""What a customer and his group could owe us once an application is granted."""

from decimal import Decimal

from credit.choices import LineKind
from credit.models import CreditLine
from credit.rules.figures import pct
from credit.rules.limit import money
from credit.scoring import CaseScore
from customers.rules.ledger import total

ZERO = Decimal(0)
UNBOUNDED = Decimal(10**12)


def unsecured_group(known: CaseScore) -> Decimal:
    """Resulting unsecured limits of the group: lines in force, this request in place of its own line,
    and what else was asked in the anti-splitting window.
    """
    replaced = {known.application.kind}
    if known.application.req_placement:
        replaced.add(LineKind.PLACEMENT.value)
    others = [line for line in known.case.lines if line.customer_id != known.customer.pk or line.kind not in replaced]
    asked = known.requested
    if known.application.kind != LineKind.PLACEMENT:
        asked += known.application.req_placement or ZERO
    kept = total(_unsecured(line, known.parameters.default_haircut) for line in others)
    return min(UNBOUNDED, kept + max(ZERO, asked - known.sec) + known.case.earlier.amount)


def group_share(known: CaseScore) -> Decimal | None:
    """Group's share of the company's receivables once this limit is drawn; None without other debtors."""
    group = total(ledger.ar_balance(known.on) for ledger in known.case.group_ledgers.values())
    own = known.ledger.ar_balance(known.on)
    elsewhere = known.case.company.receivables - group
    if elsewhere <= 0:
        return None
    drawn = group - own + max(own, known.requested)
    share = pct(drawn, elsewhere + drawn)
    return None if share is None else money(share)


def _unsecured(line: CreditLine, haircut: Decimal) -> Decimal:
    if line.basis == "unlimited" or line.amount is None:
        return UNBOUNDED
    return max(ZERO, line.amount - line.security_value * haircut)

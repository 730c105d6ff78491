"""Submissions of the past, inserted in bulk: what a replay reads. Nothing here writes the trail."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from audit.clock import db_now
from customers.models import Customer
from tests.factories import Company, customer
from tests.policies.facts import ORDINARY
from workflows.content import plain
from workflows.models import Request, Submission

AT_ONCE = 2_000
# As large as the frozen content of a credit application (about 25 kB of JSON).
BALLAST = {"figures": [{"label_zh": "集团无担保授信敞口", "value": str(n * 7919), "note": f"n{n}"} for n in range(250)]}
_letters = count(10**13)


def stored(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts as a submission keeps them."""
    return {key: plain(value) for key, value in facts.items()}


def credit_facts(chance: random.Random) -> dict[str, Any]:
    """One application as a year of them may look: amounts and figures differ, most flags do not."""
    asked = Decimal(chance.randrange(1, 60)) * chance.choice([5_000, 20_000, 100_000])
    overdue = chance.random() < 0.08
    return {
        **ORDINARY,
        "limit_requested": asked,
        "exposure_unsecured_group": asked + (Decimal(chance.randrange(0, 900_000)) if chance.random() < 0.2 else 0),
        "unsecured_requested": asked,
        "limit_formula": asked * chance.randrange(60, 180) / 100,
        "limit_current": None if chance.random() < 0.3 else asked * chance.randrange(40, 110) / 100,
        "grade": chance.choice(["AAA", "AA", "AA", "A", "A", "A", "B", "B"]),
        "new_customer": chance.random() < 0.15,
        "overdue_amount": Decimal(chance.randrange(1, 90_000)) if overdue else Decimal(0),
        "overdue_days": chance.randrange(1, 31) if overdue else 0,
        "group_ar_share_pct": Decimal(chance.randrange(0, 1_400)) / 100,
        "term_requested": chance.choice([0, 30, 30, 45, 60, 75, 90]),
        "term_std": chance.choice([30, 45]),
        "term_max": chance.choice([45, 60, 75]),
        "file_complete_pct": Decimal(chance.randrange(90, 101)),
    }


def price_facts(chance: random.Random) -> dict[str, Any]:
    """One special price."""
    return {
        "extra_points": Decimal(chance.randrange(0, 140)) / 10,
        "below_target": Decimal(max(0, chance.randrange(-100, 120))) / 10,
        "below_floor": Decimal(max(0, chance.randrange(-200, 40))) / 10,
        "below_cost": False,
        "concession": Decimal(chance.randrange(0, 500_000)),
        "concession_own": Decimal(chance.randrange(0, 300_000)),
        "grade": chance.choice(["AA", "A", "B", "C"]),
        "new_customer": chance.random() < 0.15,
        "gross_margin": Decimal(chance.randrange(80, 400)) / 10,
        "overdue_days": 0,
        "licence_expired": False,
    }


def some(size: int, seed: int = 1) -> Iterator[tuple[str, dict[str, Any]]]:
    """(kind, facts) of so many submissions; the same seed gives the same ones."""
    chance = random.Random(seed)
    for number in range(size):
        yield ("special_price", price_facts(chance)) if number % 3 == 2 else ("credit", credit_facts(chance))


def add(
    company: Company,
    cases: Iterator[tuple[str, dict[str, Any]]] | list[tuple[str, dict[str, Any]]],
    *,
    at: datetime | None = None,
    content: dict[str, Any] | None = None,
    state: str = "approved",
    buyer: Customer | None = None,
) -> list[Request]:
    """Requests that ended long ago, each with one submission; the days go back from `at`, a thousand a day."""
    buyer, moment = buyer or customer(company), at or db_now() - timedelta(days=1)
    made: list[Request] = []
    for kind, facts in cases:
        letter = next(_letters)
        made.append(
            Request(
                no=f"OLD-{letter - 10**13:06d}",
                kind=kind,
                letter_id=letter,
                title="x",
                customer=buyer,
                unit=company.unit,
                region=buyer.region,
                submitter=company.rep,
                owner=company.rep,
                state=state,
                amount=Decimal(0),
                currency="CNY",
                closed_at=moment,
            )
        )
        made[-1].facts = facts  # type: ignore[attr-defined]
    for start in range(0, len(made), AT_ONCE):
        part = Request.objects.bulk_create(made[start : start + AT_ONCE])
        Submission.objects.bulk_create(
            Submission(
                request=request,
                round=1,
                policy_number=1,
                policy_digest="0" * 64,
                content={**(content or {}), "facts": stored(request.facts)},  # type: ignore[attr-defined]
                content_sha256="0" * 64,
                plan={},
                plan_digest="0" * 64,
                editors=[],
                submitted_by=company.rep,
                submitted_at=moment,
            )
            for request in part
        )
    return made

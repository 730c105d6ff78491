"""The demo company from nothing: people, policy, customers, trade, requests. The same on the same day."""

from datetime import date, datetime
from random import Random
from typing import Final

from django.db import transaction

from accounts.models import Unit
from accounts.queries import business_today
from audit import origin
from audit.clock import db_now
from customers.models import Customer, CustomerGroup
from policies.services import load_default_version
from workflows.demo import (
    agreements,
    colleagues,
    contract,
    contract_template,
    credit_variants,
    medical,
    people,
    policy,
    requests,
    rolls,
    special_price,
    tier_change,
    worked,
)
from workflows.demo.feed import post
from workflows.demo.files import CustomerFile, open_file
from workflows.demo.people import Group

SEED: Final = 20250101
POLICY_FROM: Final = date(2025, 1, 1)


def exists() -> bool:
    """Whether the demo company (or any other) is there already."""
    return Unit.objects.exists()


def build(customers: int = rolls.CUSTOMERS) -> None:
    """Make everything or, when interrupted, nothing; the requests go through the doors one by one.

    Args:
        customers: of the roll unit; 93 in the source document.
    """
    rng = Random(SEED)
    with origin.channel("command"), transaction.atomic():
        group = people.found()
        load_default_version(POLICY_FROM)
        today = business_today()
        opened = _customers(rng, group, today, customers)
        requests.open_all(group, opened, today)
        credit_variants.open_all(group, opened, today)
        special_price.open_all(group, opened, today)
        agreements.use({"rolls": group.people["cs.rolls"], "medical": group.people["cs.med"]})
        tier_change.open_all(group, opened, today)
        contract_template.open_all(group, today)
        contract.open_all(group, opened, today)
        policy.open_all(group, today)
        colleagues.work(group)


def _customers(rng: Random, group: Group, today: date, count: int) -> dict[str, Customer]:
    groups = {
        code: CustomerGroup.objects.create(code=code, name=name)
        for code, name in [*medical.GROUPS.items(), *((code, name) for code, (name, _) in rolls.GROUPS.items())]
    }
    neighbours = medical.files(group, today)
    examples = [worked.file(Random(example.code), group, today, example) for example in worked.EXAMPLES]
    medical.level_margin([f.book for f in [*neighbours, *examples]], neighbours[-1].book, today)
    now = db_now()
    found = _open(rng, group, groups, "rolls", rolls.files(rng, group, today, count), today, now)
    return found | _open(rng, group, groups, "medical", [*examples, *neighbours], today, now)


def _open(
    rng: Random,
    group: Group,
    groups: dict[str, CustomerGroup],
    unit: str,
    files: list[CustomerFile],
    today: date,
    now: datetime,
) -> dict[str, Customer]:
    opened = {file.code: open_file(rng, group, groups, file, today) for file in files}
    post(group.units[unit], {opened[file.code]: file.book for file in files}, now)
    return opened

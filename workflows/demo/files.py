"""Opening a customer's file: master data, licences, contacts, legal records, and the limit taken over."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from accounts.models import User
from audit.clock import db_now
from audit.services import record
from credit.models import CreditLine
from customers.models import Customer, CustomerGroup
from customers.services import create_customer, open_legal_flag, save_contact, save_licence
from jobs.services import enqueue
from workflows.demo import names
from workflows.demo.feed import Book
from workflows.demo.people import Group


@dataclass
class CustomerFile:
    """Everything about one customer before the first request; money in yuan, `term` in days.

    Args:
        licence_days: days until the blocking licence ends; negative has expired.
        flags: (kind, days ago, source, days ago closed or None).
        line_amount: trade limit in force, None where none was ever set.
    """

    code: str
    unit: str
    region: str
    owner: User
    name: str
    since: date
    founded: date
    turnover: Decimal
    category: Decimal
    book: Book
    term: int
    name_en: str = ""
    short_name: str = ""
    uscc: str = ""
    city: str = ""
    customer_type: str = "distributor"
    segment: str = "channel"
    tier: int | None = None
    key_account: bool = False
    large_buyer: bool = False
    target_lines: int = 0
    group_code: str | None = None
    line_amount: Decimal | None = None
    licence_days: int = 700
    flags: tuple[tuple[str, int, str, int | None], ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)


def open_file(rng: Random, group: Group, groups: dict[str, CustomerGroup], file: CustomerFile, today: date) -> Customer:
    """Open the file through the services of `customers`, as the system."""
    customer = create_customer(
        unit=group.units[file.unit],
        region=group.regions[file.region],
        owner=file.owner,
        code=file.code,
        name=file.name,
        actor=None,
        accept_look_alike=True,
        name_en=file.name_en,
        short_name=file.short_name,
        uscc=file.uscc,
        customer_type=file.customer_type,
        segment=file.segment,
        group=groups[file.group_code] if file.group_code else None,
        legal_rep=names.person(rng),
        registered_address=f"{file.city}市经济开发区{rng.choice('东西南北')}路 {rng.randint(1, 299)} 号"
        if file.city
        else "",
        bank_masked=f"{rng.choice(('工商银行', '建设银行', '中国银行', '招商银行'))} **** {rng.randint(1000, 9999)}",
        phone=f"0{rng.randint(10, 99)}-8{rng.randint(100_0000, 999_9999)}",
        founded_on=file.founded,
        since=file.since,
        tier=file.tier,
        tier_provisional=file.tier is None,
        key_account=file.key_account,
        buyer_public_or_large=file.large_buyer,
        category_purchases=file.category.quantize(Decimal("0.01")),
        turnover=file.turnover.quantize(Decimal("0.01")),
        target_lines=file.target_lines,
    )
    _papers(rng, customer, file, today)
    for kind, ago, source, closed in file.flags:
        flag = open_legal_flag(customer, kind=kind, on=today - timedelta(days=ago), source=source, actor=None)
        if closed is not None:
            from customers.services import close_legal_flag

            close_legal_flag(flag, on=today - timedelta(days=closed), reason="已结案", actor=None)
    if file.line_amount is not None:
        take_over_line(customer, file.line_amount, file.term, today)
    return customer


def _papers(rng: Random, customer: Customer, file: CustomerFile, today: date) -> None:
    """Business licence, the licence of the trade, the signer's authorisation, and one or two contacts."""
    sector = "drug" if file.unit == "medical" else None
    if file.customer_type == "hospital":
        sector = "medical"
    kinds = [("business", None, True), ("authorisation", rng.randint(90, 700), False)]
    kinds.insert(1, (sector, file.licence_days, True)) if sector else kinds.insert(1, ("identity", None, False))
    if sector is None:
        kinds[0] = ("business", file.licence_days, True)
    for kind, days, blocking in kinds:
        ends = None if days is None else today + timedelta(days=days)
        number = f"{str(kind)[:3].upper()}-{file.code}-{rng.randint(1000, 9999)}"
        data = {"kind": kind, "number": number, "valid_from": file.founded, "valid_to": ends, "blocking": blocking}
        save_licence(customer, data, actor=None)
    for title in ("采购经理", "财务经理")[: rng.randint(1, 2)]:
        mobile = f"1{rng.choice((38, 39, 58, 86))}{rng.randint(1000_0000, 9999_9999)}"
        data = {"name": names.person(rng), "title": title, "mobile": mobile, "consent": rng.random() < 0.8}
        save_contact(customer, data, actor=None)


def take_over_line(customer: Customer, amount: Decimal, term: int, today: date) -> CreditLine:
    """A limit that was in force before this system: taken over with its own number, and said so in the trail."""
    valid_from = today - timedelta(days=150 + customer.pk % 120)
    line = CreditLine.objects.create(
        customer=customer,
        kind="trade",
        amount=amount,
        currency=customer.currency,
        term_days=term,
        valid_from=valid_from,
        valid_to=valid_from + timedelta(days=364),
        request_no=f"ERP-{customer.code}",
        policy_number=1,
        activated_at=db_now(),
    )
    for action in ("credit.line_granted", "credit.line_activated"):
        record(
            action,
            stream=f"customer:{customer.pk}",
            actor=None,
            object_type="credit_line",
            object_id=str(line.pk),
            object_label=line.request_no,
            customer_id=customer.pk,
            customer_label=customer.name,
            after={"kind": "trade", "amount": amount, "term_days": term, "valid_to": line.valid_to},
            reason="从原 ERP 系统接管 · Taken over from the ERP",
        )
    ends = db_now() + (line.valid_to + timedelta(days=1) - today) if line.valid_to else None
    enqueue("credit.expire_line", f"line:{line.pk}:expire", {"line": line.pk}, due_at=ends)
    return line

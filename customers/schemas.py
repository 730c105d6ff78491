"""Shapes of the REST resource `customers`: amounts are text, days ISO text, unknown fields refused."""

from datetime import date
from decimal import Decimal
from typing import Any

from ninja import Schema

from accounts.schemas import Day, Flag, Moment, Money, Page, Strict, Text, Whole
from customers.models import Customer


class CustomerIn(Strict):
    """A new customer; region and unit by code, owner by e-mail (default: who sends)."""

    code: Text
    unit: Text
    region: Text
    name: Text
    owner: Text | None = None
    name_en: Text = ""
    short_name: Text = ""
    uscc: Text = ""
    customer_type: Text = "distributor"
    segment: Text = "channel"
    group: Text | None = None
    legal_rep: Text = ""
    registered_address: Text = ""
    bank_masked: Text = ""
    phone: Text = ""
    founded_on: Day = None
    since: Day = None
    buyer_public_or_large: Flag = False
    category_purchases: Money | None = None
    turnover: Money | None = None
    target_lines: Whole = 0
    accept_look_alike: Flag = False


class CustomerChange(Strict):
    """Fields to change; absent ones stay. `revision` is the one that was read."""

    revision: Whole
    name: Text | None = None
    name_en: Text | None = None
    short_name: Text | None = None
    uscc: Text | None = None
    customer_type: Text | None = None
    segment: Text | None = None
    legal_rep: Text | None = None
    registered_address: Text | None = None
    bank_masked: Text | None = None
    phone: Text | None = None
    founded_on: Day = None
    since: Day = None
    buyer_public_or_large: Flag | None = None
    category_purchases: Money | None = None
    turnover: Money | None = None
    target_lines: Whole | None = None
    active: Flag | None = None
    accept_look_alike: Flag = False


class FeedIn(Strict):
    """Trade facts of one kind for one unit; every value of a row is text, true, false or null."""

    data_as_of: Moment
    rows: list[dict[str, Any]]


class FeedOut(Schema):
    """What the upsert did."""

    rows: int
    inserted: int
    updated: int
    unchanged: int
    batch: int | None


class CustomerOut(Schema):
    """A customer as the API shows it; personal fields stay on the page."""

    id: int
    code: str
    unit: str
    region: str
    owner: str
    group: str | None
    name: str
    name_en: str
    short_name: str
    uscc: str
    customer_type: str
    segment: str
    tier: int | None
    key_account: bool
    currency: str
    category_purchases: str | None
    turnover: str | None
    founded_on: date | None
    since: date | None
    active: bool
    revision: int


class CustomerPage(Page):
    """Customers in order of id."""

    items: list[CustomerOut]


def customer_out(customer: Customer) -> dict[str, Any]:
    """A customer as plain values."""
    same = (
        "id", "code", "name", "name_en", "short_name", "uscc", "customer_type", "segment", "tier",
        "key_account", "currency", "founded_on", "since", "active", "revision",
    )  # fmt: skip
    return {
        **{name: getattr(customer, name) for name in same},
        "unit": customer.unit.code,
        "region": customer.region.code,
        "owner": customer.owner.display_name,
        "group": customer.group.code if customer.group else None,
        "category_purchases": _text(customer.category_purchases),
        "turnover": _text(customer.turnover),
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"

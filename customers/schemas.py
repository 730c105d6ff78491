"""Shapes of the REST resource `customers`. Amounts are text, days are ISO text, unknown fields are refused."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict

from accounts.money import NotMoney, parse_money
from customers.models import Customer


def _money(value: Any) -> Any:
    if value is None or isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise ValueError("an amount is text")
    try:
        return parse_money(value)
    except NotMoney as error:
        raise ValueError(f"not an amount: {error.code}") from error


def _day(value: Any) -> Any:
    """Days are ISO text; a number would be read as seconds since 1970."""
    if value is not None and not isinstance(value, str | date):
        raise ValueError("a day is text such as 2026-01-31")
    return value


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("a time is text such as 2026-01-31T18:00:00+08:00")
    return value


Money = Annotated[Decimal | None, BeforeValidator(_money)]
Day = Annotated[date | None, BeforeValidator(_day)]


class Strict(Schema):
    """No field that is not declared."""

    model_config = ConfigDict(extra="forbid", strict=False)


class CustomerIn(Strict):
    """A new customer; region and unit by code, owner by e-mail (default: who sends)."""

    code: str
    unit: str
    region: str
    name: str
    owner: str | None = None
    name_en: str = ""
    short_name: str = ""
    uscc: str = ""
    customer_type: str = "distributor"
    segment: str = "channel"
    group: str | None = None
    legal_rep: str = ""
    registered_address: str = ""
    bank_masked: str = ""
    phone: str = ""
    founded_on: Day = None
    since: Day = None
    buyer_public_or_large: bool = False
    category_purchases: Money = None
    turnover: Money = None
    target_lines: int = 0
    accept_look_alike: bool = False


class CustomerChange(Strict):
    """Fields to change; absent ones stay. `revision` is the one that was read."""

    revision: int
    name: str | None = None
    name_en: str | None = None
    short_name: str | None = None
    uscc: str | None = None
    customer_type: str | None = None
    segment: str | None = None
    legal_rep: str | None = None
    registered_address: str | None = None
    bank_masked: str | None = None
    phone: str | None = None
    founded_on: Day = None
    since: Day = None
    buyer_public_or_large: bool | None = None
    category_purchases: Money = None
    turnover: Money = None
    target_lines: int | None = None
    active: bool | None = None
    accept_look_alike: bool = False


class FeedIn(Strict):
    """Trade facts of one kind for one unit; every value of a row is text, true, false or null."""

    data_as_of: Annotated[datetime, BeforeValidator(_moment)]
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


class CustomerPage(Schema):
    """A page in order of id; pass `next_cursor` as `cursor` for the following one."""

    items: list[CustomerOut]
    next_cursor: str | None


def customer_out(customer: Customer) -> dict[str, Any]:
    """A customer as plain values."""
    same = (
        "id", "code", "name", "name_en", "short_name", "uscc", "customer_type", "segment", "tier", "key_account",
        "currency", "founded_on", "since", "active", "revision",
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

"""Shapes of the REST resources `price-agreements` and `price-checks`: prices and quantities are text."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from django.utils.translation import gettext_lazy
from ninja import Schema
from pydantic import BeforeValidator, Field, WithJsonSchema

from accounts.schemas import Day, Flag, Page, Strict, Text
from pricing.models import AgreementLine, PriceAgreement
from pricing.rules.price_check import plain
from pricing.rules.quantities import NotAQuantity, parse
from pricing.services.utilisation import balance

SENTENCES: Final = {
    "format": gettext_lazy('This is not a number. Write it as text, for example "12" or "2.5".'),
    "negative": gettext_lazy("This must not be negative."),
    "zero": gettext_lazy("This must be greater than zero."),
    "too_large": gettext_lazy("This is larger than anything that is kept here."),
    "places": gettext_lazy("This has more decimals than are kept."),
    "fraction": gettext_lazy("This product is not sold in fractions."),
    "unit": gettext_lazy("The product is not sold in this unit."),
}


def exact(places: int) -> Callable[[Any], Any]:
    """A validator for a positive exact number with at most so many decimals."""

    def read(value: Any) -> Any:
        if value is None:
            return None
        try:
            return parse(value, places=places)
        except NotAQuantity as error:
            raise ValueError(str(SENTENCES[error.code])) from error

    return read


Quantity = Annotated[
    Decimal,
    BeforeValidator(exact(3)),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,10}(\.[0-9]{1,3})?$", "examples": ["120"]}),
]
UnitPrice = Annotated[
    Decimal,
    BeforeValidator(exact(4)),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,10}(\.[0-9]{1,4})?$", "examples": ["88.00"]}),
]
Key = Annotated[Text, Field(min_length=1, max_length=80)]


class PriceCheckIn(Strict):
    """An order line. `order` and `line` are its key: with `consume` the same key takes its quantity once."""

    customer: Text = Field(description="code of the customer")
    product: Text = Field(description="code of the product")
    quantity: Quantity = Field(description="in `unit`, by default the product's stock unit")
    unit: Text = ""
    unit_price: UnitPrice | None = Field(None, description="on the order, per stock unit; absent asks for the price")
    currency: Text | None = Field(None, max_length=3, description="default: the customer's")
    date: Day = Field(None, description="business date of the order in the company's time zone; default: today")
    agreement: Text = Field("", max_length=40, description="number, when several agreements hold")
    order: Key | None = None
    line: Annotated[Text, Field(min_length=1, max_length=40)] = "1"
    consume: Flag = False


class GrantOut(Schema):
    """The agreement that holds; `remaining` is after what this answer consumed, null without a cap."""

    number: str
    request: str
    valid_from: date
    valid_to: date
    price: str
    cap: str | None
    hard: bool
    remaining: str | None
    cap_state: str


class StandardOut(Schema):
    """List price less the discount of the customer's tier."""

    price_list: str
    list_price: str
    discount_pct: str
    price: str


class PriceCheckOut(Schema):
    """The price that holds, how far it reaches, and why. `allowed`: the order may stand as it is written.

    `standard` is null when the order was taken at the granted price, and when no list price holds.
    """

    verdict: Literal["within", "over_soft_cap", "partly_covered", "above_cap", "price_differs", "below_price"]
    allowed: bool
    customer: str
    product: str
    unit: str
    currency: str
    date: date
    quantity: str
    unit_price: str | None
    price: str
    covered: str
    uncovered: str
    consumed: str
    order: str | None
    order_line: str | None
    agreement: GrantOut | None
    standard: StandardOut | None
    reasons: list[dict[str, Any]]


class MovementIn(Strict):
    """What became of an order line that was consumed; `event` names the movement in your system."""

    product: Text
    kind: Literal["delivered", "invoiced", "returned", "cancelled"]
    quantity: Quantity
    order: Key
    line: Annotated[Text, Field(min_length=1, max_length=40)] = "1"
    event: Annotated[Text, Field(min_length=1, max_length=120)]
    date: Day = None


class MovementOut(Schema):
    """The counters of the agreement's line after the movement."""

    kind: str
    quantity: str
    ordered: str
    delivered: str
    invoiced: str
    returned: str
    cancelled: str
    cap: str | None
    remaining: str | None
    cap_state: str


class EndIn(Strict):
    """Why an agreement ends before its last day."""

    reason: Annotated[Text, Field(max_length=500)]


class AgreementLineOut(Schema):
    """One granted price with its counters, all per stock unit."""

    product: str
    list_price: str
    net_price: str
    hard: bool
    ordered: str
    delivered: str
    invoiced: str
    returned: str
    cancelled: str
    cap: str | None
    remaining: str | None
    cap_state: str


class AgreementOut(Schema):
    """A price agreement; `valid_to` is the last day that counts, `ended_on` the first that no longer does."""

    number: str
    customer: str
    request: str
    currency: str
    state: str
    valid_from: date
    valid_to: date
    ended_on: date | None
    granted_at: datetime
    policy: int
    lines: list[AgreementLineOut]


class AgreementPage(Page):
    """Agreements, newest first."""

    items: list[AgreementOut]


def agreement_out(agreement: PriceAgreement, today: date) -> dict[str, Any]:
    """An agreement as plain values."""
    same = ("number", "currency", "valid_from", "valid_to", "ended_on", "granted_at")
    return {
        **{name: getattr(agreement, name) for name in same},
        "customer": agreement.customer.code,
        "request": agreement.request_no,
        "state": agreement.state_on(today),
        "policy": agreement.policy_number,
        "lines": [_line_out(line) for line in agreement.lines.all()],
    }


def _line_out(line: AgreementLine) -> dict[str, Any]:
    return {
        "product": line.product.code,
        "list_price": plain(line.list_price),
        "net_price": plain(line.net_price),
        "hard": line.hard,
        **balance(line),
    }


def refused_quantity(error: NotAQuantity) -> list[dict[str, str]]:
    """The member and its sentence for a quantity that the product does not allow."""
    field = "unit" if error.code == "unit" else "quantity"
    return [{"field": field, "message": str(SENTENCES[error.code])}]

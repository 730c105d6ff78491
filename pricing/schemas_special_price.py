"""Shapes of the REST resource `special-prices`: prices, quantities and percentages are text."""

from decimal import Decimal
from typing import Annotated, Any, Final

from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import BeforeValidator, Field, WithJsonSchema

from accounts.problems import Problem
from accounts.schemas import Day, Flag, Money, Strict, Text
from pricing.choices import Basis, Consideration, Mode, Obtained, PriceReason, PromiseKind
from pricing.models import PriceList, Product, SpecialPrice
from pricing.rules.price_check import plain
from pricing.schemas_agreements import Quantity, UnitPrice, exact
from pricing.services.special_prices import FIELDS, MOST_ROWS

INSIDE: Final = frozenset({"price_list", "lines", "considerations", "evidence"})
Share = Annotated[
    Decimal,
    BeforeValidator(exact(4)),
    Field(le=100),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,4})?$", "examples": ["12.5"]}),
]
Code = Annotated[Text, Field(min_length=1, max_length=40)]
Short = Annotated[Text, Field(max_length=200)]


class LineIn(Strict):
    """One product: a net price per stock unit, or a discount in per cent off the list price."""

    product: Code = Field(description="code of the product")
    quantity: Quantity | None = None
    requested_price: UnitPrice | None = None
    requested_discount: Share | None = None
    quantity_cap: Quantity | None = None


class ConsiderationIn(Strict):
    """Something promised besides the price; `total` is an amount for the whole request."""

    kind: PromiseKind
    basis: Basis = Basis.NET
    mode: Mode = Mode.PERCENT
    expected: UnitPrice
    best: UnitPrice
    note: Short = ""


class EvidenceIn(Strict):
    """A competitor's price per stock unit; `paper` is the id of an attachment of this request."""

    product: Code
    competitor: Annotated[Text, Field(min_length=1, max_length=120)]
    competitor_product: Short = ""
    price: UnitPrice
    currency: Annotated[Text, Field(min_length=3, max_length=3)]
    terms: Short = ""
    obtained_on: Day
    how: Obtained
    corroboration: Short = ""
    valid_until: Day = None


class SpecialPriceChange(Strict):
    """Members that are left out stay as they are; lists are replaced as a whole."""

    price_list: Code | None = Field(default=None, description="code of a price list of the customer's company")
    valid_from: Day = None
    valid_to: Day = None
    reason_code: PriceReason | None = None
    reason_text: Annotated[Text, Field(max_length=4000)] | None = None
    consideration: Consideration | None = Field(default=None, description="whether anything else was promised")
    annual_expected: Money | None = None
    annual_best: Money | None = None
    confidential: Flag | None = None
    lines: Annotated[list[LineIn], Field(max_length=MOST_ROWS)] | None = None
    considerations: Annotated[list[ConsiderationIn], Field(max_length=MOST_ROWS)] | None = None
    evidence: Annotated[list[EvidenceIn], Field(max_length=MOST_ROWS)] | None = None


class SpecialPriceIn(SpecialPriceChange):
    """A new request."""

    customer: Code = Field(description="code of the customer")


class SpecialPriceOut(Schema):
    """A request as it stands."""

    id: int
    request_no: str | None
    customer: str
    currency: str
    price_list: str | None
    valid_from: Day
    valid_to: Day
    reason_code: str
    reason_text: str
    consideration: str
    annual_expected: Money | None
    annual_best: Money | None
    confidential: bool
    lines: list[dict[str, Any]]
    considerations: list[dict[str, Any]]
    evidence: list[dict[str, Any]]
    revision: int
    submitted: bool


def shown(letter: SpecialPrice, no: str | None) -> dict[str, Any]:
    """The members of `SpecialPriceOut`."""
    lines = ("quantity", "requested_price", "requested_discount", "quantity_cap")
    return {
        **{name: getattr(letter, name) for name in FIELDS},
        "id": letter.pk,
        "request_no": no,
        "customer": letter.customer.code,
        "currency": letter.currency,
        "price_list": letter.price_list.code if letter.price_list else None,
        "lines": [
            {"product": row.product.code, **{name: _text(getattr(row, name)) for name in lines}}
            for row in letter.lines.all()
        ],
        "considerations": [
            {"kind": row.kind, "basis": row.basis, "mode": row.mode, "expected": _text(row.expected),
             "best": _text(row.best), "note": row.note}
            for row in letter.considerations.all()
        ],
        "evidence": [
            {"product": row.product.code, "competitor": row.competitor, "price": _text(row.price),
             "currency": row.currency, "obtained_on": row.obtained_on.isoformat(), "how": row.how}
            for row in letter.evidence.all()
        ],
        "revision": letter.revision,
        "submitted": letter.submitted,
    }  # fmt: skip


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def rows_of(values: dict[str, Any], unit_id: int) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]] | None]]:
    """What was sent as the service takes it: fields by name, and the rows of each list or None.

    Raises:
        Problem: 422 for a product, price list or pair of values that does not exist.
    """
    fields = {name: value for name, value in values.items() if name not in INSIDE}
    if "price_list" in values:
        fields["price_list"] = _price_list(values["price_list"], unit_id)
    lists: dict[str, list[dict[str, Any]] | None] = {}
    for name in INSIDE - {"price_list"}:
        given = values.get(name)
        lists[name] = None if given is None else [_row(name, index, row) for index, row in enumerate(given)]
    return fields, lists


def _price_list(code: str | None, unit_id: int) -> PriceList | None:
    if code is None:
        return None
    found = PriceList.objects.filter(unit=unit_id, code=code).first()
    if found is None:
        raise _wrong("price_list", _("There is no price list with this code."))
    return found


def _row(name: str, index: int, row: Strict) -> dict[str, Any]:
    values = dict(row.model_dump())
    if "product" in values:
        values["product"] = Product.objects.filter(code=values["product"]).first()
        if values["product"] is None:
            raise _wrong(f"{name}.{index}.product", _("There is no product with this code."))
    if "obtained_on" in values and values["obtained_on"] is None:
        raise _wrong(f"{name}.{index}.obtained_on", _("This must not be null."))
    if values.get("requested_price") is not None and values.get("requested_discount") is not None:
        raise _wrong(f"{name}.{index}.requested_discount", _("Write either a net price or a discount."))
    if values.get("mode") == Mode.PERCENT and max(values["expected"], values["best"]) > 100:
        raise _wrong(f"{name}.{index}.best", _("At most %(most)s.") % {"most": 100})
    return values


def _wrong(field: str, sentence: str) -> Problem:
    return Problem("invalid", 422, sentence, errors=[{"field": field, "message": sentence}])

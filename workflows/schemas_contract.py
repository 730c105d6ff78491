"""Shapes of the REST resource `contracts`: amounts, quantities and percentages are text."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from ninja import Schema
from pydantic import BeforeValidator, Field, WithJsonSchema

from accounts.problems import Problem
from accounts.schemas import Day, Flag, Money, Strict, Text, Whole
from contracts.models import Contract, ContractLetter, ContractTemplate, Dispute, Freight, Payment
from contracts.services.contracts import EDITABLE
from customers.models import Customer
from pricing.schemas_agreements import Quantity, UnitPrice, exact

MOST_LINES: Final = 100
INSIDE: Final = frozenset({"template", "lines", "deviations"})
Rate = Annotated[
    Decimal,
    BeforeValidator(exact(2)),
    Field(le=100),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,2})?$", "examples": ["0.5"]}),
]
Days = Annotated[Whole, Field(ge=0, le=3650)]
Line200 = Annotated[Text, Field(max_length=200)]
Line120 = Annotated[Text, Field(max_length=120)]
Line60 = Annotated[Text, Field(max_length=60)]


class ContractLineIn(Strict):
    """One product; without `unit_price` at the approved price."""

    product: Annotated[Text, Field(max_length=40)] = ""
    name: Annotated[Text, Field(min_length=1, max_length=200)]
    brand: Annotated[Text, Field(max_length=80)] = ""
    spec: Line120 = ""
    unit: Annotated[Text, Field(min_length=1, max_length=20)]
    quantity: Annotated[Quantity, Field(gt=0)]
    unit_price: UnitPrice | None = None


class DeviationIn(Strict):
    """A clause that shall say something else; an empty text leaves it out."""

    code: Annotated[Text, Field(min_length=1, max_length=8)]
    proposed: Annotated[Text, Field(max_length=8000)] = ""
    reason: Annotated[Text, Field(max_length=500)] = ""
    cap_removed: Flag = False


class ContractChange(Strict):
    """Members that are left out stay as they are; figures that are null are the approved ones."""

    template: Annotated[Text, Field(max_length=31)] | None = Field(None, description='code and language, as "SALES/en"')
    annual_value: Money | None = None
    valid_from: Day = None
    valid_to: Day = None
    auto_renew: Flag | None = None
    sign_on: Day = None
    sign_place: Line120 | None = None
    copies: Annotated[Whole, Field(ge=1, le=99)] | None = None
    delivery_address: Annotated[Text, Field(max_length=300)] | None = None
    delivery_mode: Line120 | None = None
    lead_days: Days | None = None
    freight_by: Freight | None = None
    lot: Line60 | None = None
    cycle: Line60 | None = None
    risk_point: Line200 | None = None
    quality_standard: Line200 | None = None
    quality_annex: Line60 | None = None
    storage: Line200 | None = None
    acceptance_method: Line200 | None = None
    acceptance_days: Days | None = None
    receivers: Line200 | None = None
    returns_cap: Rate | None = None
    payment: Payment | None = None
    term_days: Days | None = None
    statement_day: Annotated[Whole, Field(ge=1, le=31)] | None = None
    credit_limit: Money | None = None
    discount: Rate | None = None
    rebate_rate: Rate | None = None
    with_rebate: Flag | None = None
    territory: Line200 | None = None
    guarantee_type: Line60 | None = None
    guarantee_value: Money | None = None
    guarantee_provider: Line120 | None = None
    guarantee_valid_to: Day = None
    late_rate: Rate | None = None
    delivery_rate: Rate | None = None
    notice_days: Days | None = None
    price_notice_days: Days | None = None
    dispute: Dispute | None = None
    dispute_body: Line120 | None = None
    signer_name: Line120 | None = None
    signer_legal_rep: Flag | None = None
    authority_no: Annotated[Text, Field(max_length=80)] | None = None
    authority_valid_to: Day = None
    on_customer_paper: Flag | None = None
    reason: Annotated[Text, Field(max_length=10_000)] | None = None
    confidential: Flag | None = None
    lines: Annotated[list[ContractLineIn], Field(max_length=MOST_LINES)] | None = None
    deviations: Annotated[list[DeviationIn], Field(max_length=MOST_LINES)] | None = None


class ContractIn(ContractChange):
    """A new contract for the customer with this code."""

    customer: Text


class ContractLineOut(Schema):
    """One product of a contract."""

    product: str
    name: str
    brand: str
    spec: str
    unit: str
    quantity: str
    unit_price: str | None


class DeviationOut(Schema):
    """A clause that shall say something else."""

    code: str
    proposed: str
    reason: str
    cap_removed: bool


class LifeOut(Schema):
    """How far an approved contract is, and its papers."""

    number: str
    state: str
    standard: bool
    document: str | None
    pdf_sha256: str
    sealed_at: datetime | None
    signed_on: date | None
    signed_copy_sha256: str
    effective_at: datetime | None
    valid_from: date
    valid_to: date
    terminated_at: datetime | None
    termination_reason: str


class ContractOut(Schema):
    """A contract as it stands; `request` once it was submitted, `contract` once it was approved."""

    id: int
    customer: str
    template: str | None
    currency: str
    values: dict[str, Any] = Field(description="the members of a change, as text")
    lines: list[ContractLineOut]
    deviations: list[DeviationOut]
    request: str | None
    contract: LifeOut | None


class EndIn(Strict):
    """Why a contract ends before its last day."""

    reason: Annotated[Text, Field(min_length=1, max_length=500)]


def life(contract: Contract) -> dict[str, Any]:
    """The life of an approved contract."""
    document, copy = contract.document, getattr(contract, "signed_copy", None)
    same = ("number", "state", "standard", "sealed_at", "signed_on", "effective_at", "valid_from", "valid_to")
    return {
        **{name: getattr(contract, name) for name in same},
        "document": document.number if document else None,
        "pdf_sha256": document.pdf_sha256 if document else "",
        "signed_copy_sha256": copy.sha256 if copy else "",
        "terminated_at": contract.terminated_at,
        "termination_reason": contract.termination_reason,
    }


def shown(letter: ContractLetter, no: str | None) -> dict[str, Any]:
    """The letter with its lines, and the contract that came of it."""
    template = letter.template
    contract = getattr(letter, "contract", None)
    values = {name: getattr(letter, name) for name in sorted(EDITABLE - {"template", "currency"})}
    return {
        "id": letter.pk,
        "customer": letter.customer.code,
        "template": f"{template.code}/{template.language}" if template else None,
        "currency": letter.currency,
        "values": {name: _plain(value) for name, value in values.items()},
        "lines": [
            {
                **{name: getattr(line, name) for name in ("product", "name", "brand", "spec", "unit")},
                "quantity": f"{line.quantity.normalize():f}",
                "unit_price": None if line.unit_price is None else str(line.unit_price),
            }
            for line in letter.lines.all()
        ],
        "deviations": [
            {name: getattr(each, name) for name in ("code", "proposed", "reason", "cap_removed")}
            for each in letter.deviations.all()
        ],
        "request": no,
        "contract": life(contract) if contract else None,
    }


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def rows_of(values: dict[str, Any], customer: Customer) -> dict[str, Any]:
    """The members of a change as the service wants them.

    Raises:
        Problem: 422, there is no such template.
    """
    found = {name: value for name, value in values.items() if name not in INSIDE}
    if values.get("template"):
        code, _slash, language = values["template"].partition("/")
        templates = ContractTemplate.objects.filter(unit=customer.unit, code=code, language=language or "zh-hans")
        found["template"] = templates.first()
        if found["template"] is None:
            raise Problem(
                "no_template", 422, "There is no such template.", errors=[{"field": "template", "message": ""}]
            )
    for name in ("lines", "deviations"):
        if values.get(name) is not None:
            found[name] = [dict(row) for row in values[name]]
    return found

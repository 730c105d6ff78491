"""REST resource contracts: letters about contracts, and what became of them."""

from datetime import date
from hashlib import sha256
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import File, Form
from ninja.files import UploadedFile

from accounts.models import User
from accounts.problems import Problem
from accounts.schemas import acting, idempotency_key
from contracts.models import Contract, ContractLetter
from contracts.services import contracts, signing
from contracts.views.contracts import FILERS
from customers.models import Customer
from jobs.answers import answered_once
from jobs.idempotency import once
from workflows.contract_signing import sign_contract
from workflows.kinds.contract_pages import PAGES, begin
from workflows.letter_api import Letter, letter_router
from workflows.schemas_contract import (
    INSIDE,
    ContractChange,
    ContractIn,
    ContractOut,
    EndIn,
    LifeOut,
    life,
    rows_of,
    shown,
)


def rows(user: User) -> Any:
    """Letters that the user may see, sent ones too."""
    around = ContractLetter.objects.visible_to(user).filter(discarded_at__isnull=True)
    related = ("customer__unit", "template", "contract__document", "contract__signed_copy")
    return around.select_related(*related).prefetch_related("lines", "deviations")


def save(customer: Customer | None, values: dict[str, Any], user: User, letter: ContractLetter | None) -> Any:
    """Begin a letter with what is usual, or change one."""
    if customer is None:
        raise TypeError("a contract is about a customer")
    return contracts.save_draft(customer, rows_of(values, customer), user, letter or begin(customer, user))


contract_letters = letter_router(
    Letter(
        pages=PAGES,
        name="contract",
        model=ContractLetter,
        begin=ContractIn,
        change=ContractChange,
        out=ContractOut,
        shown=shown,
        rows=rows,
        save=save,
        inside=INSIDE,
    )
)


def _contract(request: HttpRequest, pk: int) -> Contract:
    visible = Contract.objects.visible_to(acting(request)).select_related("customer__unit", "document", "signed_copy")
    return get_object_or_404(visible, letter_id=pk)


@contract_letters.post(
    "/{int:pk}/signed-copy", response=LifeOut, summary="File the signed copy of the other side",
    operation_id="contract_signed_copy",
)  # fmt: skip
def file_signed_copy(
    request: HttpRequest,
    pk: int,
    signed_on: Form[date],
    file: File[UploadedFile],
    confirmed: Form[str] = "",
    reason: Form[str] = "",
) -> dict[str, Any]:
    """Check a PDF against our sealed paper and put the contract in force.

    A scan needs `confirmed`, the compared pages as "1,2,3", and `reason`; 422 says what differs.
    """
    user, key, contract = acting(request), idempotency_key(request), _contract(request, pk)
    if not signing.holds(user, contract, *FILERS):
        raise PermissionDenied
    data, name = file.read(), file.name or ""
    pages = {int(page) for page in confirmed.split(",") if page.strip().isdecimal() and len(page.strip()) < 5}

    def write() -> dict[str, Any]:
        sign_contract(
            contract, name=name, data=data, signed_on=signed_on, actor=user, idempotency_key=key, confirmed=pages,
            reason=reason[:500],
        )  # fmt: skip
        return life(_contract(request, pk))

    what = ["sign", pk, signed_on.isoformat(), sha256(data).hexdigest(), sorted(pages), reason]
    return answered_once(user, key, what, write)


@contract_letters.post(
    "/{int:pk}/terminate", response=LifeOut, summary="Terminate a contract", operation_id="contract_terminate"
)
def terminate(request: HttpRequest, pk: int, body: EndIn) -> dict[str, Any]:
    """End a contract that both sides have signed before its last day; legal, the CFO and the GM may."""
    user, contract = acting(request), _contract(request, pk)
    if not signing.holds(user, contract, *contracts.ENDERS):
        raise PermissionDenied

    def run() -> dict[str, Any]:
        if contract.signed_at is None:
            raise Problem("not_signed", 409, _("Before both sides have signed, the author gives the contract up."))
        contracts.terminate(contract, actor=user, reason=body.reason)
        return life(_contract(request, pk))

    return once(user, idempotency_key(request), ["terminate", pk, body.reason], run)[0]

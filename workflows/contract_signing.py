"""The other side's signed copy: filed, and the request goes on; the same for pages and REST."""

from collections.abc import Collection
from datetime import date

from accounts.models import User
from accounts.problems import Problem
from audit.refusals import record_refusal
from contracts.models import Contract, SignedCopy
from contracts.services import signing
from customers.queries import business_day
from workflows import services


def sign_contract(
    contract: Contract,
    *,
    name: str,
    data: bytes,
    signed_on: date,
    actor: User,
    idempotency_key: str,
    confirmed: Collection[int] = (),
    reason: str = "",
) -> Contract:
    """File the signed copy, then let the contract take effect. What was filed before is not filed again.

    Two transactions: a copy that was filed by a process that then died is on file, and the next try goes on from there.

    Raises:
        Problem: refused with its reason; nothing has changed, and the refusal is in the trail.
    """
    copy = SignedCopy.objects.filter(contract=contract).first()
    if copy is None:
        try:
            copy = signing.file_copy(
                contract, name=name, data=data, signed_on=signed_on, today=business_day(contract.customer.unit),
                actor=actor, confirmed=confirmed, reason=reason,
            )  # fmt: skip
        except Problem as refusal:
            record_refusal(
                actor=actor,
                code=refusal.code,
                reason=refusal.title,
                object_type="contract",
                object_id=str(contract.pk),
                object_label=contract.number,
                request_no=contract.number,
                customer_id=contract.customer_id,
                customer_label=contract.customer.name,
                extra={"attempted": "sign"},
            )
            raise
    note = f"{copy.get_method_display()}; sha256 {copy.sha256[:16]}"
    services.complete_signing(contract.number, actor=actor, idempotency_key=idempotency_key, note=note)
    return Contract.objects.get(pk=contract.pk)

"""Contracts at each stage, by the services that everybody uses."""

from typing import Any
from uuid import uuid4

from contracts.models import Contract, ContractLetter
from customers.queries import business_day
from jobs import executor, storage
from tests.contracts.contract_factories import ready_contract
from tests.factories import Company
from workflows import services
from workflows.contract_signing import sign_contract
from workflows.demo.contract import countersigned
from workflows.kinds.contract import KIND
from workflows.models import Request, Step

HOLDERS = {
    "SM": "manager", "RD": "director", "CC": "credit_controller", "FM": "finance_manager", "CFO": "cfo",
    "GM": "general_manager", "LG": "lawyer",
}  # fmt: skip


def submitted(company: Company, letter: ContractLetter) -> Request:
    """The request of a letter, waiting for its first approvals."""
    return services.submit(KIND, letter.pk, actor=company.rep, idempotency_key=f"submit {letter.pk}")


def approved(company: Company, letter: ContractLetter | None = None, **changes: Any) -> Contract:
    """Everybody whom the plan names has approved; the paper is ordered."""
    request = submitted(company, letter or ready_contract(company, **changes))
    while step := Step.objects.filter(request=request, status="open").select_related("submission").first():
        services.decide(
            request.no, step.pk, actor=company.people[HOLDERS[step.role]], verb="approve",
            content_sha256=step.submission.content_sha256, idempotency_key=f"approve {step.pk}",
        )  # fmt: skip
    return Contract.objects.select_related("customer__unit", "document").get(number=request.no)


def sealed(company: Company, letter: ContractLetter | None = None, **changes: Any) -> Contract:
    """Our paper is made and sealed."""
    contract = approved(company, letter, **changes)
    executor.run_until_idle()
    contract = Contract.objects.select_related("customer__unit", "document").get(pk=contract.pk)
    assert contract.document is not None
    assert contract.document.failure == ""
    return contract


def ours(contract: Contract) -> bytes:
    """The file that we sealed."""
    assert contract.document is not None
    return storage.get(contract.document.pdf_sha256)


def signed(company: Company, contract: Contract, **said: Any) -> Contract:
    """The other side has signed our file."""
    given = {
        "name": "signed.pdf",
        "data": countersigned(ours(contract), contract.customer),
        "actor": company.rep,
        **said,
    }
    given.setdefault("signed_on", business_day(contract.customer.unit))
    return sign_contract(contract, idempotency_key=uuid4().hex, **given)

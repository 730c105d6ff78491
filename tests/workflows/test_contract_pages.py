"""The contract on the pages: from the form to the filed copy."""

import io
import re
from datetime import timedelta

import pypdfium2
import pytest

from accounts.queries import business_today
from contracts.models import Contract, ContractLetter
from jobs import executor, storage
from tests.authz.world import browser
from tests.contracts.contract_factories import credit_line, house, ready_contract, trading_partner
from tests.factories import Company
from tests.workflows.contract_stories import ours as file_of_ours
from tests.workflows.contract_stories import sealed
from workflows import services
from workflows.demo.contract import countersigned
from workflows.kinds.contract import KIND
from workflows.models import Request, Step

pytestmark = pytest.mark.django_db


def test_a_contract_goes_from_the_form_over_the_seal_to_the_signed_copy(company: Company) -> None:
    house(company)
    customer = trading_partner(company)
    credit_line(customer)
    rep = browser(company.rep)
    made = rep.post("/requests/new/", {"kind": "contract", "customer": customer.pk})
    letter = ContractLetter.objects.get()
    address = f"/requests/drafts/contract/{letter.pk}/"
    assert made["Location"] == address
    assert rep.get(address).status_code == 200
    today = business_today()
    typed = {
        "template": letter.template_id, "annual_value": "400000", "valid_from": today, "sign_on": today,
        "valid_to": today + timedelta(364), "copies": 2, "lines-0-product": "R-650", "lines-0-quantity": "6",
        "quality_standard": "GB/T 13314", "delivery_address": "Shanghai", "delivery_mode": "road", "lead_days": 30,
        "risk_point": "on delivery", "acceptance_method": "count", "payment": "invoice", "freight_by": "supplier",
        "dispute": "court", "signer_name": customer.legal_rep, "signer_legal_rep": "on",
    }  # fmt: skip
    saved = rep.post(address, typed)
    assert saved.status_code == 302, saved.content.decode()[:3000]
    line = letter.lines.get()
    assert (line.name, line.unit, line.unit_price) == ("高速钢轧辊", "支", None)
    page = rep.get(address).content.decode()
    assert "47,500.00" in page
    assert "贰拾捌万伍仟元整" in page
    sent = rep.post(f"{address}submit/", {**typed, "idempotency_key": "1"})
    request = Request.objects.get()
    assert sent["Location"] == f"/requests/{request.no}/"
    step = Step.objects.get(status="open")
    panel = browser(company.manager).get(f"/queue/{step.pk}/").content.decode()
    assert "47,500.00" in panel or "Standard text" in panel
    services.decide(
        request.no, step.pk, actor=company.manager, verb="approve", idempotency_key="d",
        content_sha256=step.submission.content_sha256,
    )  # fmt: skip
    executor.run_until_idle()
    contract = Contract.objects.get()
    assert contract.state == "sealed"
    shown = rep.get(f"/contracts/{contract.number}/").content.decode()
    assert "File the signed copy" in shown
    assert contract.document is not None
    ours = storage.get(contract.document.pdf_sha256)
    refused = rep.post(f"/contracts/{contract.number}/sign/", {"signed_on": today, "file": _file(ours)})
    assert refused.status_code == 422
    assert "This is our own file" in refused.content.decode()
    signed = rep.post(
        f"/contracts/{contract.number}/sign/", {"signed_on": today, "file": _file(countersigned(ours, customer))}
    )
    assert signed.status_code == 302, signed.content.decode()[:2000]
    contract.refresh_from_db()
    assert contract.state == "effective"
    request.refresh_from_db()
    assert request.state == "approved"
    assert request.closed_at is not None
    done = rep.get(f"/contracts/{contract.number}/").content.decode()
    assert "Further signature on our file" in done


def test_a_copy_with_our_words_comes_back_to_be_looked_at(company: Company) -> None:
    contract = sealed(company)
    saved_again = io.BytesIO()
    pypdfium2.PdfDocument(file_of_ours(contract)).save(saved_again)
    address, legal = f"/contracts/{contract.number}/sign/", browser(company.lawyer)
    sent = {"signed_on": business_today(), "file": _file(saved_again.getvalue())}
    asked = legal.post(address, sent)
    shown = asked.content.decode()
    assert asked.status_code == 422
    assert "words do not show who signed" in shown
    assert shown.count('name="confirmed"') == contract.document.pages  # type: ignore[union-attr]
    kept = re.search(r'name="kept" value="([^"]+)"', shown)
    assert kept
    looked = {"confirmed": list(range(1, 5)), "reason": "their seal is on page 4", "kept": kept[1]}
    assert legal.post(address, {"signed_on": business_today(), **looked}).status_code == 302
    contract.refresh_from_db()
    assert contract.state == "effective"


def test_the_lists_show_what_a_person_may_see(company: Company) -> None:
    letter = ready_contract(company)
    request = services.submit(KIND, letter.pk, actor=company.rep, idempotency_key="s")
    assert browser(company.rep).get(f"/requests/{request.no}/").status_code == 200
    for path in ("/contracts/", "/contracts/?state=effective&q=x", "/contracts/ending/"):
        assert browser(company.rep).get(path).status_code == 200
    assert browser(company.lawyer).get("/contracts/seals/").status_code == 200
    assert browser(company.rep).get("/contracts/seals/").status_code == 403


def _file(data: bytes, name: str = "signed.pdf") -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name
    return file

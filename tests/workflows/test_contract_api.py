"""Contracts over REST: drawn up, previewed, sent, and the signed copy filed."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.queries import business_today
from accounts.services import issue_token
from audit.verify import verify
from contracts.models import Contract
from jobs import executor
from tests import factories
from tests.contracts.contract_factories import credit_line, house, trading_partner
from tests.workflows.contract_stories import ours
from workflows import services
from workflows.demo.contract import countersigned
from workflows.models import Step

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/contracts"


def test_a_contract_is_drawn_up_sent_and_signed_over_rest() -> None:
    company = factories.company()
    house(company)
    customer = trading_partner(company)
    credit_line(customer)
    token = issue_token(company.rep, name="erp")
    client, today = Client(), business_today()

    def call(method: str, path: str, key: str, body: Any, **options: Any) -> Any:
        headers = {"authorization": f"Bearer {token}", "idempotency-key": key}
        kind = options.pop("content_type", "application/json")
        sent = {"content_type": kind} if kind else {}
        return getattr(client, method)(f"{ADDRESS}{path}", body, headers=headers, **sent)

    line = {"product": "R-650", "name": "高速钢轧辊", "spec": "Φ650", "unit": "支", "quantity": "6"}
    body = {
        "customer": customer.code, "template": "SALES/en", "annual_value": "400000", "valid_from": today.isoformat(),
        "valid_to": (today + timedelta(364)).isoformat(), "sign_on": today.isoformat(), "lines": [line],
        "quality_standard": "GB/T 1", "delivery_mode": "road", "lead_days": 30, "risk_point": "delivery",
        "acceptance_method": "count",
    }  # fmt: skip
    made = call("post", "", "1", body)
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert made.json()["lines"][0]["unit_price"] is None
    wrong = call("patch", f"/{pk}", "2", {"lines": [{**line, "quantity": "0"}]})
    assert wrong.status_code == 422
    changed = call("patch", f"/{pk}", "3", {"lines": [{**line, "quantity": "5"}]})
    assert changed.json()["lines"][0]["quantity"] == "5"
    seen = client.get(f"{ADDRESS}/{pk}/preview", headers={"authorization": f"Bearer {token}"}).json()
    assert seen["blocks"] == []
    sent = call("post", f"/{pk}/submit", "4", {})
    assert sent.status_code == 201, sent.content
    step = Step.objects.select_related("submission").get(status="open")
    services.decide(
        step.request.no, step.pk, actor=company.manager, verb="approve",
        content_sha256=step.submission.content_sha256, idempotency_key="d",
    )  # fmt: skip
    executor.run_until_idle()
    contract = Contract.objects.select_related("customer", "document").get()
    lawyer = {"authorization": f"Bearer {issue_token(company.lawyer, name='erp')}", "idempotency-key": "l"}
    too_early = client.post(f"{ADDRESS}/{pk}/terminate", {"reason": "no"}, "application/json", headers=lawyer)
    assert (too_early.status_code, too_early.json()["code"]) == (409, "not_signed")
    upload = {"signed_on": today.isoformat()}
    refused = call("post", f"/{pk}/signed-copy", "5", {**upload, "file": pdf(ours(contract))}, content_type="")
    assert refused.status_code == 422, refused.content
    theirs = countersigned(ours(contract), customer)
    filed = call("post", f"/{pk}/signed-copy", "6", {**upload, "file": pdf(theirs)}, content_type="")
    assert filed.status_code == 200, filed.content
    assert (filed.json()["state"], filed.json()["document"]) == ("effective", contract.document.number)  # type: ignore[union-attr]
    not_his = call("post", f"/{pk}/terminate", "7", {"reason": "no"})
    assert not_his.status_code == 403
    listed = client.get(ADDRESS, headers={"authorization": f"Bearer {token}"}).json()["items"]
    assert [each["contract"]["state"] for each in listed] == ["effective"]
    assert verify().findings == []


def pdf(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("signed.pdf", data, content_type="application/pdf")

"""What people see of documents: the list, the file, the public page, the REST resource."""

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from contracts import rules, services
from contracts.models import Document
from jobs import storage
from tests import factories
from tests.contracts.factories import issued, ordered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Any) -> Path:
    settings.COUNTERSIGN_DATA = tmp_path
    cache.clear()
    return tmp_path


@pytest.fixture
def company() -> factories.Company:
    return factories.company()


@pytest.fixture
def document(company: factories.Company) -> Document:
    return issued(factories.customer(company, name="上海华康医疗器械有限公司"), request_no="CR-202611-0007")


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def upload(client: Client, document: Document, data: bytes) -> Any:
    file = SimpleUploadedFile("x.pdf", data, content_type="application/pdf")
    return client.post(reverse("contracts:verify", args=[document.verify_code]), {"file": file})


def test_the_rep_finds_the_document_and_downloads_the_sealed_file(
    document: Document, company: factories.Company
) -> None:
    client = as_user(company.rep)
    listed = client.get(reverse("contracts:documents"), {"q": "0007"})
    assert document.number in listed.content.decode()
    shown = client.get(reverse("contracts:document", args=[document.number]))
    assert rules.spaced(document.pdf_sha256, 8) in shown.content.decode()
    file = client.get(reverse("contracts:pdf", args=[document.number]))
    assert file.content == storage.get(document.pdf_sha256)
    assert file["Content-Type"] == "application/pdf"


def test_another_rep_does_not_learn_that_it_exists(document: Document, company: factories.Company) -> None:
    client = as_user(company.other_rep)
    for page in ("document", "pdf"):
        assert client.get(reverse(f"contracts:{page}", args=[document.number])).status_code == 404
    assert document.number not in client.get(reverse("contracts:documents")).content.decode()


def test_without_login_there_is_no_file_and_no_list(document: Document) -> None:
    for name, arguments in (("documents", []), ("document", [document.number]), ("pdf", [document.number])):
        answer = Client().get(reverse(f"contracts:{name}", args=arguments))
        assert answer.status_code == 302
        assert "login" in answer["Location"]


def test_a_document_that_is_not_issued_has_no_file(company: factories.Company) -> None:
    waiting = ordered(factories.customer(company))
    client = as_user(company.rep)
    assert client.get(reverse("contracts:pdf", args=[waiting.number])).status_code == 404
    assert client.get(reverse("contracts:document", args=[waiting.number])).status_code == 200


def test_the_list_goes_page_by_page(company: factories.Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contracts.queries.PAGE", 2)
    customer = factories.customer(company)
    numbers = [ordered(customer, request_no=f"CR-{n}").number for n in range(5)]
    client = as_user(company.rep)
    first = client.get(reverse("contracts:documents")).context["page"]
    assert [each.number for each in first.rows] == numbers[:2:-1]
    second = client.get(reverse("contracts:documents"), {"before": first.older}).context["page"]
    assert [each.number for each in second.rows] == numbers[2:0:-1]
    back = client.get(reverse("contracts:documents"), {"after": second.newer}).context["page"]
    assert [each.number for each in back.rows] == numbers[:2:-1]


def test_an_empty_list_says_what_will_come(company: factories.Company) -> None:
    assert "empty-state" in as_user(company.rep).get(reverse("contracts:documents")).content.decode()


def test_anybody_can_check_a_code_and_sees_no_more_than_needed(document: Document) -> None:
    answer = Client().get(reverse("contracts:verify", args=[document.verify_code]))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert document.number in text
    assert "上海****公司" in text
    assert document.customer.name not in text
    assert "1,200,000" not in text


def test_a_code_is_found_however_it_was_typed(document: Document) -> None:
    typed = rules.spaced(document.verify_code).lower()
    answer = Client().post(reverse("contracts:find"), {"code": typed}, follow=True)
    assert document.number in answer.content.decode()


@pytest.mark.parametrize("code", ["0" * 20, "x", "' OR 1=1", "-"])
def test_an_unknown_code_says_so(code: str) -> None:
    assert Client().get(reverse("contracts:verify", args=[code])).status_code == 404


def test_a_document_that_is_not_issued_cannot_be_checked(company: factories.Company) -> None:
    waiting = ordered(factories.customer(company))
    assert Client().get(reverse("contracts:verify", args=[waiting.verify_code])).status_code == 404


def test_an_uploaded_copy_is_compared_to_the_last_byte(document: Document, company: factories.Company) -> None:
    pdf = storage.get(document.pdf_sha256)
    client = Client()
    assert upload(client, document, pdf).context["comparison"].verdict == "same"
    assert upload(client, document, pdf[:-1] + b" ").context["comparison"].verdict == "changed"
    assert upload(client, document, b"%PDF-1.7 something").context["comparison"].verdict == "changed"
    other = issued(factories.customer(company), request_no="CR-9")
    assert upload(client, document, storage.get(other.pdf_sha256)).context["comparison"].verdict == "other"


def test_comparing_without_a_file_says_what_is_missing(document: Document) -> None:
    answer = Client().post(reverse("contracts:verify", args=[document.verify_code]))
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()


def test_a_void_document_says_so_to_everybody(document: Document, company: factories.Company) -> None:
    services.void_document(document, actor=company.cfo, reason="secret reason")
    text = Client().get(reverse("contracts:verify", args=[document.verify_code])).content.decode()
    assert "notice-danger" in text
    assert "notice-success" not in text
    assert "secret reason" not in text


def test_the_public_page_answers_only_so_often(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contracts.views.documents.LOOKS_PER_MINUTE", 3)
    address = reverse("contracts:verify", args=[document.verify_code])
    assert [Client().get(address).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_finance_voids_a_document_with_a_reason(document: Document, company: factories.Company) -> None:
    address = reverse("contracts:void", args=[document.number])
    assert as_user(company.rep).post(address, {"reason": "x"}).status_code == 403
    assert as_user(company.finance_manager).post(address, {"reason": ""}).status_code == 422
    assert as_user(company.finance_manager).post(address, {"reason": "replaced"}).status_code == 302
    document.refresh_from_db()
    assert (document.shown_state, document.void_reason) == ("void", "replaced")


def test_a_failed_document_is_made_again_on_request(company: factories.Company) -> None:
    failed = ordered(factories.customer(company))
    services.mark_failed(failed, "the engine was missing")
    address = reverse("contracts:retry", args=[failed.number])
    assert as_user(company.rep).post(address).status_code == 403
    assert (
        "the engine was missing"
        in as_user(company.rep).get(reverse("contracts:document", args=[failed.number])).content.decode()
    )
    assert as_user(company.credit_controller).post(address).status_code == 302
    failed.refresh_from_db()
    assert failed.state == "queued"


@pytest.mark.parametrize("form", ["pem", "cer"])
def test_the_root_certificate_is_public(form: str) -> None:
    answer = Client().get(reverse("contracts:root", args=[form]))
    assert answer.status_code == 200
    assert b"PRIVATE" not in answer.content
    assert answer.content.startswith(b"-----BEGIN CERTIFICATE" if form == "pem" else b"0\x82")


def test_the_public_page_speaks_the_language_of_the_browser(document: Document) -> None:
    address = reverse("contracts:verify", args=[document.verify_code])
    english = Client().get(address, headers={"Accept-Language": "en"}).content.decode()
    assert "This document was issued by us and is valid." in english
    assert '<html lang="en">' in english


def test_finance_of_another_company_neither_voids_nor_repeats(document: Document, company: factories.Company) -> None:
    elsewhere = as_user(factories.company().finance_manager)
    assert "void/" not in elsewhere.get(reverse("contracts:document", args=[document.number])).content.decode()
    assert elsewhere.post(reverse("contracts:void", args=[document.number]), {"reason": "x"}).status_code == 403
    assert elsewhere.post(reverse("contracts:retry", args=[document.number])).status_code == 403
    document.refresh_from_db()
    assert document.shown_state == "done"

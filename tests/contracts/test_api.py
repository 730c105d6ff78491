"""The REST resource of documents shows what the pages show, to the same people."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tokens import create_token
from contracts.models import Document
from jobs import storage
from tests import factories
from tests.contracts.factories import issued, ordered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Any) -> Path:
    settings.COUNTERSIGN_DATA = tmp_path
    return tmp_path


@pytest.fixture
def company() -> factories.Company:
    return factories.company()


@pytest.fixture
def document(company: factories.Company) -> Document:
    return issued(factories.customer(company), request_no="CR-7")


def get(user: User, path: str) -> Any:
    token = create_token(user, name="test")
    return Client().get(f"/api/v1/documents{path}", headers={"Authorization": f"Bearer {token}"})


def test_a_document_is_listed_shown_and_downloaded(document: Document, company: factories.Company) -> None:
    listed = get(company.rep, "?request_no=CR-7").json()
    assert [item["number"] for item in listed["items"]] == [document.number]
    shown = get(company.rep, f"/{document.number}").json()
    assert (shown["state"], shown["pdf_sha256"]) == ("done", document.pdf_sha256)
    assert shown["verify_url"].endswith(document.verify_code)
    assert get(company.rep, f"/{document.number}/pdf").content == storage.get(document.pdf_sha256)


def test_another_rep_gets_a_404(document: Document, company: factories.Company) -> None:
    assert get(company.other_rep, "").json()["items"] == []
    for path in (f"/{document.number}", f"/{document.number}/pdf"):
        answer = get(company.other_rep, path)
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"


def test_the_list_goes_page_by_page(company: factories.Company) -> None:
    customer = factories.customer(company)
    numbers = [ordered(customer, request_no=f"CR-{n}").number for n in range(3)]
    first = get(company.rep, "?limit=2").json()
    assert [item["number"] for item in first["items"]] == numbers[:0:-1]
    second = get(company.rep, f"?limit=2&cursor={first['next_cursor']}").json()
    assert [item["number"] for item in second["items"]] == numbers[:1]
    assert second["next_cursor"] is None

"""What people see of templates and clauses, and what they may not do."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from contracts.letters.contract import build_contract
from contracts.models import Clause, ContractTemplate, TemplateVersion
from tests import factories
from tests.contracts.hostile import GOOD
from tests.contracts.templates import decide_all, drafted, house, in_force, sent, template

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Any) -> None:
    settings.COUNTERSIGN_DATA = tmp_path


@pytest.fixture
def company() -> factories.Company:
    return house()


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_rep_reads_templates_samples_and_clauses_of_his_company_only(company: factories.Company) -> None:
    client, other = as_user(company.rep), house()
    held = in_force(company)
    assert held is not None
    page = client.get(reverse("contracts:templates")).content.decode()
    assert page.count(reverse("contracts:template", args=[template(company).pk])) >= 1
    assert str(other.unit) not in page.replace(str(company.unit), "")
    assert client.get(reverse("contracts:template-preview", args=[held.pk])).content.startswith(b"%PDF-")
    assert client.get(reverse("contracts:template-file", args=[held.pk])).content == GOOD
    theirs = in_force(other)
    assert theirs is not None
    for name, pk in (
        ("template", template(other).pk),
        ("template-version", theirs.pk),
        ("template-file", theirs.pk),
        ("template-preview", theirs.pk),
        ("clause", Clause.objects.filter(unit=other.unit)[0].pk),
    ):
        assert client.get(reverse(f"contracts:{name}", args=[pk])).status_code == 404


def test_only_drafting_roles_upload_and_create(company: factories.Company) -> None:
    client = as_user(company.rep)
    address = reverse("contracts:template-upload", args=[template(company).pk])
    assert client.post(address, {"file": SimpleUploadedFile("x.docx", GOOD)}).status_code == 403
    assert client.get(reverse("contracts:template-new")).status_code == 403
    answer = as_user(company.drafter).post(address, {})
    assert answer.status_code == 422


def test_the_clause_library_is_searched_by_words_subject_and_owner(company: factories.Company) -> None:
    client = as_user(company.rep)

    def found(**wanted: str) -> int:
        return client.get(reverse("contracts:clauses"), wanted).content.decode().count('<details class="clause"')

    assert found() == 22
    assert found(q="个人信息保护法") == 1
    assert found(category="quality") == 4
    assert found(owner="CC") == 4
    assert found(q="nothing like this") == 0


def test_the_history_of_a_clause_shows_what_each_version_changed(company: factories.Company) -> None:
    decide_all(sent(drafted(company), company.drafter), company)
    clause = Clause.objects.get(unit=company.unit, code="C14")
    page = as_user(company.auditor).get(reverse("contracts:clause", args=[clause.pk])).content.decode()
    assert "<del>" in page
    assert "<ins>" in page
    version = TemplateVersion.objects.get(template=template(company), number=2)
    shown = as_user(company.auditor).get(version.get_absolute_url()).content.decode()
    assert version.request_no in shown


def test_a_template_in_a_new_language_begins_empty_and_is_published_as_new(company: factories.Company) -> None:
    client = as_user(company.drafter)
    values = {
        "unit": company.unit.pk,
        "code": "FRAME",
        "language": "en",
        "title_zh": "框架合同",
        "title_en": "Framework",
    }
    answer = client.post(reverse("contracts:template-new"), values)
    made = ContractTemplate.objects.get(code="FRAME")
    assert answer["Location"] == made.get_absolute_url()
    assert client.post(reverse("contracts:template-new"), values).status_code == 422
    file = SimpleUploadedFile("f.docx", build_contract("en"))
    answer = client.post(reverse("contracts:template-upload", args=[made.pk]), {"file": file})
    draft = TemplateVersion.objects.get(template=made)
    assert answer["Location"] == reverse("workflows:draft", args=["contract_template", draft.pk])
    assert draft.is_sound
    assert client.get(answer["Location"]).content.decode().count("path-step") >= 5

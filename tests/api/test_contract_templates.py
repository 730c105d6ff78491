"""Contract templates over REST: begin, upload, findings, submit; the clause library."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.queries import business_today
from accounts.services import issue_token
from tests.api.client import ROOT, Api, problem
from tests.contracts.hostile import said
from tests.contracts.templates import BIGGER, house

pytestmark = pytest.mark.django_db
TEMPLATES = "/contract-templates"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Any) -> None:
    settings.COUNTERSIGN_DATA = tmp_path


def upload(person: Any, pk: int, data: bytes, key: str) -> Any:
    file = SimpleUploadedFile("sales.docx", data)
    headers = {"Authorization": f"Bearer {issue_token(person, name='t')}", "Idempotency-Key": key}
    return Client().post(f"{ROOT}{TEMPLATES}/{pk}/file", {"file": file}, headers=headers)


def test_a_version_is_begun_uploaded_checked_and_submitted() -> None:
    company = house()
    drafter = Api(company.drafter)
    note = {"change_note": "Larger letters", "valid_from": business_today().isoformat()}
    made = drafter.post(TEMPLATES, {"code": "SALES", "language": "zh-hans", **note}).json()
    assert (made["number"], made["state"], made["base"], made["changed_clauses"]) == (2, "draft", 1, [])
    wrong = upload(company.drafter, made["id"], said("{{ settlement.terms_days }}"), "k1").json()
    assert wrong["sound"] is False
    assert wrong["findings"][0]["clause"] == "C09"
    right = upload(company.drafter, made["id"], BIGGER, "k2").json()
    assert (right["sound"], right["findings"], right["changed_clauses"]) == (True, [], [])
    assert drafter.get(f"{TEMPLATES}/{made['id']}/file").content == BIGGER
    assert drafter.get(f"{TEMPLATES}/{made['id']}/sample").content.startswith(b"%PDF-")
    shown = drafter.get(f"{TEMPLATES}/{made['id']}/preview").json()
    assert [step["role"] for step in shown["steps"]] == ["LG"]
    sent = drafter.post(f"{TEMPLATES}/{made['id']}/submit").json()
    assert (sent["no"][:3], sent["customer"]) == ("TP-", None)
    assert drafter.get(f"{TEMPLATES}/{made['id']}").json()["request"] == sent["no"]
    assert {row["number"] for row in drafter.get(TEMPLATES).json()["items"]} == {1, 2}
    problem(drafter.patch(f"{TEMPLATES}/{made['id']}", {"change_note": "later"}), 409, "submitted")


def test_who_draws_nothing_up_reads_templates_and_clauses_and_writes_none() -> None:
    company = house()
    rep = Api(company.rep)
    assert len(rep.get(TEMPLATES).json()["items"]) == 3
    problem(rep.post(TEMPLATES, {"code": "SALES", "language": "en"}), 403, "not_permitted")
    clauses = rep.get("/clauses", owner="QA").json()
    assert [clause["code"] for clause in clauses] == ["C02", "C05", "C07", "C08"]
    assert [clause["code"] for clause in rep.get("/clauses", q="force majeure lasts").json()] == ["C16"]
    other = house()
    assert Api(other.rep).get(f"{TEMPLATES}/{rep.get(TEMPLATES).json()['items'][0]['id']}").status_code == 404

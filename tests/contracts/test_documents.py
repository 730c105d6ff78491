"""A document is ordered with the decision, made once whatever dies, never changed, and shown to the right people."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from audit import verify
from audit.models import Event
from contracts import production, services
from contracts.letters.context import SnapshotError
from contracts.models import Document
from contracts.pipeline.verify import verify_pdf
from jobs import executor, storage
from jobs.models import Job
from tests import factories
from tests.contracts.factories import issued, ordered
from tests.contracts.samples import SAMPLES, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Any) -> Path:
    settings.COUNTERSIGN_DATA = tmp_path
    return tmp_path


@pytest.fixture
def company() -> factories.Company:
    return factories.company()


@pytest.fixture
def customer(company: factories.Company) -> Any:
    return factories.customer(company)


def actions(document: Document) -> list[str]:
    return list(
        Event.objects.filter(object_type="document", object_id=str(document.pk))
        .order_by("pk")
        .values_list("action", flat=True)
    )


def test_an_ordered_document_has_a_number_a_job_and_an_event(customer: Any, company: factories.Company) -> None:
    document = ordered(customer, actor=company.cfo, request_no="CR-7")
    assert document.number.startswith("DN-2")
    assert document.state == "queued"
    assert Job.objects.get(key=f"doc:{document.pk}").payload == {"document": document.pk}
    event = Event.objects.get(action="document.ordered")
    assert (event.stream, event.actor_id, event.object_label) == ("request:CR-7", company.cfo.pk, document.number)


def test_ordering_takes_few_statements(customer: Any, django_assert_max_num_queries: Any) -> None:
    ordered(customer, request_no="CR-0")
    with django_assert_max_num_queries(9):  # with savepoint
        ordered(customer, request_no="CR-1")


def test_the_job_issues_documents_of_every_kind_and_language(customer: Any) -> None:
    for kind, language in SAMPLES:
        assert ordered(customer, kind=kind, language=language).state == "queued"
    executor.run_until_idle()
    assert Document.objects.filter(state="done").count() == len(SAMPLES)


def test_an_issued_document_is_sealed_and_recorded(customer: Any) -> None:
    document = issued(customer)
    assert document.state == "done", document.failure
    pdf = storage.get(document.pdf_sha256)
    found = verify_pdf(pdf, production.root_certificate())
    assert found.ok, found.findings
    assert document.snapshot_sha256 in found.reason
    assert customer.unit.uscc in document.seal_subject
    assert document.size == len(pdf)
    assert actions(document) == ["document.ordered", "document.issued"]
    event = Event.objects.get(action="document.issued")
    assert event.content["object"]["content_sha256"] == document.pdf_sha256


def test_the_same_content_is_ordered_once_and_other_content_again(customer: Any) -> None:
    first = ordered(customer)
    assert ordered(customer).pk == first.pk
    other = ordered(customer, changes={"headline": "另一份批复。"})
    assert other.pk != first.pk
    assert int(other.number[-4:]) == int(first.number[-4:]) + 1


def test_each_kind_has_its_own_series(customer: Any) -> None:
    notice, sheet = ordered(customer), ordered(customer, kind="approval_sheet")
    assert (notice.number[:2], sheet.number[:2]) == ("DN", "AS")
    assert notice.number[-4:] == sheet.number[-4:] == "0001"


def test_data_of_another_shape_are_refused_when_ordered(customer: Any) -> None:
    with pytest.raises(SnapshotError, match="headline"):
        ordered(customer, changes={"headline": None})
    assert not Document.objects.exists()


def test_hostile_data_are_issued_as_text(customer: Any) -> None:
    text = "{{7*7}} <w:t>&</w:t> \u202e#panic() 👍"
    document = issued(customer, changes={"headline": text, "conditions": [text] * 3})
    assert document.state == "done", document.failure


def test_running_the_job_twice_gives_one_document(customer: Any) -> None:
    document = issued(customer)
    Job.objects.filter(key=f"doc:{document.pk}").update(state="pending", attempts=0, token=None)
    executor.run_until_idle()
    document.refresh_from_db()
    assert actions(document) == ["document.ordered", "document.issued"]


def test_a_document_that_cannot_be_made_fails_with_its_reason_and_can_be_retried(
    customer: Any, company: factories.Company
) -> None:
    document = ordered(customer)
    Document.objects.filter(pk=document.pk).update(engine="none")
    executor.run_until_idle()
    document.refresh_from_db()
    assert document.state == "failed"
    assert "unknown_engine" in document.failure
    services.retry_document(document, actor=company.finance_manager)
    executor.run_until_idle()
    document.refresh_from_db()
    assert document.state == "done", document.failure
    assert actions(document) == ["document.ordered", "document.failed", "document.retried", "document.issued"]


def test_only_a_failed_document_is_retried(customer: Any, company: factories.Company) -> None:
    document = issued(customer)
    with pytest.raises(services.DocumentStateError):
        services.retry_document(document, actor=company.finance_manager)


def test_an_issued_document_is_voided_once_and_otherwise_never_changed(
    customer: Any, company: factories.Company
) -> None:
    document = issued(customer)
    for change in ({"pdf_sha256": "0" * 64}, {"state": "queued"}, {"snapshot": {}}, {"number": "DN-1"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM contracts_document WHERE id = %s", [document.pk])
    services.void_document(document, actor=company.cfo, reason="replaced by a new decision")
    document.refresh_from_db()
    assert document.shown_state == "void"
    with pytest.raises(services.DocumentStateError):
        services.void_document(document, actor=company.cfo, reason="again")
    with pytest.raises(ValueError):
        services.void_document(document, actor=company.cfo, reason=" ")


def test_documents_are_seen_by_who_sees_the_customer(customer: Any, company: factories.Company) -> None:
    document = ordered(customer)
    for person in (company.rep, company.manager, company.director, company.cfo, company.auditor):
        assert document in Document.objects.visible_to(person)
    for person in (company.other_rep, company.other_manager, factories.company().cfo and factories.company().director):
        assert document not in Document.objects.visible_to(person)


def test_a_confidential_document_is_seen_by_who_was_named_and_who_audits(
    customer: Any, company: factories.Company
) -> None:
    document = ordered(customer, confidential=True, viewers=[company.general_manager])
    for person in (company.general_manager, company.auditor, company.cfo):
        assert document in Document.objects.visible_to(person)
    for person in (company.rep, company.manager, company.director):
        assert document not in Document.objects.visible_to(person)


def test_the_check_of_the_trail_covers_documents(customer: Any, data: Path) -> None:
    document = issued(customer)
    assert verify.verify().clean
    blob = data / "blobs" / document.pdf_sha256[:2] / document.pdf_sha256
    blob.write_bytes(blob.read_bytes() + b" ")
    assert [finding.kind for finding in verify.verify().findings] == ["document_file"]
    blob.unlink()
    assert "lost its file" in verify.verify().findings[0].en


def command(name: str) -> tuple[int, str]:
    output = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("verify_document", name, stdout=output, stderr=output)
    return int(end.value.code or 0), output.getvalue()


def test_the_command_tells_valid_changed_and_unknown(customer: Any, tmp_path: Path) -> None:
    document = issued(customer)
    assert command(document.number)[0] == 0
    pdf = storage.get(document.pdf_sha256)
    path = tmp_path / "copy.pdf"
    path.write_bytes(pdf)
    assert command(str(path))[0] == 0
    path.write_bytes(pdf.replace(b"/Type", b"/Tipe", 1))
    assert command(str(path))[0] == 1
    assert command("DN-000000-0000")[0] == 2


def test_a_document_is_made_again_from_its_frozen_data(customer: Any) -> None:
    document = Document.objects.select_related("customer__unit").get(pk=issued(customer).pk)
    assert production.draft(document).pdf == production.draft(document).pdf
    assert storage.get(document.pdf_sha256).startswith(production.draft(document).pdf)


def test_a_snapshot_is_what_was_ordered(customer: Any) -> None:
    assert ordered(customer).snapshot == snapshot()

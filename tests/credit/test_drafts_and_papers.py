"""Writing an application and its papers: what is kept, what is refused, and why."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.problems import Problem
from audit.clock import db_now
from audit.models import Event
from credit import services
from credit.forms import CreditApplicationForm
from credit.models import Attachment, CaseForm, CreditApplication
from customers.services import share_customer
from jobs import storage
from policies.rules.calendar import business_date
from tests import factories
from tests.credit import factories as credit

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> factories.Company:
    return factories.company()


@pytest.fixture
def today(company: factories.Company) -> date:
    return business_date(db_now(), company.unit.time_zone)


@pytest.fixture
def application(company, today) -> CreditApplication:
    return credit.draft(credit.customer(company), company, today)


def refused(call, status: int, code: str) -> None:
    with pytest.raises(Problem) as problem:
        call()
    assert (problem.value.status, problem.value.code) == (status, code)


def test_creating_a_draft_is_one_event_and_typing_is_none(company, application) -> None:
    services.save_draft(application.customer, {"req_limit": Decimal(5)}, company.rep, application)
    services.save_draft(application.customer, {"req_limit": Decimal(6)}, company.rep, application)
    assert Event.objects.filter(action__startswith="credit.").count() == 1


def test_everybody_who_changed_the_draft_is_an_editor(company, application) -> None:
    services.save_draft(application.customer, {"req_term": 30}, company.manager, application)
    services.save_draft(application.customer, {"req_term": 30}, company.keeper, application)
    assert set(application.editors.all()) == {company.rep, company.manager}, "the keeper changed nothing"


def test_a_submitted_application_is_not_edited_until_it_is_returned(company, application) -> None:
    services.mark_submitted(application, actor=company.rep)
    refused(
        lambda: services.save_draft(application.customer, {"req_term": 1}, company.rep, application),
        409,
        "submitted",
    )
    services.reopen(application, actor=company.cfo)
    saved = services.save_draft(application.customer, {"req_term": 1}, company.rep, application)
    assert (saved.req_term, saved.revision) == (1, 2)


def test_a_returned_application_is_withdrawn_and_not_discarded(company, application) -> None:
    services.mark_submitted(application, actor=company.rep)
    services.reopen(application, actor=company.cfo)
    refused(lambda: services.discard_draft(application, company.rep), 409, "returned")


def test_a_colleague_of_another_region_finds_nothing(company, application) -> None:
    refused(lambda: services.save_draft(application.customer, {}, company.other_rep, application), 404, "not_found")


def test_an_auditor_sees_the_customer_but_prepares_nothing(company, application) -> None:
    refused(lambda: services.save_draft(application.customer, {}, company.auditor), 403, "not_permitted")


def test_only_credit_control_changes_the_grade(company, application) -> None:
    wish = {"grade_override": 1, "override_reason": "Pays early"}
    refused(lambda: services.save_draft(application.customer, wish, company.rep, application), 422, "override")
    saved = services.save_draft(application.customer, wish, company.credit_controller, application)
    assert saved.grade_override == 1


def test_a_confidential_application_is_hidden_from_the_region_but_not_from_its_author(company, application) -> None:
    services.save_draft(application.customer, {"confidential": True}, company.rep, application)
    visible = CreditApplication.objects.visible_to
    assert application in visible(company.rep)
    assert application in visible(company.auditor)
    assert application not in visible(company.manager)


def test_a_shared_customer_shows_his_applications(company, application) -> None:
    assert application not in CreditApplication.objects.visible_to(company.other_rep)
    share_customer(application.customer, company.other_rep, actor=company.keeper)
    assert application in CreditApplication.objects.visible_to(company.other_rep)


def test_a_new_draft_begins_with_the_line_in_force(company, today, application) -> None:
    from workflows.kinds.credit import Granted

    terms = Granted(Decimal(300_000), 30, today, today)
    services.grant_line(application, terms=terms, request_no="CR-1", policy_number=1, actor=company.cfo)
    begun = services.start_draft(application.customer, company.rep)
    assert (begun.req_type, begun.req_limit, begun.req_term) == ("renewal", Decimal(300_000), 30)


def office(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


GOOD = [
    ("a.pdf", credit.PDF, "application/pdf"),
    ("B.PNG", b"\x89PNG\r\n\x1a\n123", "image/png"),
    ("c.jpeg", b"\xff\xd8\xff\xe0123", "image/jpeg"),
    ("报表.xlsx", office("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
]


@pytest.mark.parametrize(("name", "content", "media_type"), GOOD)
def test_permitted_papers_are_kept_by_their_hash(company, application, name, content, media_type) -> None:
    paper = services.add_attachment(application, "contract", name, content, company.rep)
    assert (paper.media_type, paper.file_name, paper.size) == (media_type, name, len(content))
    assert storage.get(paper.sha256) == content


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("a.exe", b"MZ", 422, "extension"),
        ("a.html", b"<script>", 422, "extension"),
        ("a.pdf", b"<script>alert(1)</script>", 422, "content"),
        ("a.png", credit.PDF, 422, "content"),
        ("a.docx", office("xl/workbook.xml"), 422, "content"),
        ("a.xlsx", office("xl/workbook.xml", "xl/vbaProject.bin"), 422, "content"),
        ("a.pdf", b"", 422, "empty"),
        ("noname", credit.PDF, 422, "name"),
        ("a.pdf", b"%PDF-" + b"0" * (20 * 1024 * 1024), 413, "too_large"),
    ],
)
def test_other_files_are_refused_with_the_reason(company, application, name, content, status, code) -> None:
    refused(lambda: services.add_attachment(application, "contract", name, content, company.rep), status, code)
    assert not Attachment.objects.exists()


def test_a_path_in_the_file_name_is_not_kept(company, application) -> None:
    paper = services.add_attachment(application, "other", "../../etc/a\u202e.pdf", credit.PDF, company.rep)
    assert paper.file_name == "a.pdf"


def test_a_removed_paper_stays_in_the_trail(company, application) -> None:
    paper = services.add_attachment(application, "contract", "a.pdf", credit.PDF, company.rep)
    services.remove_attachment(paper, company.rep)
    services.remove_attachment(paper, company.rep)
    assert not application.attachments.present().exists()
    assert Event.objects.filter(action="credit.attachment_removed").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.all().delete()


def test_the_analysis_is_kept_apart_from_selling(company, today) -> None:
    customer = credit.customer(company)
    for seller in (company.rep, company.manager, company.director):
        refused(
            lambda seller=seller: services.file_case_form(customer, 3, {}, as_of=today, actor=seller),
            403,
            "not_permitted",
        )
    owned = credit.customer(company, owner=company.credit_controller)
    refused(
        lambda: services.file_case_form(owned, 3, {}, as_of=today, actor=company.credit_controller),
        403,
        "not_permitted",
    )


def test_the_second_surveyor_is_another_natural_person(company, today) -> None:
    customer = credit.customer(company)
    refused(
        lambda: services.file_case_form(customer, 2, {}, as_of=today, actor=company.rep, second_surveyor=company.rep),
        422,
        "second_surveyor",
    )


def test_a_filed_form_is_never_changed(company, today) -> None:
    filed = credit.survey(credit.customer(company), company, today)
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseForm.objects.filter(pk=filed.pk).update(as_of=date(2020, 1, 1))


@pytest.mark.parametrize("text", ["1e6", "1,000", "１００", "NaN", "-5", "1.005", "1_000", "9" * 14])
def test_the_form_refuses_what_is_no_plain_amount(text) -> None:
    form = CreditApplicationForm({"req_type": "new", "req_limit": text, "req_term": "30"})
    assert list(form.errors) == ["req_limit"]
    assert form.cleaned_data["req_term"] == 30, "the other entries are kept"


def test_the_form_keeps_neither_of_two_dates_in_the_wrong_order() -> None:
    form = CreditApplicationForm(
        {"req_type": "new", "valid_from": "2026-12-01", "valid_to": "2026-11-01", "req_limit": "1200000.50"}
    )
    assert "valid_to" in form.errors
    assert not {"valid_from", "valid_to"} & set(form.cleaned_data)
    assert form.cleaned_data["req_limit"] == Decimal("1200000.50")

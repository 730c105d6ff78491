"""Papers of any letter: who sees them is asked of the letter, they are kept by hash and never edited."""

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from accounts.problems import Problem
from audit.models import Event
from customers import papers
from customers.models import Customer, Paper
from customers.services import add_paper, papers_of, remove_paper
from tests import factories

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def company() -> factories.Company:
    return factories.company()


@pytest.fixture(autouse=True)
def notes(company: factories.Company, monkeypatch: pytest.MonkeyPatch) -> Iterator[Customer]:
    """Letters of a kind `note` about one customer, that his owner writes; letter 2 is about nobody."""
    monkeypatch.setattr(papers, "_letters", {})
    customer = factories.customer(company)

    def visible(user: User, letter_id: int) -> bool:
        return Customer.objects.visible_to(user).filter(pk=customer.pk).exists()

    def may_write(user: User, letter_id: int) -> Customer | None:
        if user != company.rep:
            raise Problem("not_permitted", 403, "Only the author.")
        return customer if letter_id == 1 else None

    papers.register_letters("note", visible, may_write, kinds=("evidence",))
    return customer


def page(user: User, paper: Paper) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.AuthorityBackend")
    return client.get(f"/customers/papers/{paper.pk}/")


def test_a_paper_is_kept_listed_and_handed_out_as_a_download(company) -> None:
    paper = add_paper("note", 1, "evidence", "../竞品 报价.pdf", PDF, company.rep)
    assert list(papers_of("note", 1)) == [paper]
    assert not papers_of("note", 2).exists()
    answer = page(company.rep, paper)
    assert answer.content == PDF
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''%E7%AB%9E%E5%93%81%20%E6%8A%A5%E4%BB%B7.pdf"
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_who_does_not_see_the_letter_finds_no_paper(company) -> None:
    paper = add_paper("note", 1, "evidence", "a.pdf", PDF, company.rep)
    assert page(company.manager, paper).status_code == 200
    assert page(company.other_rep, paper).status_code == 404


def test_papers_of_an_unknown_kind_of_letter_are_seen_by_nobody(company) -> None:
    paper = add_paper("note", 1, "evidence", "a.pdf", PDF, company.rep)
    papers._letters.clear()
    assert page(company.rep, paper).status_code == 404


def test_the_letter_says_who_may_change_its_papers(company) -> None:
    paper = add_paper("note", 1, "evidence", "a.pdf", PDF, company.rep)
    for attempt in (
        lambda: add_paper("note", 1, "evidence", "b.pdf", PDF, company.manager),
        lambda: remove_paper(paper, company.manager),
    ):
        with pytest.raises(Problem) as problem:
            attempt()
        assert problem.value.status == 403
    assert list(papers_of("note", 1)) == [paper]


@pytest.mark.parametrize(
    ("kind", "name", "data", "status", "code"),
    [
        ("evidence", "a.exe", b"MZ", 422, "extension"),
        ("evidence", "a.pdf", b"<script>", 422, "content"),
        ("evidence", "a.pdf", b"%PDF-" + b"0" * (20 * 1024 * 1024), 413, "too_large"),
        ("something", "a.pdf", PDF, 422, "kind"),
        ("", "a.pdf", PDF, 422, "kind"),
    ],
)
def test_other_uploads_are_refused_with_the_reason(company, kind, name, data, status, code) -> None:
    with pytest.raises(Problem) as problem:
        add_paper("note", 1, kind, name, data, company.rep)
    assert (problem.value.status, problem.value.code) == (status, code)
    assert not Paper.objects.exists()


def test_a_removed_paper_stays_in_the_trail_and_is_handed_out_no_more(company, notes) -> None:
    paper = add_paper("note", 1, "evidence", "a.pdf", PDF, company.rep)
    remove_paper(paper, company.rep)
    remove_paper(paper, company.rep)
    paper.refresh_from_db()
    assert paper.removed_by == company.rep
    assert not papers_of("note", 1).exists()
    assert page(company.rep, paper).status_code == 404
    removed = Event.objects.get(action="customers.paper_removed")
    assert (removed.stream, removed.customer_id) == (f"customer:{notes.pk}", notes.pk)
    for change in (lambda: Paper.objects.all().delete(), lambda: Paper.objects.update(removed_at=None)):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_papers_of_a_letter_without_customer_have_their_own_stream(company) -> None:
    paper = add_paper("note", 2, "evidence", "a.pdf", PDF, company.rep)
    assert Event.objects.get(action="customers.paper_added", object_id=str(paper.pk)).stream == "letter:note:2"

"""From the approved contract to its end: seal, register, signed copy, first and last day."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from django.db import IntegrityError, transaction

from accounts.problems import Problem
from accounts.queries import business_today
from audit.clock import db_now
from audit.models import Event
from contracts.contract_queries import ending
from contracts.models import Contract, SealEntry, SignedCopy
from contracts.pipeline.verify import verify_pdf
from contracts.production import root_certificate
from contracts.queries import compare
from contracts.services import contracts, signing
from customers.services.papers import add_paper
from jobs import executor, storage
from tests import factories
from tests.contracts.contract_factories import LINES, credit_line, ready_contract, trading_partner
from tests.factories import Company
from tests.workflows.contract_stories import approved, ours, sealed, signed, submitted
from workflows import services
from workflows.models import Request

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return factories.company()


def scan(pages: int) -> bytes:
    """A PDF of empty pages, as a scanner makes it: nothing in it can be read."""
    document = pypdfium2.PdfDocument.new()
    for _page in range(pages):
        document.new_page(595, 842)
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


def file(company: Company, contract: Contract, data: bytes, **said: Any) -> SignedCopy:
    today = business_today()
    given = {"name": "copy.pdf", "signed_on": today, "today": today, "actor": company.rep, **said}
    return signing.file_copy(contract, data=data, **given)


def test_a_contract_is_sealed_registered_signed_by_both_and_in_force(company: Company) -> None:
    contract = sealed(company)
    assert contract.state == "sealed"
    assert verify_pdf(ours(contract), root_certificate()).ok
    entry = SealEntry.objects.get(contract=contract)
    assert (entry.seal, entry.keeper, entry.document_sha256) == ("electronic", None, contract.document.pdf_sha256)  # type: ignore[union-attr]
    with pytest.raises(Problem, match="not waiting") as twice:
        signed(company, signed(company, contract))
    assert twice.value.status == 409
    contract.refresh_from_db()
    assert contract.state == "effective"
    assert contract.signed_copy.method == "signature"
    request = Request.objects.get(no=contract.number)
    assert (request.state, request.closed_at is not None) == ("approved", True)
    actions = set(Event.objects.filter(request_no=contract.number).values_list("action", flat=True))
    assert {
        "contract.approved",
        "contract.sealed",
        "contract.copy_filed",
        "contract.signed",
        "contract.effective",
    } <= actions


def test_a_file_that_is_not_our_paper_is_refused_with_what_differs(company: Company) -> None:
    contract = sealed(company)
    with pytest.raises(Problem, match="has not signed it"):
        file(company, contract, ours(contract))
    with pytest.raises(Problem, match="pages"):
        file(company, contract, scan(1))
    other = sealed(company, ready_contract(company, customer=contract.customer, lines=LINES[:1]))
    with pytest.raises(Problem, match="text differs"):
        file(company, contract, ours(other))
    match = signing.examine(contract, ours(other)).match
    assert match is not None
    assert any(page.changes for page in match.pages)
    assert not SignedCopy.objects.exists()
    assert contract.document is not None
    with_theirs = signed(company, other)
    copy = with_theirs.signed_copy
    assert compare(other.document, storage.get(copy.sha256)).verdict == "signed"  # type: ignore[arg-type]


def test_a_scan_is_compared_page_by_page_by_somebody_who_does_not_sell(company: Company) -> None:
    contract = sealed(company)
    pages = contract.document.pages  # type: ignore[union-attr]
    data = scan(pages or 0)
    everything = set(range(1, (pages or 0) + 1))
    with pytest.raises(Problem) as sold:
        file(company, contract, data, confirmed=everything, reason="looked at it")
    assert sold.value.status == 403
    with pytest.raises(Problem) as partly:
        file(company, contract, data, actor=company.lawyer, confirmed={1}, reason="looked at it")
    assert [error["field"] for error in partly.value.errors or []] == ["confirmed"]
    with pytest.raises(Problem) as silent:
        file(company, contract, data, actor=company.lawyer, confirmed=everything)
    assert [error["field"] for error in silent.value.errors or []] == ["reason"]
    copy = file(company, contract, data, actor=company.lawyer, confirmed=everything, reason="page by page at the desk")
    assert (copy.method, copy.pages_confirmed) == ("person", sorted(everything))


def test_a_copy_that_says_the_same_is_looked_at_before_it_counts_as_signed(company: Company) -> None:
    contract = sealed(company)
    output = io.BytesIO()
    pypdfium2.PdfDocument(ours(contract)).save(output)  # our own file, saved again: nobody has signed it
    data, everything = output.getvalue(), set(range(1, (contract.document.pages or 0) + 1))  # type: ignore[union-attr]
    assert signing.examine(contract, data).method == "text"
    with pytest.raises(Problem) as sold:
        file(company, contract, data)
    assert (sold.value.status, SignedCopy.objects.count()) == (403, 0)
    with pytest.raises(Problem) as unread:
        file(company, contract, data, actor=company.lawyer)
    assert {error["field"] for error in unread.value.errors or []} == {"confirmed", "reason"}
    copy = file(company, contract, data, actor=company.lawyer, confirmed=everything, reason="their seal is on page 4")
    assert (copy.method, copy.pages_confirmed, copy.reason != "") == ("text", sorted(everything), True)


def test_a_file_with_a_page_that_cannot_be_opened_is_refused(company: Company) -> None:
    contract = sealed(company)
    pages = contract.document.pages or 0  # type: ignore[union-attr]
    kids = b" ".join(b"9 0 R" for _page in range(pages))
    broken = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[" + kids + b"]/Count " + str(pages).encode() + b">>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF"
    )
    with pytest.raises(Problem) as refused:
        signing.examine(contract, broken)
    assert (refused.value.code, refused.value.status) == ("not_pdf", 422)


def test_the_day_of_signing_is_between_approval_and_today_and_inside_the_authority(company: Company) -> None:
    contract = sealed(company)
    today = business_today()
    for day in (today + timedelta(1), today - timedelta(1)):
        with pytest.raises(Problem) as refused:
            file(company, contract, ours(contract), signed_on=day)
        assert refused.value.code == "signing_day"


def test_a_contract_that_begins_later_waits_for_its_first_day_and_ends_after_its_last(company: Company) -> None:
    today = business_today()
    contract = sealed(company, valid_from=today + timedelta(3), valid_to=today + timedelta(20))
    assert signed(company, contract).state == "signed"
    assert ending(Contract.objects.all(), today) == []
    contract.refresh_from_db()
    assert contracts.begin(contract, db_now())
    assert contract.state == "effective"
    assert [(each.left, each.stage) for each in ending(Contract.objects.all(), today)] == [(20, 30)]
    assert contracts.expire(contract, db_now())
    assert contract.state == "expired"
    assert not contracts.expire(contract, db_now())


def test_what_was_agreed_and_registered_never_changes(company: Company) -> None:
    contract = sealed(company)
    for change in (
        lambda: Contract.objects.filter(pk=contract.pk).update(annual_value=1),
        lambda: Contract.objects.filter(pk=contract.pk).update(sealed_at=db_now()),
        lambda: SealEntry.objects.update(copies=9),
        lambda: SealEntry.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        Contract.objects.filter(pk=contract.pk).update(effective_at=db_now())  # before both have signed


def test_the_keeper_notes_seals_on_paper_and_legal_ends_the_contract(company: Company) -> None:
    contract = signed(company, sealed(company))
    with pytest.raises(Problem, match="keep the seals"):
        signing.register_paper_seal(contract, seal="contract", copies=2, note="", actor=company.rep)
    entry = signing.register_paper_seal(contract, seal="contract", copies=2, note="two originals", actor=company.lawyer)
    assert entry.keeper == company.lawyer
    contracts.terminate(contract, actor=company.lawyer, reason="The customer closed its business.")
    assert contract.state == "terminated"
    with pytest.raises(Problem, match="ended already"):
        contracts.terminate(contract, actor=company.lawyer, reason="again")


def test_a_contract_that_is_not_signed_is_given_up_and_its_paper_void(company: Company) -> None:
    contract = sealed(company)
    services.void_signing(
        contract.number, actor=company.rep, reason="They chose another supplier.", idempotency_key="v"
    )
    contract.refresh_from_db()
    assert contract.state == "terminated"
    assert contract.document is not None
    contract.document.refresh_from_db()
    assert contract.document.shown_state == "void"


def test_the_paper_of_a_contract_that_was_given_up_before_its_seal_is_void(company: Company) -> None:
    contract = approved(company)
    services.void_signing(contract.number, actor=company.rep, reason="Typed for another customer.", idempotency_key="v")
    executor.run_until_idle()
    contract.refresh_from_db()
    assert contract.document is not None
    assert (contract.state, contract.sealed_at, contract.document.shown_state) == ("terminated", None, "void")
    assert not SealEntry.objects.exists()


def test_contracts_of_one_day_are_added_up(company: Company) -> None:
    customer = trading_partner(company)
    credit_line(customer)
    first = ready_contract(company, customer=customer)
    submitted(company, first)
    second = ready_contract(company, customer=customer)
    request = submitted(company, second)
    assert sorted(request.steps.values_list("role", flat=True)) == ["RD", "SM"]
    assert request.amount == Decimal(400_000)
    tomorrow = business_today() + timedelta(1)
    third = ready_contract(company, customer=customer, sign_on=tomorrow)
    assert set(submitted(company, third).steps.values_list("role", flat=True)) == {"SM", "RD"}  # sent on the same day


def test_the_customers_own_paper_is_sealed_as_it_is(company: Company) -> None:
    letter = ready_contract(company, on_customer_paper=True, reason="Their group insists.")
    page = pypdfium2.PdfDocument.new()
    page.new_page(595, 842)
    output = io.BytesIO()
    page.save(output)
    add_paper("contract", letter.pk, "customer_paper", "theirs.pdf", output.getvalue(), company.rep)
    contract = approved(company, letter)
    executor.run_until_idle()
    contract.refresh_from_db()
    assert (contract.state, contract.standard) == ("sealed", False)
    assert ours(contract).startswith(output.getvalue()[:100])
    assert verify_pdf(ours(contract), root_certificate()).ok

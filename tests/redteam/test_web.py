"""What strangers write into addresses, forms and files."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile, ZipInfo

import pytest
from django.test import Client

from contracts.models import Document
from customers.rules.papers import NotAPaperError, media_type
from jobs.executor import run_until_idle
from tests import factories
from tests.factories import Company
from tests.redteam.test_mid_flight import decide
from tests.workflows.factories import ready_application
from workflows import services
from workflows.kinds.credit import KIND

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(tmp_path: Any, settings: Any) -> Company:
    settings.COUNTERSIGN_DATA = tmp_path
    return factories.company()


HOSTILE = ["%00", "%E2%80%AE", "x" * 3000, "%F0%9F%98%80", "-1", "9" * 40, "%C2%B2", "..%2f..%2fetc"]
ADDRESSES = [
    "/requests/{}/", "/requests/{}/documents/", "/requests/{}/revise/", "/requests/{}/papers/1/", "/requests/?q={}",
    "/requests/?start={}", "/requests/?before={}", "/requests/?kind={}", "/requests/new/?q={}", "/requests/new/?customer={}",
    "/requests/drafts/credit/{}/", "/queue/{}/", "/queue/?q={}", "/queue/?after={}", "/queue/?role={}", "/documents/{}.pdf", "/documents/{}/",
    "/documents/?q={}", "/documents/?before={}", "/v/{}", "/v/?code={}", "/customers/{}/", "/customers/?q={}", "/customers/?page={}",
    "/customers/?after={}", "/audit/?q={}", "/audit/?request_no={}", "/audit/?customer={}", "/audit/?person={}", "/audit/?action={}",
    "/audit/?before={}", "/audit/?start={}", "/audit/requests/{}/", "/audit/events/{}/", "/audit/export/?q={}&form=csv", "/policies/{}/",
    "/credit/attachments/{}/", "/credit/customers/{}/forms/2/", "/customers/import/template/{}.csv", "/customers/import/?unit={}",
    "/login/?next={}", "/?next={}", "/n/{}/", "/notifications/?before={}", "/notifications/deliveries/?state={}", "/mailbox/{}/",
]  # fmt: skip


@pytest.mark.parametrize("who", ["rep", "cfo"])
def test_no_address_breaks_a_page(company: Company, who: str) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(company.people[who])
    broken = [
        address.format(text)
        for address in ADDRESSES
        for text in HOSTILE
        if client.get(address.format(text)).status_code >= 500
    ]
    assert not broken, "\n".join(map(str, broken))


FORMS = [
    ("/requests/new/", "customer"), ("/login/", "username"), ("/language/", "next"), ("/language/", "language"), ("/profile/", "display_name"),
    ("/customers/import/confirm/", "token"), ("/customers/import/", "unit"), ("/v/", "code"),
]  # fmt: skip


def test_no_form_breaks_its_page(company: Company) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(company.keeper)
    values = ["\x00", "abc", "", "9" * 40, "²", "\u202e", "😀" * 5000, "-1"]
    broken = []
    for address, field in FORMS:
        for value in values:
            for extra in ({}, {"save": "profile", "language": "en", "time_zone": "UTC"}):
                if client.post(address, {**extra, field: value}).status_code >= 500:
                    broken.append((address, field, value[:10]))
    outside = Client(raise_request_exception=False)
    for value in values:
        if outside.post("/login/", {"username": value, "password": value}).status_code >= 500:
            broken.append(("/login/ outside", value[:10]))
    assert not broken, "\n".join(map(str, broken))


def a_zip(**changes: Any) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        info = ZipInfo("word/document.xml")
        for name, value in changes.items():
            setattr(info, name, value)
        archive.writestr(info, b"<x/>")
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        a_zip(extract_version=99),
        a_zip().replace(b"word/document.xml", b"word/d\xff\xfe\xfdment.xml"),
        a_zip(flag_bits=0x800).replace(b"word/document.xml", b"word/d\xff\xfe\xfdment.xml"),
        a_zip()[:-10],
        b"PK\x05\x06" + b"\xff" * 18,
        b"PK\x05\x06" + b"\x00" * 18,
    ],
)
def test_a_broken_archive_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(NotAPaperError):
        media_type("x.docx", content)


def test_a_decision_with_ten_thousand_hostile_characters_is_printed(company: Company) -> None:
    letter = ready_application(company)
    request = services.submit(KIND, letter.pk, actor=company.rep, idempotency_key="k")
    text = "=1+1 {{7*7}} <script>alert(1)</script> {% for x in y %} \x0b\x1b[31m\u202e\u200b😀&<w:t>\r\n"
    decide(request, "SM", company.manager, "reject", reason=(text * 200)[:9999])
    run_until_idle()
    states = set(Document.objects.values_list("state", flat=True))
    assert states == {"done"}, list(Document.objects.values_list("failure", flat=True))
    client = Client()
    client.force_login(company.rep)
    page = client.get(f"/requests/{request.no}/").content.decode()
    assert "<script>alert" not in page

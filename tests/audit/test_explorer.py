"""Finance finds, reads and exports the trail; nobody else does."""

import csv
import io
import zipfile
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import translation
from python_calamine import CalamineWorkbook

from accounts.models import User
from accounts.roles import Role
from audit import exports
from audit.models import Event
from audit.verify import check_and_keep
from tests.audit.factories import note, person

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    " =1",
    '=cmd|"/c calc"!A1',
]


@pytest.fixture
def auditor(db: None, client: Client) -> User:
    user = person("auditor", Role.AUD)
    client.force_login(user)
    return user


@pytest.fixture
def trail(rep: User) -> list[Event]:
    manager = person("manager")
    return [
        note(rep, "request:CA-1", request_no="CA-1", customer_id=7, customer_label="华东医药", after={"limit": "10"}),
        note(manager, "request:CA-1", "test.decided", request_no="CA-1", customer_id=7, customer_label="华东医药",
             before={"limit": "10"}, after={"limit": "8"}, reason="Too much <b>stock</b>"),
        note(rep, "request:CA-2", request_no="CA-2", customer_id=8, customer_label="Northern Hospital"),
    ]  # fmt: skip


def shown(client: Client, **query: object) -> list[int]:
    """Numbers of the events that the page lists, without those of logging in."""
    response = client.get("/audit/", query)
    assert response.status_code == 200
    return [event.pk for event in response.context["page"].events if not event.action.startswith("auth")]


def test_a_rep_sees_nothing_of_the_trail(client: Client, rep: User, trail: list[Event]) -> None:
    client.force_login(rep)
    for address in ("/audit/", f"/audit/events/{trail[0].pk}/", "/audit/requests/CA-1/"):
        assert client.get(address).status_code == 403
    assert client.post("/audit/export/").status_code == 403
    assert client.get("/audit/export/").status_code == 403
    assert not Event.objects.visible_to(rep).exists()


def test_a_system_operator_without_a_role_sees_nothing(client: Client, db: None) -> None:
    user = person("root")
    User.objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)
    client.force_login(User.objects.get(pk=user.pk))
    assert client.get("/audit/").status_code == 403


@pytest.mark.parametrize("role", [Role.AUD, Role.FM, Role.CFO])
def test_finance_reads_the_trail(client: Client, trail: list[Event], role: str) -> None:
    client.force_login(person("reader", role))
    assert shown(client) == [event.pk for event in reversed(trail)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "华东"}, [1, 0]),
        ({"q": "northern hosp"}, [2]),
        ({"q": "ca-1 manager"}, [1]),
        ({"q": "100%"}, []),
        ({"request": "CA-2"}, [2]),
        ({"person": "manager"}, [1]),
        ({"person": "REP@example.com"}, [2, 0]),
        ({"action": "test.decided"}, [1]),
        ({"kind": "test", "customer": 7}, [1, 0]),
        ({"start": "2001-01-01", "end": "2001-12-31"}, []),
        ({"start": "2001-01-01"}, [2, 1, 0]),
    ],
)
def test_finance_searches(
    client: Client, auditor: User, trail: list[Event], query: dict[str, object], expected: list[int]
) -> None:
    assert shown(client, **query) == [trail[index].pk for index in expected]


def test_a_period_is_one_of_business_days(client: Client, auditor: User, trail: list[Event]) -> None:
    at = trail[0].at
    assert isinstance(at, datetime)
    day = at.astimezone(exports.ZoneInfo("Asia/Shanghai")).date().isoformat()
    assert len(shown(client, start=day, end=day)) == 3
    assert at.tzinfo == UTC


@pytest.mark.parametrize(
    "query", [{"start": "31.02.2026"}, {"start": "2026-02-02", "end": "2026-02-01"}, {"action": "x"}]
)
def test_a_bad_filter_says_so_and_shows_nothing(
    client: Client, auditor: User, trail: list[Event], query: dict[str, str]
) -> None:
    response = client.get("/audit/", query)
    assert response.status_code == 422
    assert response.context["page"].events == []
    assert b"field-error" in response.content


def test_older_events_come_page_by_page_with_the_same_number_of_statements(
    client: Client, auditor: User, rep: User, django_assert_max_num_queries
) -> None:
    for number in range(120):
        note(rep, f"request:CA-{number}", request_no=f"CA-{number}")
    seen: list[int] = []
    cursor = ""
    while True:
        with django_assert_max_num_queries(16):
            response = client.get("/audit/", {"kind": "test", "before": cursor})
        seen += [event.pk for event in response.context["page"].events]
        cursor = response.context["page"].older
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 120
    newer = client.get("/audit/", {"kind": "test", "after": seen[60]}).context["page"]
    assert [event.pk for event in newer.events] == seen[10:60]


def test_an_event_shows_what_changed_and_that_it_verifies(client: Client, auditor: User, trail: list[Event]) -> None:
    page = client.get(f"/audit/events/{trail[1].pk}/").content.decode()
    assert trail[1].hash_hex in page
    assert "Too much &lt;b&gt;stock&lt;/b&gt;" in page
    assert "Recomputed just now" in page
    assert client.get("/audit/events/999999/").status_code == 404


def test_the_timeline_of_a_request_is_in_order(client: Client, auditor: User, trail: list[Event]) -> None:
    events = client.get("/audit/requests/CA-1/").context["events"]
    assert [event.pk for event in events] == [trail[0].pk, trail[1].pk]
    assert client.get("/audit/requests/CA-404/").status_code == 404


def test_the_badge_says_how_far_the_trail_is_verified(client: Client, auditor: User, trail: list[Event]) -> None:
    assert b'data-trail="unknown"' in client.get("/audit/").content
    run = check_and_keep()
    page = client.get("/audit/").content.decode()
    assert 'data-trail="verified"' in page
    assert f"#{run.up_to_id}" in page
    run.errors, run.findings = 1, [{"zh": "坏", "en": "Broken link", "stream": "request:CA-1", "seq": 2}]
    run.save()
    page = client.get("/audit/").content.decode()
    assert 'data-trail="broken"' in page
    assert "Broken link" in page


def exported(client: Client, file_format: str, **query: object) -> list[list[str]]:
    response = client.post("/audit/export/", {"format": file_format, **query})
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    if file_format == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    return [[str(cell) for cell in row] for row in rows]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_an_export_has_exactly_the_filtered_events_and_is_recorded(
    client: Client, auditor: User, trail: list[Event], file_format: str
) -> None:
    header, *rows = exported(client, file_format, q="华东")
    assert header[0] == "Number"
    assert [int(float(row[0])) for row in rows] == [trail[1].pk, trail[0].pk]
    assert rows[0][-1] == trail[1].hash_hex
    record = Event.objects.get(action="audit.exported")
    assert record.actor_id == auditor.pk
    assert record.content["extra"] == {"events": 2, "filter": {"q": "华东"}, "newest": trail[1].pk}


def test_an_export_speaks_the_language_of_who_asked_until_its_last_line(
    client: Client, auditor: User, trail: list[Event]
) -> None:
    response = client.post("/audit/export/", {"format": "csv"})
    with translation.override("zh-hans"):  # the process goes on with other people's requests
        text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert text.startswith("Number,")
    assert "Test decided" in text


@pytest.mark.parametrize("address", ["/audit/?end=9999-12-31", "/audit/?start=0001-01-01", "/requests/?end=9999-12-31"])
def test_a_period_may_reach_to_the_end_of_all_days(client: Client, auditor: User, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_an_export_is_a_formula(client: Client, auditor: User, rep: User, text: str) -> None:
    note(rep, customer_id=1, customer_label=text, reason=text)
    _, row = exported(client, "csv", kind="test")
    assert row[7] == row[9] == f"'{text}"
    _, row = exported(client, "xlsx", kind="test")
    assert row[7].replace("\r", "\n") == text.replace("\r", "\n")


def test_an_export_that_would_be_cut_off_is_refused(
    client: Client, auditor: User, trail: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "LIMIT", 2)
    response = client.post("/audit/export/", {"format": "csv"})
    assert response.status_code == 422
    assert b"Narrow the filter" in response.content
    assert not Event.objects.filter(action="audit.exported").exists()


def test_the_trail_reads_in_chinese(client: Client, auditor: User, trail: list[Event]) -> None:
    User.objects.filter(pk=auditor.pk).update(language="zh-hans")
    assert "测试审批" in client.get("/audit/").content.decode()

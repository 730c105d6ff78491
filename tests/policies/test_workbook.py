"""The tables of a draft as a workbook: out as text, in again with what it would change, hostile files refused."""

import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.problems import Problem
from policies import editing, workbook
from policies.models import PolicyVersion
from policies.queries import content
from policies.rules.diff import diff
from tests.policies.desk import Desk, Pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db):
    return Desk()


def exported(desk):
    return workbook.export(PolicyVersion.objects.get(number=desk.number))


def changed(data, change):
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cell(sheet, row, name):
    column = next(each.column for each in sheet[1] if each.value == name)
    line = next(number for number in range(3, sheet.max_row + 1) if sheet.cell(number, 1).value == row)
    return sheet.cell(line, column)


def read(desk, data):
    return workbook.read(data, PolicyVersion.objects.get(number=desk.number))


def refused(desk, data):
    with pytest.raises(Problem) as caught:
        read(desk, data)
    return caught.value


def test_a_workbook_has_a_sheet_per_table_with_text_only_standing_headings_and_notes(desk):
    book = openpyxl.load_workbook(io.BytesIO(exported(desk)))
    stored = content(desk.draft)
    assert book.sheetnames == ["countersign", *(table["code"] for table in stored["tables"])]
    assert book["countersign"]["B2"].value == desk.draft.digest
    sheet = book["CL"]
    assert sheet.freeze_panes == "B3"
    bound = cell(sheet, "CL-1", "in.exposure_unsecured_group")
    assert (bound.value, bound.data_type, bound.number_format) == ("<= 100000", "s", "@")
    assert any(">= 15 %" in each.prompt for each in book["ES"].data_validations.dataValidation)
    assert {each.data_type for page in book for row in page.iter_rows() for each in row if each.value} == {"s"}


def test_a_workbook_that_nobody_changed_changes_nothing(desk):
    same = read(desk, exported(desk))
    assert diff(content(desk.draft), {"tables": same}) == []


def test_changed_added_moved_and_deleted_rows_come_back_as_such(desk):
    def work(book):
        cell(book["ES"], "ES-1", "in.over_formula_pct").value = ">= 15 %"
        book["KO"].delete_rows(3)
        book["SLA"].append(["PM", "12"])
        book["SLA"].move_range("A3:D3", rows=20)

    changes = diff(content(desk.draft), {"tables": read(desk, changed(exported(desk), work))})
    said = {change.code: {(row.kind, row.code) for row in change.rows} for change in changes}
    assert said == {
        "ES": {("changed", "ES-1")},
        "KO": {("removed", "KO-1")},
        "SLA": {("moved", "SM"), ("added", "PM")},
    }


def test_numbers_and_truths_typed_into_a_spreadsheet_are_read_as_what_they_show(desk):
    def work(book):
        cell(book["SLA"], "SM", "out.sla_hours").value = 12
        cell(book["KO"], "KO-1", "in.dishonest_record").value = False
        for where in (cell(book["SLA"], "SM", "out.sla_hours"),):
            where.number_format = "General"

    tables = {table["code"]: table for table in read(desk, changed(exported(desk), work))}
    assert tables["SLA"]["rows"][0]["outputs"]["sla_hours"] == "12"
    assert tables["KO"]["rows"][0]["cells"]["dishonest_record"] == "false"


def formula(book):
    cell(book["SLA"], "SM", "out.sla_hours").value = "=1+1"


def percent(book):
    where = cell(book["ES"], "ES-1", "in.over_formula_pct")
    where.value, where.number_format = 0.15, "0%"


def header(book):
    book["CL"]["B1"].value = "in.weather"


def stranger(book):
    book.create_sheet("LUNCH").append(["code"])


def twice(book):
    cell(book["SLA"], "SM", "code").value = "CC"


def nameless(book):
    cell(book["SLA"], "SM", "code").value = None


def unsigned(book):
    del book["countersign"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (formula, "holds a formula"),
        (percent, "is no text"),
        (header, "was changed"),
        (stranger, "no table for the sheet LUNCH"),
        (twice, "cannot be kept"),
        (nameless, "cannot be kept"),
        (unsigned, "was not exported here"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_place(desk, change, said):
    problem = refused(desk, changed(exported(desk), change))
    assert problem.status == 422
    assert said in problem.title


def with_member(data, name, body=b"x"):
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, body)
    return out.getvalue()


def test_macros_links_bombs_and_what_is_no_workbook_are_refused(desk):
    data = exported(desk)
    for hostile in (
        b"no workbook",
        with_member(data, "xl/vbaProject.bin"),
        with_member(data, "xl/externalLinks/externalLink1.xml"),
        with_member(data, "xl/bomb.xml", b" " * 40_000_000),
        with_member(data, "xl/evil.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]>"),
        data + b"\x00" * 2_100_000,
    ):
        assert refused(desk, hostile).code == "workbook"


def test_a_workbook_of_other_tables_than_the_draft_has_now_is_refused_with_the_reason(desk):
    data = exported(desk)
    desk.write("ES", "ES-1", "in.over_formula_pct", "> 10")
    problem = refused(desk, data)
    assert (problem.status, problem.code) == (409, "policy_stale")
    assert "Export the draft again" in problem.title


def test_the_change_is_shown_before_it_is_made_and_made_once(desk, client):
    pages = Pages(client, desk, desk.maker)
    data = changed(
        exported(desk), lambda book: setattr(cell(book["ES"], "ES-1", "in.over_formula_pct"), "value", "> 15")
    )
    shown = pages.post("import/", {"file": SimpleUploadedFile("tables.xlsx", data)})
    assert shown.status_code == 200
    assert "&gt; 15" in shown.text
    assert desk.row("ES", "ES-1").cells["over_formula_pct"] == "> 20"
    token = shown.context["token"]
    sent = {"token": token, "idempotency_key": "once"}
    assert [pages.post("import/apply/", sent).status_code for _ in range(2)] == [302, 302]
    desk.draft.refresh_from_db()
    assert (desk.row("ES", "ES-1").cells["over_formula_pct"], desk.draft.revision) == ("> 15", 1)
    late = pages.post("import/apply/", {"token": token, "idempotency_key": "again"})
    assert late.status_code == 302
    assert desk.draft.revision == 1
    assert "Choose the file again" in client.get(pages.post("import/apply/", {"token": "forged"})["Location"]).text


def test_only_makers_import_and_everybody_may_export(desk, client):
    pages = Pages(client, desk, desk.company.rep)
    assert pages.get("workbook.xlsx").status_code == 200
    assert pages.get("import/").status_code == 403
    assert pages.post("import/", {}).status_code == 403
    editing.save_fields(desk.number, "ES", {("ES-1", "in.grade"): "in B"}, actor=desk.maker, revision=None)

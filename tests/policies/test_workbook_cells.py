"""What spreadsheets and their users make of an exported workbook: read as it is meant, or refused with its place."""

import datetime
import io
import random
from decimal import Decimal

import openpyxl
import pytest

from audit.models import Event
from policies.queries import content
from policies.rules.diff import diff
from policies.rules.grid import clean, fields, put
from policies.rules.tables import parse_table
from tests.policies.desk import Desk
from tests.policies.desk import refused as desk_refused
from tests.policies.test_workbook import cell, changed, exported, read, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db):
    return Desk()


def repeated(book):
    book["CL"]["D1"].value = "in.exposure_unsecured_group"


def nameless_column(book):
    book["CL"].cell(5, 30).value = "<= 5"


def without_labels(book):
    book["CL"].delete_rows(2)


def merged(book):
    book["CL"].merge_cells("B3:B5")
    book["ES"].merge_cells("A4:C4")


def renamed(book):
    book["CL"].title = "Credit limits"


def much(book):
    for number in range(10_000):
        book["SLA"].append([f"R{number}", "12"])


def spaced(book):
    cell(book["SLA"], "SM", "code").value = "S M"


REFUSED = (
    (repeated, "was changed"),
    (nameless_column, "a column without a name"),
    (without_labels, "second row"),
    (merged, "The cells CL!B3:B5, ES!A4:C4 are merged"),
    (renamed, "no table for the sheet Credit limits"),
    (much, "more than 500 rows"),
    (spaced, "cannot be kept"),
)


def test_a_sheet_that_was_rebuilt_is_refused_with_what_is_wrong_with_it(desk):
    data = exported(desk)
    for work, said in REFUSED:
        problem = refused(desk, changed(data, work))
        assert (problem.status, problem.code) == (422, "workbook")
        assert said in problem.title
        if work is merged:
            assert [each["field"] for each in problem.errors] == ["CL!B3:B5", "ES!A4:C4"]
        assert all(each["field"] and each["message"] for each in problem.errors)


def test_every_cell_that_cannot_be_taken_is_named_at_once(desk):
    """A share, a day, an error and a time, each of which a spreadsheet makes of what was typed."""

    def work(book):
        where = cell(book["ES"], "ES-1", "in.over_formula_pct")
        where.value, where.number_format = 0.15, "0%"
        for row, value in (("ES-2", datetime.date(2026, 10, 20)), ("ES-3", "#REF!"), ("ES-4", datetime.time(10, 20))):
            cell(book["ES"], row, "in.increase_pct").value = value

    problem = refused(desk, changed(exported(desk), work))
    assert problem.title == "4 cells cannot be taken."
    assert [each["field"][:3] for each in problem.errors] == ["ES!"] * 4
    assert len({each["field"] for each in problem.errors}) == 4


def test_hidden_protected_and_reordered_sheets_hidden_rows_and_another_order_of_columns_are_read_as_usual(desk):
    def work(book):
        book["ES"].sheet_state = "hidden"
        book["CL"].protection.enable()
        book["CL"].row_dimensions[4].hidden = True
        book.move_sheet("SLA", -5)
        book["SLA"].move_range("A1:A40", cols=5)

    assert diff(content(desk.draft), {"tables": read(desk, changed(exported(desk), work))}) == []


def test_what_chinese_keyboards_and_excel_make_of_a_cell_is_what_it_says(desk):
    def work(book):
        cell(book["ES"], "ES-1", "in.over_formula_pct").value = "≥１５％"
        cell(book["ES"], "ES-2", "in.increase_pct").value = " > 40_x000D_\n"

    desk.put(read(desk, changed(exported(desk), work)))
    stored = next(table for table in content(desk.draft)["tables"] if table["code"] == "ES")
    row = next(row for row in parse_table(stored).rows if row.code == "ES-1")
    assert row.holds({"over_formula_pct": Decimal(15)})
    assert not row.holds({"over_formula_pct": Decimal("14.9")})
    assert desk.row("ES", "ES-2").cells["increase_pct"] == "> 40"


def test_the_same_workbook_once_more_changes_nothing_and_leaves_no_trace(desk):
    mine = changed(
        exported(desk), lambda book: setattr(cell(book["ES"], "ES-1", "in.over_formula_pct"), "value", "> 15")
    )
    desk.put(read(desk, mine))
    events = Event.objects.count()
    again = read(desk, mine)
    assert diff(content(desk.draft), {"tables": again}) == []
    assert desk.put(again).changed == ()
    assert Event.objects.count() == events


NASTY = (
    "=1+1", "007", "1e5", "TRUE", "'x", "−5", "≥１５％", "0.10", "a\nb", "<&>\"'", "#REF!", "𝔘 é", "x" * 2000, " ", "–",
)  # fmt: skip


def test_whatever_the_tables_say_they_come_back_as_they_went_out(desk):
    chance = random.Random(20261122)
    tables = content(desk.draft)["tables"]
    for table in tables:
        for row in table["rows"]:
            for field in chance.sample(fields(table)[1:], 2):
                row.update(put(table, row, field.name, clean(chance.choice(NASTY))))
        chance.shuffle(table["rows"])
    desk.put(tables)
    same = read(desk, exported(desk))
    assert len(same) == len(tables)
    assert diff(content(desk.draft), {"tables": same}) == []
    assert desk.put(same).changed == ()


def test_a_character_that_no_sheet_can_hold_is_not_kept(desk):
    problem = desk_refused("policy_field", lambda: desk.write("ES", "ES-1", "out.zh", "a\x0bb"))
    assert problem.errors[0]["field"] == "ES-1/out.zh"
    desk.row("ES", "ES-1").table.rows.filter(code="ES-1").update(rationale_en="a\x0bb")
    book = openpyxl.load_workbook(io.BytesIO(exported(desk)))
    assert cell(book["ES"], "ES-1", "why.en").value == "ab"

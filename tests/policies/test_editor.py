"""Writing on the draft of a policy version: who may, what is kept, what two people do to each other, what is found."""

from datetime import timedelta

import pytest

from accounts.problems import Problem
from accounts.queries import business_today
from accounts.roles import Role
from audit.models import Event
from policies import editing
from policies.findings import findings
from policies.models import TableRow
from policies.queries import content
from policies.rules.pack import content_digest
from policies.services import load_default_version, start_draft
from tests import factories

pytestmark = pytest.mark.django_db


class Desk:
    """A company with a policy in force, and sales operations with a draft of the next version."""

    def __init__(self) -> None:
        load_default_version(business_today() - timedelta(days=30))
        self.company = factories.company()
        self.maker = self.company.hire("maker", Role.SO)
        self.draft = start_draft(self.maker, change_note="Tighter")
        self.number = self.draft.number

    def write(self, code, row, name, text, *, actor=None, revision=None):
        return editing.save_fields(self.number, code, {(row, name): text}, actor=actor or self.maker, revision=revision)

    def row(self, code, row):
        return TableRow.objects.get(table__version=self.draft, table__code=code, code=row)

    def order(self, code):
        return list(self.draft.tables.get(code=code).rows.order_by("position").values_list("code", flat=True))


@pytest.fixture
def desk(db):
    return Desk()


def refused(code, run):
    with pytest.raises(Problem) as caught:
        run()
    assert caught.value.code == code
    return caught.value


def test_a_changed_cell_is_kept_counted_and_told_to_the_trail_with_what_it_was(desk):
    saved = desk.write("ES", "ES-1", "in.over_formula_pct", ">= 15 %")
    desk.draft.refresh_from_db()
    assert (saved.revision, saved.changed) == (1, ("ES-1/in.over_formula_pct",))
    assert desk.row("ES", "ES-1").cells["over_formula_pct"] == ">= 15 %"
    assert desk.draft.digest == content_digest(content(desk.draft))
    event = Event.objects.get(action="policy.draft_changed")
    assert event.content["before"] == {"ES/ES-1/in.over_formula_pct": "> 20"}
    assert event.content["after"] == {"ES/ES-1/in.over_formula_pct": ">= 15 %"}
    assert event.actor_id == desk.maker.pk


def test_writing_what_stands_there_already_changes_nothing(desk):
    assert desk.write("ES", "ES-1", "in.over_formula_pct", " > 20 ").changed == ()
    assert not Event.objects.filter(action="policy.draft_changed").exists()


def test_only_sales_operations_and_credit_control_write_and_only_on_drafts(desk):
    for person in ("rep", "manager", "cfo", "auditor"):
        who = desk.company.people[person]
        refused("not_permitted", lambda who=who: desk.write("ES", "ES-1", "in.grade", "in B", actor=who))
    desk.write("ES", "ES-1", "in.grade", "in B", actor=desk.company.credit_controller)
    desk.number = 1
    refused("policy_not_draft", lambda: desk.write("ES", "ES-1", "in.grade", "in B"))


def test_two_tabs_on_the_same_cell_are_told_who_wrote_what_and_other_cells_are_not_in_the_way(desk):
    other = desk.company.credit_controller
    desk.write("ES", "ES-1", "in.over_formula_pct", "> 10", actor=other, revision=0)
    assert desk.write("ES", "ES-2", "in.increase_pct", "> 40", revision=0).revision == 2
    problem = refused("policy_conflict", lambda: desk.write("ES", "ES-1", "in.over_formula_pct", "> 30", revision=0))
    assert problem.status == 409
    assert other.display_name in problem.title
    assert "> 10" in problem.title
    assert problem.extra["revision"] == 2
    assert problem.extra["changes"] == [{"field": "ES/ES-1/in.over_formula_pct", "before": "> 20", "after": "> 10"}]
    assert desk.row("ES", "ES-1").cells["over_formula_pct"] == "> 10"
    assert desk.write("ES", "ES-1", "in.over_formula_pct", "> 30", revision=2).revision == 3


def test_a_row_that_somebody_removed_is_not_written_and_one_that_he_wrote_is_not_removed(desk):
    other = desk.company.credit_controller
    editing.remove_row(desk.number, "ES", "ES-1", actor=other, idempotency_key="gone", revision=0)
    said = refused("policy_conflict", lambda: desk.write("ES", "ES-1", "in.grade", "in B", revision=0))
    assert other.display_name in said.title
    desk.write("ES", "ES-2", "in.grade", "in B", actor=other)
    refused("policy_conflict", lambda: editing.remove_row(
        desk.number, "ES", "ES-2", actor=desk.maker, idempotency_key="away", revision=1))  # fmt: skip


def test_rows_are_added_copied_moved_and_removed_once_per_key(desk):
    first = desk.order("ES")
    for _ in range(2):
        editing.add_row(desk.number, "ES", actor=desk.maker, idempotency_key="a", copy_of="ES-2", new_code="ES-2b")
    at = first.index("ES-2") + 1
    assert desk.order("ES") == [*first[:at], "ES-2b", *first[at:]]
    assert desk.row("ES", "ES-2b").cells == desk.row("ES", "ES-2").cells
    for _ in range(2):
        editing.move_row(desk.number, "ES", "ES-2b", -1, actor=desk.maker, idempotency_key="m")
    assert desk.order("ES")[at - 1 : at + 1] == ["ES-2b", "ES-2"]
    for _ in range(2):
        editing.remove_row(desk.number, "ES", "ES-2b", actor=desk.maker, idempotency_key="r")
    assert desk.order("ES") == first
    editing.add_row(desk.number, "AUTH", actor=desk.maker, idempotency_key="blank", new_code="credit-PM")
    assert desk.row("AUTH", "credit-PM").outputs == {"role": "", "request_kind": "", "metric": "", "ceiling": ""}
    assert Event.objects.filter(action="policy.draft_changed").count() == 4


@pytest.mark.parametrize("code", ["ES-2", "", "a b", "x" * 61])
def test_every_row_keeps_a_code_of_its_own(desk, code):
    refused("policy_code", lambda: desk.write("ES", "ES-1", "code", code))


def test_a_row_can_be_renamed_and_two_can_change_names(desk):
    desk.write("ES", "ES-1", "code", "ES-1a")
    assert "ES-1a" in desk.order("ES")
    swap = {("ES-2", "code"): "ES-3", ("ES-3", "code"): "ES-2"}
    increase = desk.row("ES", "ES-2").cells
    editing.save_fields(desk.number, "ES", swap, actor=desk.maker, revision=None)
    assert desk.row("ES", "ES-3").cells == increase


def test_what_cannot_be_read_is_kept_and_found_at_its_field(desk):
    desk.write("CL", "CL-1", "in.exposure_unsecured_group", "<= 100,000")
    (found,) = [each for each in findings(desk.draft) if each.code == "unreadable"]
    assert (found.table, found.rows, found.field) == ("CL", ("CL-1",), "in.exposure_unsecured_group")
    assert "thousands separators" in found.en
    assert found.blocking


def test_names_that_lead_nowhere_block_and_say_where(desk):
    desk.write("CHAIN", "CL-1", "out.chain", "SM → XX")
    desk.write("CL", "CL-2", "out.band", "CL-9")
    desk.write("AUTH", "credit-SM", "out.role", "ZZ")
    said = {(each.table, each.rows, each.field): each.en for each in findings(desk.draft) if each.blocking}
    assert "the role XX" in said["CHAIN", ("CL-1",), "out.chain"]
    assert "a chain for CL-9" in said["CL", ("CL-2",), "out.band"]
    assert "the role ZZ" in said["AUTH", ("credit-SM",), "out.role"]


def test_a_gap_is_found_with_its_counter_example(desk):
    editing.remove_row(desk.number, "CL", "CL-3", actor=desk.maker, idempotency_key="gap")
    gap = next(each for each in findings(desk.draft) if each.code == "gap")
    assert gap.table == "CL"
    assert gap.example


def test_a_role_that_nobody_holds_blocks_and_one_unit_without_it_is_said(desk):
    assert [
        each for each in findings(desk.draft) if each.code == "vacant" and each.blocking and "QA" not in each.rows
    ] == []
    desk.company.cfo.is_active = False
    desk.company.cfo.save(update_fields=["is_active"])
    vacant = [each for each in findings(desk.draft) if each.code == "vacant" and each.rows == ("CFO",)]
    assert [each.blocking for each in vacant] == [True]
    factories.company().hire("another cfo", Role.CFO)
    vacant = [each for each in findings(desk.draft) if each.code == "vacant" and each.rows == ("CFO",)]
    assert [each.blocking for each in vacant] == [False]


class Pages:
    """The editor as one person sees it."""

    def __init__(self, client, desk, person):
        self.client, self.desk = client, desk
        client.force_login(person, backend="accounts.backends.AuthorityBackend")

    def get(self, path="", **query):
        return self.client.get(f"/policies/{self.desk.number}/{path}", query)

    def post(self, path, data, **headers):
        return self.client.post(f"/policies/{self.desk.number}/{path}", data, headers=headers)


@pytest.fixture
def pages(client, desk):
    return Pages(client, desk, desk.maker)


PARTS = ["tables/", "tables/CL/", "tables/CHAIN/", "tables/PARAM/", "changes/", "check/", "try/"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_part_of_a_draft_can_be_read_by_everybody_in_both_languages(client, desk, language):
    desk.write("CL", "CL-1", "in.exposure_unsecured_group", "<= 100,000")
    desk.company.rep.language = language
    desk.company.rep.save(update_fields=["language"])
    pages = Pages(client, desk, desk.company.rep)
    for part in PARTS:
        answer = pages.get(part)
        assert answer.status_code == 200, part
        assert 'name="f|' not in answer.text
    said = "thousands separators" if language == "en" else "千位分隔符"
    assert said in pages.get("tables/CL/").text
    assert client.get("/policies/drafts/").status_code == 200
    assert client.get("/policies/holders/").status_code == 200


def test_nobody_else_writes_on_the_pages(client, desk):
    pages = Pages(client, desk, desk.company.cfo)
    for path in ("tables/CL/save/", "tables/CL/rows/", "tables/CL/settings/", "tables/CL/columns/", "describe/"):
        assert pages.post(path, {}).status_code == 403, path
    assert client.post("/policies/drafts/start/", {}).status_code == 403


def test_a_cell_is_kept_when_it_is_left_and_says_at_once_what_is_wrong_with_it(pages, desk):
    name = "f|ES-1|in.over_formula_pct"
    sent = {name: ">= fifteen", "only": name, "revision": "0"}
    answer = pages.post("tables/ES/save/", sent, **{"hx-request": "true"})
    assert answer.status_code == 200
    assert "Cannot read the condition" in answer.text
    assert "for example &gt;= 15 % or 10..20" in answer.text
    assert 'value="1" hx-swap-oob="true"' in answer.text
    assert desk.row("ES", "ES-1").cells["over_formula_pct"] == ">= fifteen"
    good = pages.post("tables/ES/save/", sent | {name: ">= 15 %", "revision": "1"}, **{"hx-request": "true"})
    assert "Cannot read" not in good.text
    assert "≥ 15 %" in good.text


def test_the_second_tab_is_refused_with_409_and_told_who_wrote_what(pages, desk):
    desk.write("ES", "ES-1", "in.over_formula_pct", "> 10", actor=desk.company.credit_controller)
    name = "f|ES-1|in.over_formula_pct"
    sent = {name: "> 30", "only": name, "revision": "0"}
    answer = pages.post("tables/ES/save/", sent, **{"hx-request": "true"})
    assert answer.status_code == 409
    assert "Credit Controller has changed" in answer.text
    whole = pages.post("tables/ES/save/", {name: "> 30", "revision": "0"})
    assert whole.status_code == 409
    assert "Credit Controller has changed" in whole.text


def test_without_scripts_the_grid_is_a_form_that_keeps_everything(pages, desk):
    sent = {"f|ES-1|in.over_formula_pct": "> 25", "f|ES-2|why.en": "creep", "revision": "0", "do": "up|ES-2"}
    assert pages.post("tables/ES/rows/", sent).status_code == 302
    assert desk.row("ES", "ES-1").cells["over_formula_pct"] == "> 25"
    assert desk.row("ES", "ES-2").rationale_en == "creep"
    assert desk.order("ES")[:3] == ["ES-1", "ES-2", "ES-1-zero"]
    shown = pages.get("tables/ES/").text
    assert "diff-changed" in shown
    assert "&gt; 20" in shown


def test_removed_rows_are_shown_and_brought_back(pages, desk):
    was = desk.row("ES", "ES-1").outputs
    pages.post("tables/ES/rows/", {"revision": "0", "do": "remove|ES-1"})
    assert "Removed rows" in pages.get("tables/ES/").text
    pages.post("tables/ES/rows/", {"revision": "1", "do": "restore|ES-1"})
    assert desk.row("ES", "ES-1").outputs == was


def test_a_new_band_needs_its_place_on_the_ladder_and_its_chain(pages, desk):
    editing.add_row(desk.number, "CT", actor=desk.maker, idempotency_key="b", copy_of="CT-S3", new_code="CT-S4")
    for name, text in (("out.band", "CT-S4"), ("in.contract_value", "> 9000000")):
        desk.write("CT", "CT-S4", name, text)
    desk.write("CT", "CT-S3", "in.contract_value", "(2000000..9000000]")
    assert {each.code for each in findings(desk.draft) if each.blocking and each.table == "CT"} == {
        "dangling",
        "off_ladder",
    }
    editing.add_row(desk.number, "CHAIN", actor=desk.maker, idempotency_key="c", copy_of="CT-S3", new_code="CT-S4")
    ladder = {"hit_policy": "unique", "ladder": "CT-S1 < CT-S2 < CT-S3 < CT-S4"}
    assert pages.post("tables/CT/settings/", ladder).status_code == 302
    assert [each for each in findings(desk.draft) if each.table == "CT"] == []


def test_a_table_can_ask_for_another_fact_of_its_kind(pages, desk):
    pages.post("tables/CL/columns/", {"do": "add", "fact": "new_customer"})
    desk.write("CL", "CL-1", "in.new_customer", "false")
    pages.post("tables/CL/columns/", {"do": "remove", "fact": "new_customer"})
    assert [each["key"] for each in desk.draft.tables.get(code="CL").columns][-1] == "new_customer"
    desk.write("CL", "CL-1", "in.new_customer", "")
    pages.post("tables/CL/columns/", {"do": "remove", "fact": "new_customer"})
    assert [each["key"] for each in desk.draft.tables.get(code="CL").columns][-1] != "new_customer"


def test_the_panel_shows_the_path_under_the_draft_and_under_the_version_in_force(pages, desk):
    desk.write("CHAIN", "CL-2", "out.chain", "SM → CC → FM → CFO")
    facts = {"kind": "credit", "exposure_unsecured_group": "200000", "limit_requested": "200000",
             "limit_formula": "300000", "grade": "AA", "fill": "1"}  # fmt: skip
    text = pages.get("try/", **facts).text
    new, old = text.split('id="old-title"')
    assert "Chief financial officer" in new
    assert "Chief financial officer" not in old
    assert "This is not a number" in pages.get("try/", **(facts | {"limit_formula": "many"})).text


def test_a_counter_example_of_the_report_leads_to_the_panel_that_shows_it(pages, desk, client):
    editing.remove_row(desk.number, "CL", "CL-3", actor=desk.maker, idempotency_key="gap")
    report = pages.get("check/").text
    assert "No row covers this case" in report
    link = report.split("/try/?table=CL")[1].split('"')[0].replace("&amp;", "&")
    assert (
        "No rule of the policy covers this request" in client.get(f"/policies/{desk.number}/try/?table=CL{link}").text
    )

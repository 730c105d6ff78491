"""The pages on which a policy draft is written, read and tried."""

import pytest

from policies import editing
from policies.findings import findings
from tests.policies.desk import Desk, Pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db):
    return Desk()


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

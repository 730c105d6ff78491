"""Policy versions in the database: loaded once, one in force per day, never changed afterwards."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from audit.models import Event
from policies.integrity import versions_are_as_activated
from policies.models import DecisionTable, PolicyVersion, TableRow
from policies.queries import NoPolicyError, content, pack, version_in_force
from policies.rules.cells import PolicyError
from policies.rules.pack import build_pack
from policies.seed import default_content, default_pack
from policies.services import activate, draft_version, load_default_version

pytestmark = pytest.mark.django_db
START = date(2026, 1, 1)


@pytest.fixture
def first(db):
    return load_default_version(START)


def second(day, note="Tighter"):
    changed = default_content()
    escalators = next(table for table in changed["tables"] if table["code"] == "ES")
    escalators["rows"][0]["cells"]["over_formula_pct"] = "> 10"
    return draft_version(2, changed, day, note, None)


def refused(change):
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


def test_version_1_is_the_shipped_tables_and_the_trail_says_since_when(first):
    assert (pack(first).number, pack(first).digest) == (1, default_pack().digest)
    assert build_pack(1, content(first)).digest == first.digest
    event = Event.objects.get(action="policy.version_activated")
    assert event.stream == "policy"
    assert event.content["after"] == {"state": "active", "effective_from": "2026-01-01", "digest": first.digest}


def test_loading_twice_changes_nothing(first):
    assert load_default_version(START + timedelta(days=9)) == first
    assert PolicyVersion.objects.count() == 1
    assert Event.objects.filter(action="policy.version_activated").count() == 1


def test_the_command_loads_and_can_be_repeated(db, capsys):
    for _ in range(2):
        call_command("load_policies", "--from", "2026-01-01")
    assert capsys.readouterr().out.count("Policy version 1 is in force from 2026-01-01") == 2


def test_before_the_first_version_nothing_is_in_force(first):
    assert version_in_force(START) == first
    with pytest.raises(NoPolicyError):
        version_in_force(START - timedelta(days=1))


def test_a_successor_takes_over_on_its_day_and_history_keeps_the_old_one(first):
    change = START + timedelta(days=30)
    new = activate(second(change), None)
    assert version_in_force(change) == new
    assert version_in_force(change - timedelta(days=1)) == first
    first.refresh_from_db()
    assert (first.state, first.effective_to) == ("retired", change)


def test_a_draft_is_never_in_force(first):
    second(START)
    assert version_in_force(START + timedelta(days=400)) == first


def test_two_versions_cannot_be_in_force_on_one_day(first):
    other = second(START)
    refused(lambda: PolicyVersion.objects.filter(pk=other.pk).update(state="active"))
    refused(lambda: activate(other, None))


def test_a_version_that_has_been_in_force_cannot_be_changed_or_deleted(first):
    mine = PolicyVersion.objects.filter(pk=first.pk)
    refused(lambda: mine.update(digest="0" * 64))
    refused(lambda: mine.update(effective_from=START - timedelta(days=1)))
    refused(lambda: mine.update(change_note="something else"))
    refused(lambda: mine.update(state="draft"))
    refused(lambda: connection.cursor().execute("DELETE FROM policies_policyversion"))


def test_the_end_of_a_version_is_set_once(first):
    mine = PolicyVersion.objects.filter(pk=first.pk)
    mine.update(effective_to=START + timedelta(days=30), state="retired")
    refused(lambda: mine.update(effective_to=START + timedelta(days=60)))
    refused(lambda: mine.update(state="active"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE policies_tablerow SET cells = '{}'",
        "DELETE FROM policies_tablerow",
        "UPDATE policies_decisiontable SET hit_policy = 'first'",
        "INSERT INTO policies_tablerow (table_id, position, code, cells, outputs, rationale_zh, rationale_en)"
        " SELECT min(id), 999, 'X', '{}', '{}', '', '' FROM policies_decisiontable",
        "INSERT INTO policies_decisiontable"
        " (version_id, code, kind, hit_policy, title_zh, title_en, columns, position)"
        " SELECT id, 'X', 'band', 'first', '', '', '[]', 999 FROM policies_policyversion",
        "TRUNCATE policies_tablerow CASCADE",
    ],
)
def test_the_tables_of_a_version_in_force_are_refused_any_change(first, statement):
    refused(lambda: connection.cursor().execute(statement))


def test_a_row_cannot_be_moved_into_a_version_in_force(first):
    draft = second(START + timedelta(days=30))
    row = TableRow.objects.filter(table__version=draft).first()
    target = DecisionTable.objects.filter(version=first).first()
    refused(lambda: TableRow.objects.filter(pk=row.pk).update(table=target, position=999))


def test_a_draft_may_still_be_changed(first):
    draft = second(START + timedelta(days=30))
    assert TableRow.objects.filter(table__version=draft, table__code="CL", code="CL-1").update(rationale_en="why") == 1


def test_the_check_of_the_trail_sees_tables_that_were_changed_behind_our_back(first):
    assert not list(versions_are_as_activated())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE policies_tablerow DISABLE TRIGGER USER")
        cursor.execute("UPDATE policies_tablerow SET cells = '{}' WHERE code = 'CL-1'")
    assert [finding.kind for finding in versions_are_as_activated()] == ["policy_digest"]


def test_routing_asks_the_database_once_per_version(first, django_assert_num_queries):
    pack(first)
    with django_assert_num_queries(1):
        pack(version_in_force(START))


def test_a_version_with_a_gap_is_not_activated(first):
    changed = content(first)
    limits = next(table for table in changed["tables"] if table["code"] == "CL")
    limits["rows"] = [row for row in limits["rows"] if row["code"] != "CL-3"]
    draft = draft_version(2, changed, date(2026, 6, 1), "without CL-3", None)
    with pytest.raises(PolicyError, match=r"CL: No row covers this case.*exposure_unsecured_group = "):
        activate(draft, None)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_table_goes_out_as_dmn_and_comes_back_as_a_draft(first, tmp_path, capsys):
    call_command("policy_table", "export", "CL")
    file = tmp_path / "cl.dmn"
    file.write_text(capsys.readouterr().out.replace("300000", "250000"))
    call_command("policy_table", "import", "CL", str(file), "--from", "2026-09-01")
    said = capsys.readouterr().out
    assert "Drafted policy version 2" in said
    assert "0 findings block it" in said
    draft = PolicyVersion.objects.get(number=2)
    assert draft.state == "draft"
    changed = {table["code"] for table in content(draft)["tables"] if table not in content(first)["tables"]}
    assert changed == {"CL"}


def test_the_command_says_what_blocks_an_imported_table(first, tmp_path, capsys):
    call_command("policy_table", "export", "CL")
    file = tmp_path / "cl.dmn"
    file.write_text(capsys.readouterr().out.replace("(100000..300000]", "(100000..200000]"))
    call_command("policy_table", "import", "CL", str(file), "--from", "2026-09-01")
    assert "blocks: CL: No row covers this case" in capsys.readouterr().out

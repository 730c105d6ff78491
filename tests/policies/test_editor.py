"""Writing on the draft of a policy version: who may, what is kept, what two people do to each other, what is found."""

import pytest

from accounts.roles import Role
from audit.models import Event
from policies import editing
from policies.findings import findings
from policies.queries import content
from policies.rules.pack import content_digest
from tests import factories
from tests.policies.desk import Desk, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db):
    return Desk()


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


def test_an_escalator_that_is_meant_to_raise_by_two_is_refused_since_each_raises_by_one(desk):
    desk.write("ES", "ES-1", "out.raise", "2")
    (found,) = [each for each in findings(desk.draft) if each.blocking]
    assert (found.field, found.rows) == ("out.raise", ("ES-1",))
    assert "by one band" in found.en


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

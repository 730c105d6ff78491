"""What stops a submission, exactly at its threshold."""

from decimal import Decimal

import pytest

from policies.rules.pack import build_pack
from policies.rules.plan import compile_plan
from policies.seed import default_content
from tests.policies.facts import facts, limit
from tests.policies.test_routes import PACK, codes, plan_for


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"licence_expired": True}, "BL-LICENCE"),
        ({"file_complete_pct": Decimal("89.9")}, "BL-FILE"),
        ({"overdue_amount": Decimal(5), "overdue_days": 31}, "BL-OVERDUE"),
        ({"missing_documents": 1}, "BL-DOCUMENTS"),
        ({"open_duplicate": True}, "BL-DUPLICATE"),
        ({"has_statements": False, "limit_requested": Decimal("1000000.01")}, "BL-STATEMENTS"),
        ({"has_statements": False, "new_customer": True}, "BL-NEW"),
        ({"knocked_out": True, "grade": "C"}, "BL-KNOCKOUT"),
        ({"grade": "C"}, "BL-GRADE"),
    ],
)
def test_what_stops_a_submission(changes, code):
    assert code in codes(plan_for(limit(80_000, **changes)).blocks)


@pytest.mark.parametrize(
    "changes",
    [
        {"file_complete_pct": Decimal(90)},
        {"overdue_amount": Decimal(5), "overdue_days": 30},
        {"has_statements": False, "limit_requested": Decimal(1_000_000)},
        {"has_statements": False, "new_customer": True, "unsecured_requested": Decimal(0)},
        {"knocked_out": True, "grade": "C", "unsecured_requested": Decimal(0)},
    ],
)
def test_nothing_is_stopped_exactly_at_a_threshold_or_inside_the_security(changes):
    assert not plan_for(limit(80_000, **changes)).blocks


def test_overdue_money_does_not_stop_a_decrease():
    lower = limit(80_000, limit_current=Decimal(100_000), decrease=True, overdue_amount=Decimal(5), overdue_days=95)
    assert not plan_for(lower).blocks


def test_an_increase_that_calls_itself_a_decrease_is_stopped_like_an_increase():
    higher = limit(80_000, limit_current=Decimal(50_000), decrease=True, overdue_amount=Decimal(5), overdue_days=95)
    assert codes(plan_for(higher).blocks) == ["BL-OVERDUE"]


@pytest.mark.parametrize("key", [column.key for column in PACK.kinds["credit"].columns.values() if column.required])
def test_an_unknown_fact_that_the_route_needs_stops_the_submission(key):
    blocks = plan_for(facts(**{key: None})).blocks
    assert ("BL-UNKNOWN", key) in [(reason.code, reason.values.get("fact")) for reason in blocks]


def test_a_request_that_no_row_covers_is_stopped_and_not_waved_through():
    content = default_content()
    credit = next(table for table in content["tables"] if table["code"] == "CL")
    credit["rows"] = [row for row in credit["rows"] if row["code"] != "CL-3"]
    plan = compile_plan(build_pack(2, content), "credit", limit(500_000))
    assert codes(plan.blocks) == ["BL-GAP"]

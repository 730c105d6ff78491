"""Tampering beside the trail is found: rows that disagree with their events."""

import pytest
from django.db import connection

from audit.verify import verify
from tests import factories
from tests.workflows.factories import ready_application
from tests.workflows.test_papers import decided
from workflows import services
from workflows.kinds.credit import KIND

pytestmark = [pytest.mark.django_db, pytest.mark.damages_audit]


def run(*statements: str) -> None:
    """As a database superuser with the guards off."""
    tables = ("workflows_decision", "workflows_submission", "credit_creditline")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        for statement in statements:
            cursor.execute(statement)


def kinds() -> set[str]:
    return {finding.kind for finding in verify().findings}


def test_an_honest_request_has_no_finding() -> None:
    decided()
    assert kinds() == set()


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE workflows_decision SET verb = 'reject' WHERE role = 'CC'", "decision_event"),
        ("DELETE FROM workflows_decision WHERE role = 'CC'", "decision_missing"),
        (
            "UPDATE workflows_submission SET content = jsonb_set(content, '{asked,req_limit}', '\"9\"')",
            "submission_content",
        ),
        ("UPDATE credit_creditline SET amount = amount + 1", "line_event"),
    ],
)
def test_a_row_changed_behind_the_trail_is_found(statement: str, kind: str) -> None:
    decided()
    run(statement)
    assert kind in kinds()


def test_a_request_under_way_is_clean() -> None:
    company = factories.company()
    services.submit(KIND, ready_application(company).pk, actor=company.rep, idempotency_key="s")
    assert kinds() == set()

"""What a replay says became of each submission: of that one, not of the request as it is today."""

from datetime import date, timedelta

import pytest
from django.test import Client

from accounts.queries import business_today
from jobs.executor import run_until_idle
from policies.services import draft_version, load_default_version
from tests import factories
from tests.workflows.acting import say, submitted
from tests.workflows.test_replay import changed
from workflows import replaying, services

pytestmark = pytest.mark.django_db


def test_each_round_has_an_outcome_of_its_own() -> None:
    """Returned at first, then sent again and still with its approvers: one of the two was returned by people."""
    load_default_version(date(2025, 1, 1))
    company = factories.company()
    maker = company.hire("Operations", "SO")
    request = submitted(company)
    say(request, "SM", company.manager, "return")
    services.resubmit(request.no, actor=company.rep, idempotency_key="again")
    tomorrow = business_today() + timedelta(days=1)
    looser = draft_version(2, changed(CL_3="SM → CC"), tomorrow, "less for CL-3", maker)

    replay = replaying.start(looser, 3, actor=maker, idempotency_key="replay")
    run_until_idle()

    replay.refresh_from_db()
    assert replay.result["kinds"]["credit"]["changes"] == {"shorter": 2}
    assert replay.result["kinds"]["credit"]["eased_refused"] == 1
    assert [each["outcome"] for each in replay.result["examples"]["shorter"]] == ["returned", "in_review"]


def test_a_replay_of_months_without_submissions_says_so_instead_of_zeros(client: Client) -> None:
    load_default_version(date(2025, 1, 1))
    maker = factories.company().hire("Operations", "SO")
    looser = draft_version(2, changed(CL_3="SM → CC"), business_today() + timedelta(days=1), "less for CL-3", maker)
    replay = replaying.start(looser, 3, actor=maker, idempotency_key="replay")
    run_until_idle()
    client.force_login(maker, backend="accounts.backends.AuthorityBackend")
    text = client.get(f"/policies/2/replays/{replay.pk}/").text
    assert "Nothing was submitted in these months" in text
    assert "Paths that change" not in text

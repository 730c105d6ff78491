"""The policy page: readable by everybody, in both languages, in words."""

import html
import re
from datetime import date

import pytest

from accounts.roles import Role
from policies.models import PolicyVersion
from policies.seed import default_pack
from policies.services import start_draft
from tests import factories
from tests.default_policy import default_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    default_policy(date(2026, 1, 1))
    return factories.company()


def page(client, person, language="en", path="/policies/"):
    person.language = language
    person.save(update_fields=["language"])
    client.force_login(person)
    return client.get(path)


def test_a_stranger_has_to_log_in(client, company):
    assert client.get("/policies/").status_code == 302


def test_a_rep_reads_who_approves_what_in_words(client, company):
    text = page(client, company.rep).content.decode()
    assert (
        "If the unsecured exposure of the group is above 300,000 and up to 1,000,000: sales manager, then regional director"
        " and credit controller together, then CFO." in text
    )


def test_the_page_is_complete_in_chinese(client, company):
    text = page(client, company.rep, "zh-hans").content.decode()
    assert (
        "如果集团无担保授信敞口 &gt; 300,000 且 ≤ 1,000,000：销售经理，然后大区总监和信用经理会签，然后财务总监。"
        in text
    )


def test_the_page_names_who_holds_each_role_and_where_nobody_does(client, company):
    text = page(client, company.auditor).content.decode()
    assert company.cfo.display_name in text
    assert f"{company.manager.display_name} (East)" in text
    company.cfo.is_active = False
    company.cfo.save(update_fields=["is_active"])
    assert "nobody" in page(client, company.auditor).content.decode()


def test_the_version_and_its_digest_are_shown_and_an_unknown_version_is_not_found(client, company):
    version = default_policy(date(2026, 1, 1))
    assert version.digest_short in page(client, company.rep, path="/policies/1/").content.decode()
    assert page(client, company.rep, path="/policies/7/").status_code == 404


def test_without_a_policy_the_page_says_what_is_missing(client, db):
    assert "No policy is in force today" in page(client, factories.company().rep).content.decode()


def test_the_page_costs_a_constant_number_of_queries(client, company, django_assert_max_num_queries):
    client.force_login(company.rep)
    client.get("/policies/")
    with django_assert_max_num_queries(12):
        client.get("/policies/")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_kind_of_request_has_its_section_and_every_entry_of_the_contents_leads_somewhere(
    client, company, language
):
    text = page(client, company.rep, language).content.decode()
    targets, places = re.findall(r'href="#([\w-]+)"', text), re.findall(r' id="([\w-]+)"', text)
    assert set(targets) <= set(places)
    assert len(places) == len(set(places))
    for kind in default_pack().kinds:
        assert f'id="kind-{kind.replace("_", "-")}"' in text


def test_tier_changes_are_said_with_comments_and_what_happens_after_the_effect(client, company):
    text = html.unescape(page(client, company.rep).content.decode())
    assert "sales manager (for a comment), then regional director." in text
    said = "credit controller, effective at once; ratified afterwards by regional director and finance manager"
    assert f"{said} together, otherwise the CFO decides." in text
    assert "effective when it is sent; ratified afterwards" in text
    assert "best month / twelve months' sales" in text
    assert "≤ 50 → 20" in text


def test_shares_are_percentages_and_amounts_have_separators(client, company):
    text = page(client, company.rep).content.decode()
    for shown in ("<dd>8 %</dd>", "<dd>10,000</dd>", "<dd>500,000</dd>"):
        assert shown in text
    assert "0.35" not in text


def test_what_gave_way_before_its_day_is_never_said_to_have_been_in_force(client, company):
    """What was to come back after an emergency keeps the last day that it would have had."""
    version = start_draft(company.hire("maker", Role.SO), change_note="Back again")
    days = {"effective_from": date(2025, 12, 1), "effective_to": date(2025, 12, 20)}
    for state in ("checked", "in_review", "scheduled", "superseded"):
        PolicyVersion.objects.filter(pk=version.pk).update(state=state, **(days if state == "scheduled" else {}))
    text = page(client, company.rep, path=f"/policies/{version.number}/").content.decode()
    assert "Superseded before its day" in text
    assert "no longer in force" not in text

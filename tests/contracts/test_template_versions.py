"""A template version from upload to publication: who countersigns, what holds when, what never changes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.problems import Problem
from accounts.queries import business_today
from audit.models import Event
from contracts import filling
from contracts import template_queries as queries
from contracts.models import Clause, ClauseVersion, TemplateVersion
from contracts.rules import fields
from contracts.services import templates
from contracts.services.clauses import import_standard
from jobs import storage
from tests import factories
from tests.contracts.hostile import GOOD, said
from tests.contracts.templates import BIGGER, FIVE_YEARS, decide, decide_all, drafted, house, in_force, sent, template
from workflows.kinds.contract_template import KIND
from workflows.preview import preview

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Any) -> Path:
    settings.COUNTERSIGN_DATA = tmp_path
    return tmp_path


@pytest.fixture
def company() -> factories.Company:
    return house()


def test_a_new_company_begins_with_all_clauses_and_the_contract_in_three_languages(company: factories.Company) -> None:
    assert Clause.objects.filter(unit=company.unit).count() == 22
    for language in ("zh-hans", "en", "bilingual"):
        held = queries.published(company.unit, "SALES", language, business_today())
        assert held is not None
        assert storage.get(held.sha256)[:2] == b"PK"
    owners = {code: version.owners for code, version in queries.clause_versions(company.unit).items()}
    assert (owners["C09"], owners["C15"], owners["C05"], owners["C13"]) == (
        ["CC", "FM"], ["LG"], ["QA"], ["RD", "LG"],
    )  # fmt: skip
    assert import_standard(company.unit) == []


def test_a_changed_word_takes_four_functions_and_the_general_manager(company: factories.Company) -> None:
    request = sent(drafted(company), company.drafter)
    assert sorted(request.steps.values_list("stage", "role")) == [
        (1, "FM"), (1, "LG"), (1, "QA"), (1, "RD"), (2, "GM"),
    ]  # fmt: skip
    evaluation = request.submissions.get().content["evaluation"]
    assert (evaluation["change"], [one["code"] for one in evaluation["changes"]]) == ("text", ["C14"])
    decide_all(request, company)
    assert request.state == "approved"
    held = in_force(company)
    assert held is not None
    assert (held.number, held.request_no, held.sha256) == (2, request.no, drafted_sha(FIVE_YEARS))


def drafted_sha(data: bytes) -> str:
    return storage.put(data)


def test_layout_alone_is_decided_by_legal_whatever_the_drafter_writes(company: factories.Company) -> None:
    version = drafted(company, BIGGER)
    templates.save_draft(version, {"change_note": "All clauses are new."}, company.drafter)
    request = sent(version, company.drafter)
    assert list(request.steps.values_list("role", flat=True)) == ["LG"]
    decide(request, "LG", company.lawyer)
    assert in_force(company) == version


def test_who_drew_it_up_never_countersigns_it_under_any_account(company: factories.Company) -> None:
    """The lawyer uploaded one of the files: his step needs another lawyer, else the owner of the policy decides it."""
    version = drafted(company)
    templates.upload(version.template, FIVE_YEARS, "again.docx", company.lawyer, version)
    shown = preview(KIND, TemplateVersion.objects.get(pk=version.pk), company.drafter)
    seated = {step.plan.role: {member.pk for member in step.pool.members} for step in shown.steps}
    assert seated["LG"] == {company.cfo.pk}
    assert any("Chief financial officer decides instead" in hint for hint in shown.hints)
    other = company.hire("Second lawyer", "LG")
    request = sent(version, company.drafter)
    with pytest.raises(Problem):
        decide(request, "LG", company.lawyer)
    decide(request, "LG", other)


def test_the_published_version_and_the_library_are_never_edited(company: factories.Company) -> None:
    held = in_force(company)
    assert held is not None
    for change in ({"sha256": "0" * 64}, {"valid_from": business_today()}, {"clauses": []}, {"state": "draft"}):
        if all(getattr(held, name) == value for name, value in change.items()):
            change = {"valid_from": business_today() + timedelta(days=1)}
        with pytest.raises(IntegrityError), transaction.atomic():
            TemplateVersion.objects.filter(pk=held.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        held.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        ClauseVersion.objects.filter(clause__unit=company.unit).update(text_zh="x")


def test_a_version_in_review_keeps_its_file(company: factories.Company) -> None:
    version = drafted(company)
    sent(version, company.drafter)
    with pytest.raises(Problem) as refused:
        templates.upload(version.template, GOOD, "other.docx", company.drafter, version)
    assert refused.value.code == "submitted"
    with pytest.raises(IntegrityError), transaction.atomic():
        TemplateVersion.objects.filter(pk=version.pk).update(sha256="0" * 64)


def test_the_old_version_holds_until_the_day_of_the_new_one(company: factories.Company) -> None:
    before = in_force(company)
    request = sent(drafted(company, days=10), company.drafter)
    decide_all(request, company)
    assert in_force(company) == before
    assert in_force(company, days=9) == before
    after = in_force(company, days=10)
    assert after is not None
    assert after.number == 2


def test_a_publication_renews_the_clauses_that_it_words_differently(company: factories.Company) -> None:
    decide_all(sent(drafted(company), company.drafter), company)
    newest = queries.clause_versions(company.unit)
    assert {code: one.number for code, one in newest.items() if one.number > 1} == {"C14": 2}
    assert "五年内" in newest["C14"].text_zh
    assert "three years" in newest["C14"].text_en
    assert Event.objects.filter(action="clause.renewed").count() == 1


def test_nothing_is_sent_that_has_errors_is_identical_or_out_of_date(company: factories.Company) -> None:
    broken, same, stale = drafted(company, said("{{ nothing }}")), drafted(company, GOOD), drafted(company, BIGGER)
    decide_all(sent(drafted(company), company.drafter), company)
    words = {
        version.pk: " ".join(preview(KIND, TemplateVersion.objects.get(pk=version.pk), company.drafter).blocks)
        for version in (broken, same, stale)
    }
    assert "found errors" in words[broken.pk]
    assert "identical" in words[same.pk]
    assert "Another version was published" in words[stale.pk]
    with pytest.raises(Problem):
        sent(broken, company.drafter)


def test_two_versions_of_a_template_are_not_in_review_at_once(company: factories.Company) -> None:
    first, second = drafted(company), drafted(company, BIGGER)
    request = sent(first, company.drafter)
    with pytest.raises(Problem):
        sent(second, company.drafter)
    decide(request, "LG", company.lawyer, "reject", "Not now.")
    sent(second, company.drafter)


def test_who_holds_no_drafting_role_uploads_nothing(company: factories.Company) -> None:
    for actor in (company.rep, company.general_manager, company.auditor):
        with pytest.raises(Problem) as refused:
            templates.upload(template(company), GOOD, "x.docx", actor)
        assert refused.value.status == 403


def test_a_contract_is_filled_with_its_values_and_deviations_as_data(company: factories.Company) -> None:
    held = in_force(company)
    assert held is not None
    values = fields.sample("zh-hans")
    filled = filling.fill(held, values, {"C09": ["9.1 账期 {{ 7 * 7 }} 日。"]})
    assert filled.context["replaced"] == {"C09": [{"line": "9.1 账期 {{ 7 * 7 }} 日。"}]}
    assert "settlement" not in filled.context
    assert filled.context["customer"]["name"] == "江南装备制造有限公司"
    with pytest.raises(filling.FillError) as missing:
        filling.fill(held, {**values, "total": None})
    assert missing.value.path == "total"
    with pytest.raises(filling.FillError):
        filling.fill(held, values, {"C77": ["x"]})

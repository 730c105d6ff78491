"""The pages of credit: case forms, papers, score sheet."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from audit.clock import db_now
from credit import services
from credit.forms import CreditApplicationForm
from credit.models import CaseForm
from policies.rules.calendar import business_date
from tests import factories
from tests.credit import factories as credit
from tests.default_policy import default_policy
from workflows.kinds.credit import Granted

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> factories.Company:
    default_policy(date(2026, 1, 1))
    return factories.company()


@pytest.fixture
def today(company: factories.Company) -> date:
    return business_date(db_now(), company.unit.time_zone)


def as_(user) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.AuthorityBackend")
    return client


SURVEY = {
    "kind": "limited", "founded": "2010-03-01", "cap_reg": "5000000", "addr_reg": "Wuxi", "addr_act": "Wuxi",
    "premises": "owned 800 m²", "bank": "ICBC ***1234", "vat": "general", "staff": "40", "owners": "Wang 60%\nLi 40%",
    "controller": "Wang", "managers": "Wang", "products": "Rolls", "brands": "A", "downstream": "120",
    "coverage": "80%", "wh": "900", "vehicles": "6", "sales_staff": "21", "turnover": "60000000",
    "cat_purch": "25000000", "suppliers": "A", "refs": "A\nB\nC", "court": "clean", "bounced": "none", "met": "Wang",
    "truth": "on", "CE1a": "4", "CE2b": "3",
}  # fmt: skip


def test_a_rep_files_the_survey_and_reads_it_again(company, today) -> None:
    customer = credit.customer(company)
    client, url = as_(company.rep), f"/credit/customers/{customer.pk}/forms/2/"
    assert client.get(url).status_code == 200
    answer = client.post(url, {**SURVEY, "as_of": today.isoformat(), "second_surveyor": company.manager.pk})
    assert answer.status_code == 302, answer.context and answer.context["form"].errors
    filed = CaseForm.objects.get()
    assert (filed.answers["CE1a"], filed.answers["turnover"]) == (4, "60000000")
    assert filed.second_surveyor == company.manager
    assert "60000000" in client.get(url).content.decode()


def test_a_survey_with_mistakes_is_shown_again_with_what_was_typed(company, today) -> None:
    customer = credit.customer(company)
    data = {**SURVEY, "as_of": today.isoformat(), "turnover": "6e7", "staff": ""}
    answer = as_(company.rep).post(f"/credit/customers/{customer.pk}/forms/2/", data)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"turnover", "staff"}
    assert "6e7" in answer.content.decode()


def test_the_anchor_texts_of_the_ratings_are_shown_and_escaped(company, today) -> None:
    customer = credit.customer(company)
    page = as_(company.rep).get(f"/credit/customers/{customer.pk}/forms/2/").content.decode()
    assert "0 &lt; 20 accounts or &lt; 20 % coverage" in page


@pytest.mark.parametrize("form_no", [3, 5])
def test_credit_control_files_analysis_and_potential(company, today, form_no) -> None:
    customer = credit.customer(company)
    data = {
        3: {"quality": "none", **dict.fromkeys(("c1", "c2", "c3", "c4", "c5"), "good"), "strengths": "x",
            "risks": "y", "rec": "300000 at 30 days", "coi": "on"},
        5: {"DP6": "4", "DP7": "3", "cat": "25000000", "fc": "9000000"},
    }[form_no]  # fmt: skip
    url = f"/credit/customers/{customer.pk}/forms/{form_no}/"
    answer = as_(company.credit_controller).post(url, {**data, "as_of": today.isoformat()})
    assert answer.status_code == 302, answer.context["form"].errors
    assert CaseForm.objects.get().form_no == form_no


def test_with_statements_the_figures_are_needed(company, today) -> None:
    customer = credit.customer(company)
    url = f"/credit/customers/{customer.pk}/forms/3/"
    answer = as_(company.credit_controller).post(url, {"quality": "audited", "as_of": today.isoformat()})
    assert {"ca", "ta", "cl", "tl", "eq", "rev", "np"} <= set(answer.context["form"].errors)


def test_a_rep_reads_the_analysis_but_may_not_file_it(company) -> None:
    customer = credit.customer(company)
    client, url = as_(company.rep), f"/credit/customers/{customer.pk}/forms/3/"
    assert client.get(url).status_code == 200
    assert client.post(url, {}).status_code == 403


def test_forms_of_an_invisible_customer_are_not_there(company) -> None:
    customer = credit.customer(company)
    assert as_(company.other_rep).get(f"/credit/customers/{customer.pk}/forms/2/").status_code == 404
    assert as_(company.rep).get(f"/credit/customers/{customer.pk}/forms/4/").status_code == 404


def test_a_paper_is_always_a_download(company, today) -> None:
    application = credit.draft(credit.customer(company), company, today)
    paper = services.add_attachment(application, "contract", "合同.pdf", credit.PDF, company.rep)
    answer = as_(company.rep).get(f"/credit/attachments/{paper.pk}/")
    assert answer.content == credit.PDF
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert as_(company.other_rep).get(f"/credit/attachments/{paper.pk}/").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_score_sheet_prints_every_indicator(company, today, language) -> None:
    application = credit.ready_application(company, today)
    company.rep.language = language
    company.rep.save(update_fields=["language"])
    page = as_(company.rep).get(f"/credit/applications/{application.pk}/score/").content.decode()
    for text in ("HP1", "CE4", "FA10", "DP7", "AAA"):
        assert text in page
    assert ("按期回款率" in page) == (language == "zh-hans")


def test_an_unfinished_draft_has_a_score_sheet_too(company, today) -> None:
    application = credit.draft(credit.customer(company), company, today, req_limit=None, req_term=None)
    assert as_(company.rep).get(f"/credit/applications/{application.pk}/score/").status_code == 200


def test_the_application_form_shows_all_sections_with_bilingual_labels(company, today) -> None:
    application = credit.draft(credit.customer(company), company, today)
    form = CreditApplicationForm(instance=application)
    with translation.override("zh-hans"):
        chinese = render_to_string("credit/_application_fields.html", {"form": form})
    with translation.override("en"):
        english = render_to_string("credit/_application_fields.html", {"form": form})
    assert "申请信用额度" in chinese
    assert "Requested limit" in english
    assert 'value="1200000"' in english
    assert all(f'name="{name}"' in english for name in form.fields)


def test_a_declaration_is_made_anew_each_time(company, today) -> None:
    customer = credit.customer(company)
    client, url = as_(company.rep), f"/credit/customers/{customer.pk}/forms/2/"
    client.post(url, {**SURVEY, "as_of": today.isoformat()})
    form = client.get(url).context["form"]
    assert form["controller"].value() == "Wang"
    assert not form["truth"].value()


def test_the_customer_page_leads_to_the_forms_and_says_what_is_filed(company, today) -> None:
    customer = credit.customer(company)
    client, page = as_(company.credit_controller), f"/customers/{customer.pk}/"
    before = client.get(page).content.decode()
    for form_no in (2, 3, 5):
        assert f"/credit/customers/{customer.pk}/forms/{form_no}/" in before
    assert before.count("not filed yet") == 3
    credit.survey(customer, company, today)
    assert client.get(page).content.decode().count("not filed yet") == 2
    assert f"/customers/{customer.pk}/" in client.get(f"/credit/customers/{customer.pk}/forms/2/").content.decode()


def test_credit_control_proves_a_condition_on_the_customer_page(company, today) -> None:
    application = credit.draft(credit.customer(company), company, today)
    terms = Granted(Decimal(500_000), 45, today, today + timedelta(days=300), security=("Guarantee of 200,000",))
    [line] = services.grant_line(application, terms=terms, request_no="CR-1", policy_number=1, actor=company.cfo)
    page, url = f"/customers/{application.customer_id}/", f"/credit/conditions/{line.pending.get().pk}/fulfil/"
    assert url not in as_(company.rep).get(page).content.decode()
    control = as_(company.credit_controller)
    assert url in control.get(page).content.decode()
    assert control.post(url, {"evidence": "\x00 "}).status_code == 422
    assert control.post(url, {"evidence": "In the safe, no. 12\x00"}).status_code == 302
    line.refresh_from_db()
    assert line.activated_at is not None
    assert url not in control.get(page).content.decode()

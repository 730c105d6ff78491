"""People, roles and the reporting line."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from accounts import services
from accounts.models import ApiToken, RoleAssignment, User
from accounts.queries import business_today, has_role, holders, visibility
from accounts.tokens import user_of_token
from audit.models import Event
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> factories.Company:
    return factories.company()


def test_a_circular_reporting_line_is_refused_with_the_field() -> None:
    top = factories.user("Top")
    middle = factories.user("Middle", reports_to=top)
    low = factories.user("Low", reports_to=middle)
    with pytest.raises(ValidationError) as caught:
        services.change_user(top, reports_to=low)
    assert "reports_to" in caught.value.message_dict


def test_the_database_refuses_a_circle_too() -> None:
    top = factories.user("Top")
    low = factories.user("Low", reports_to=top)
    with pytest.raises(IntegrityError, match="circle"), transaction.atomic():
        User.objects.filter(pk=top.pk).update(reports_to=low)
    top.reports_to = low
    with pytest.raises(IntegrityError, match="circle"), transaction.atomic():
        top.save()


def test_nobody_reports_to_himself() -> None:
    top = factories.user("Top")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=top.pk).update(reports_to=top)


def test_a_role_counts_from_its_first_day_until_the_day_before_its_last(company: factories.Company) -> None:
    today = business_today()
    person = factories.user("New")
    services.assign_role(person, "LG", unit=company.unit, valid_from=today + timedelta(days=1))
    assert not has_role(person, "LG")
    assert has_role(person, "LG", on=today + timedelta(days=1))
    leaving = factories.user("Leaving")
    services.assign_role(leaving, "LG", unit=company.unit, valid_from=factories.EVER, valid_to=today)
    assert has_role(leaving, "LG", on=today - timedelta(days=1))
    assert not has_role(leaving, "LG")


def test_selling_and_credit_control_are_not_combined_in_one_person(company: factories.Company) -> None:
    with pytest.raises(ValidationError) as caught:
        services.assign_role(company.rep, "CC", unit=company.unit)
    assert caught.value.message_dict.keys() == {"role"}


def test_nor_in_two_accounts_of_one_person(company: factories.Company) -> None:
    second = factories.user("Rep again", person=company.rep.person)
    with pytest.raises(ValidationError):
        services.assign_role(second, "AUD", unit=company.unit)


def test_a_region_of_another_company_is_refused(company: factories.Company) -> None:
    other = factories.company()
    with pytest.raises(ValidationError):
        services.assign_role(company.rep, "REP", unit=company.unit, region=other.east)


def test_the_scope_of_a_role_decides_who_holds_it(company: factories.Company) -> None:
    east = set(holders("SM", company.unit, company.east))
    assert east == {company.manager}
    assert set(holders("SM", company.unit, company.west)) == {company.other_manager}


def test_a_closed_account_holds_nothing_and_its_tokens_end(company: factories.Company) -> None:
    token = services.issue_token(company.manager, name="test")
    assert user_of_token(token) == company.manager
    services.set_active(company.manager, False, reason="left")
    company.manager.refresh_from_db()
    assert not has_role(company.manager, "SM")
    assert not holders("SM", company.unit, company.east).exists()
    assert user_of_token(token) is None


def test_superuser_and_staff_see_nothing_by_flag() -> None:
    operator = factories.user("Operator", is_staff=True, is_superuser=True)
    seen = visibility(operator)
    assert (seen.everything, seen.unit_ids, seen.region_ids) == (False, frozenset(), frozenset())
    assert not operator.has_perm("workflows.view_request")


def test_a_token_is_stored_as_a_hash_only(capsys: pytest.CaptureFixture[str], company: factories.Company) -> None:
    call_command("api_token", company.rep.email)
    token = capsys.readouterr().out.strip()
    assert user_of_token(token) == company.rep
    assert token not in str(ApiToken.objects.values_list())


def test_every_change_of_roles_is_in_the_trail(company: factories.Company) -> None:
    services.end_role(RoleAssignment.objects.get(user=company.manager), reason="moved")
    event = Event.objects.filter(action="accounts.role_ended").latest("pk")
    assert event.content["after"]["valid_to"] == business_today().isoformat()


def test_e_mail_addresses_fold_ascii_only() -> None:
    assert User.normal_email(" Ann@Example.COM ") == "ann@example.com"
    assert User.normal_email("KIM@example.com") != User.normal_email("\u212aim@example.com")


def test_duties_are_kept_apart_on_days_to_come_too(company: factories.Company) -> None:
    person, soon = factories.user("New"), business_today() + timedelta(days=5)
    services.assign_role(person, "REP", unit=company.unit, valid_from=soon, valid_to=soon + timedelta(days=10))
    with pytest.raises(ValidationError, match="nobody may combine"):
        services.assign_role(person, "AUD", valid_from=soon)
    second = factories.user("New Again", person=person.person)
    with pytest.raises(ValidationError, match="nobody may combine"):
        services.assign_role(second, "AUD", valid_from=soon)
    services.assign_role(person, "AUD", valid_from=soon + timedelta(days=10))


def test_a_changed_address_can_be_erased_from_the_trail(company: factories.Company) -> None:
    old = company.rep.email
    services.change_user(company.rep, actor=company.cfo, email="new@example.test", display_name="Renamed")
    event = Event.objects.get(action="accounts.user_changed")
    assert old not in event.body
    assert "new@example.test" not in event.body
    assert {value.field: value.value for value in event.pii_values.all()} == {
        "email_before": old,
        "email": "new@example.test",
    }
    assert event.content["after"] == {"display_name": "Renamed"}


@pytest.fixture
def operator(client: Client) -> User:
    person = factories.user("Operator")
    User.objects.filter(pk=person.pk).update(is_staff=True)
    client.force_login(person, backend="accounts.backends.AuthorityBackend")
    return person


def give(client: Client, user: User, role: str) -> str:
    data = {"user": user.pk, "role": role, "unit": "", "region": "", "valid_from": "2026-01-01", "valid_to": ""}
    return client.post("/admin/accounts/roleassignment/add/", data).content.decode()


def test_an_operator_reads_why_a_role_cannot_be_given(
    client: Client, operator: User, company: factories.Company
) -> None:
    assert "nobody may combine" in give(client, company.rep, "AUD")
    assert not has_role(company.rep, "AUD")
    give(client, company.manager, "SO")
    assert has_role(company.manager, "SO")


def test_an_operator_gives_himself_no_role(client: Client, operator: User) -> None:
    assert "Nobody gives a role to himself" in give(client, operator, "CFO")
    assert not has_role(operator, "CFO")


def test_a_change_of_a_company_is_in_the_trail(client: Client, operator: User, company: factories.Company) -> None:
    data = {name: getattr(company.unit, name) for name in
            ("code", "name_zh", "name_en", "currency", "holiday_calendar", "uscc", "address_zh", "address_en")}  # fmt: skip
    client.post(f"/admin/accounts/unit/{company.unit.pk}/change/", {**data, "time_zone": "Europe/Berlin"})
    event = Event.objects.get(action="accounts.structure_changed")
    assert event.actor_id == operator.pk
    assert event.content["before"] == {"time_zone": "Asia/Shanghai"}
    assert event.content["after"] == {"time_zone": "Europe/Berlin"}


def test_an_account_does_not_move_to_a_person_whose_roles_nobody_may_combine_with_its_own(company) -> None:
    with pytest.raises(ValidationError) as caught:
        services.change_user(company.credit_controller, person=company.rep.person)
    assert "person" in caught.value.message_dict
    company.credit_controller.refresh_from_db()
    assert company.credit_controller.person != company.rep.person
    newcomer = factories.user("Newcomer")
    assert services.change_user(company.credit_controller, person=newcomer.person).person == newcomer.person

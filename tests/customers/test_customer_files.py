"""Who sees, opens, changes and shares a customer file, and what the trail keeps of it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.problems import Problem
from accounts.services import end_role, set_active
from audit.models import Event, PiiValue
from customers import services
from customers.models import Contact, Customer, Invoice, Licence
from customers.queries import found, look_alikes
from tests import factories

USCC = "91350100M000100Y43"


@pytest.fixture
def company(db):
    return factories.company()


@pytest.fixture
def huakang(company):
    return opened(company, name="华康医药有限公司", code="HK", uscc=USCC, legal_rep="王伟", phone="13800001234")


def opened(company, *, actor=None, owner=None, region=None, **fields):
    return services.create_customer(
        unit=company.unit, region=region or company.east, owner=owner or company.rep, actor=actor or company.keeper,
        **fields,
    )  # fmt: skip


def codes(error):
    return {field: [each.code for each in errors] for field, errors in error.value.error_dict.items()}


def test_a_rep_sees_his_own_customers_and_not_a_colleagues(company, huakang):
    assert huakang in Customer.objects.visible_to(company.rep)
    assert huakang not in Customer.objects.visible_to(company.other_rep)


def test_managers_see_their_region_and_finance_sees_everything(company, huakang):
    assert huakang in Customer.objects.visible_to(company.manager)
    assert huakang not in Customer.objects.visible_to(company.other_manager)
    stranger = factories.company()
    for person in (stranger.director, stranger.keeper, stranger.rep):
        assert huakang not in Customer.objects.visible_to(person)
    for person in (company.director, company.auditor, stranger.auditor, stranger.finance_manager):
        assert huakang in Customer.objects.visible_to(person)


def test_a_superuser_without_role_sees_nothing(company, huakang):
    operator = factories.user("Operator", is_superuser=True, is_staff=True)
    assert not Customer.objects.visible_to(operator).exists()


def test_a_closed_account_and_an_ended_role_see_nothing(company, huakang):
    end_role(company.manager.role_assignments.get())
    assert not Customer.objects.visible_to(company.manager).exists()
    set_active(company.rep, False)
    company.rep.refresh_from_db()
    assert not Customer.objects.visible_to(company.rep).exists()


def test_a_shared_customer_is_seen_until_the_share_is_taken_back(company, huakang):
    services.share_customer(huakang, company.other_rep, company.rep)
    services.share_customer(huakang, company.other_rep, company.rep)
    assert huakang in Customer.objects.visible_to(company.other_rep)
    assert company.other_rep.has_perm("customers.view_customer", huakang)
    assert Event.objects.filter(action="customers.customer_shared").count() == 1
    services.unshare_customer(huakang, company.other_rep, company.rep)
    assert huakang not in Customer.objects.visible_to(company.other_rep)
    assert Event.objects.filter(action="customers.customer_unshared").count() == 1


def test_who_looks_after_a_customer_cannot_keep_it_by_sharing_it_with_himself(company, huakang):
    for account in (company.rep, factories.user("Second Account", person=company.rep.person)):
        with pytest.raises(Problem) as caught:
            services.share_customer(huakang, account, company.rep)
        assert (caught.value.status, caught.value.code) == (422, "shared_with_owner")
    assert not Event.objects.filter(action="customers.customer_shared").exists()


def test_only_who_may_edit_may_share(company, huakang):
    for person in (company.other_rep, company.auditor, company.credit_controller):
        with pytest.raises(Problem) as refused:
            services.share_customer(huakang, company.other_rep, person)
        assert refused.value.status == 403


def test_facts_and_contacts_follow_the_visibility_of_their_customer(company, huakang):
    services.save_contact(huakang, {"name": "Li"}, actor=company.rep)
    assert Contact.objects.visible_to(company.rep).count() == 1
    assert Contact.objects.visible_to(company.other_rep).count() == 0
    assert Invoice.objects.visible_to(company.auditor).count() == 0


def test_opening_a_file_is_recorded_without_personal_data_in_the_body(company, huakang):
    event = Event.objects.get(action="customers.customer_created", customer_id=huakang.pk)
    assert event.stream == f"customer:{huakang.pk}"
    assert "王伟" not in event.body
    assert "13800001234" not in event.body
    assert set(PiiValue.objects.filter(event=event).values_list("field", flat=True)) == {"legal_rep", "phone"}


def test_contacts_leave_only_commitments_in_the_trail(company, huakang):
    contact = services.save_contact(
        huakang, {"name": "李娜", "mobile": "13912345678", "email": "li@example.cn", "title": "采购"}, actor=company.rep
    )
    services.save_contact(huakang, {"mobile": "13987654321"}, actor=company.rep, contact=contact)
    for event in Event.objects.filter(action="customers.contact_saved"):
        for value in ("李娜", "13912345678", "13987654321", "li@example.cn"):
            assert value not in event.body
    assert PiiValue.objects.filter(field="contact.mobile").count() == 2


def test_saving_without_a_change_leaves_no_event(company, huakang):
    before = Event.objects.count()
    same = services.change_customer(
        huakang, {"name": huakang.name, "uscc": USCC.lower()}, actor=company.rep, revision=1
    )
    assert same.revision == 1
    assert Event.objects.count() == before


def test_a_change_is_recorded_and_raises_the_revision(company, huakang):
    changed = services.change_customer(huakang, {"name": "华康集团"}, actor=company.rep, revision=1)
    assert (changed.revision, changed.pinyin) == (2, "huakangjituan hkjt")
    event = Event.objects.get(action="customers.customer_changed")
    assert '"name":"华康集团"' in event.body.replace(" ", "")


def test_two_editors_cannot_overwrite_each_other(company, huakang):
    services.change_customer(huakang, {"name": "华康集团"}, actor=company.rep, revision=1)
    with pytest.raises(Problem) as refused:
        services.change_customer(huakang, {"short_name": "华康"}, actor=company.keeper, revision=1)
    assert refused.value.status == 409


def test_stars_owner_and_unit_cannot_be_slipped_in(company, huakang):
    for field, value in [
        ("tier", 4),
        ("key_account", True),
        ("unit", company.unit),
        ("owner", company.other_rep),
        ("code", "X"),
    ]:
        with pytest.raises(ValidationError):
            services.change_customer(huakang, {field: value}, actor=company.rep)
    with pytest.raises(ValidationError):
        opened(company, code="X1", name="X", tier=4)


def test_customer_service_gives_a_customer_to_another_rep(company, huakang):
    services.change_customer(huakang, {"owner": company.other_rep, "region": company.west}, actor=company.keeper)
    assert huakang in Customer.objects.visible_to(company.other_rep)
    assert huakang not in Customer.objects.visible_to(company.rep)


def test_a_manager_cannot_push_a_customer_into_a_region_he_does_not_cover(company, huakang):
    with pytest.raises(Problem):
        services.change_customer(huakang, {"region": company.west}, actor=company.manager)


def test_a_rep_opens_files_for_himself_only_and_in_his_region(company):
    assert opened(company, actor=company.rep, code="A", name="Alpha").owner == company.rep
    with pytest.raises(Problem):
        opened(company, actor=company.rep, owner=company.other_rep, code="B", name="Beta")
    with pytest.raises(Problem):
        opened(company, actor=company.rep, region=company.west, code="C", name="Gamma")
    with pytest.raises(Problem):
        opened(company, actor=company.auditor, code="D", name="Delta")


def test_a_wrong_credit_code_is_refused(company):
    with pytest.raises(ValidationError) as refused:
        opened(company, code="X", name="X", uscc=USCC[:-1] + "4")
    assert codes(refused)["uscc"] == ["uscc"]


def test_a_credit_code_is_used_once_in_a_unit_and_an_empty_one_often(company, huakang):
    opened(company, code="X", name="Alpha")
    opened(company, code="Y", name="Beta")
    with pytest.raises(ValidationError):
        opened(company, code="Z", name="Gamma", uscc=USCC)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.customer(company, uscc=USCC)


def test_a_name_that_looks_like_another_is_refused_until_compared(company, huakang):
    opened(company, code="A", name="ABC Medical")
    twin = "АВС Medical"  # Cyrillic А, В and С
    with pytest.raises(ValidationError) as refused:
        opened(company, code="B", name=twin)
    assert codes(refused) == {"name": ["look_alike"]}
    made = opened(company, code="B", name=twin, accept_look_alike=True)
    assert made.name == twin
    assert [each.code for each in look_alikes("abc-medical", company.unit)] == ["A", "B"]


@pytest.mark.parametrize("char", ["\u200b", "\u202e", "\x07", "\n"])
def test_invisible_characters_are_refused_in_every_text(company, char):
    for field in ("name", "short_name", "registered_address"):
        with pytest.raises(ValidationError) as refused:
            opened(company, code="X", **{"name": "Alpha", field: f"Al{char}pha"})
        assert codes(refused)[field] == ["hidden"]


def test_a_licence_cannot_end_before_it_begins(company, huakang):
    with pytest.raises(ValidationError):
        services.save_licence(
            huakang, {"kind": "business", "number": "1", "valid_from": date(2026, 1, 2), "valid_to": date(2026, 1, 1)},
            actor=company.rep,
        )  # fmt: skip
    assert not Licence.objects.exists()


def test_a_contact_of_another_customer_cannot_be_changed_through_ones_own(company, huakang):
    other = opened(company, code="O", name="Other", owner=company.other_rep)
    contact = services.save_contact(other, {"name": "Li"}, actor=company.keeper)
    with pytest.raises(Contact.DoesNotExist):
        services.save_contact(huakang, {"name": "Wang"}, actor=company.rep, contact=contact)


def test_the_legal_record_is_kept_by_control_functions_and_closed_with_a_reason(company, huakang):
    with pytest.raises(Problem):
        services.open_legal_flag(huakang, kind="lawsuit", on=date(2026, 1, 5), source="court", actor=company.rep)
    flag = services.open_legal_flag(
        huakang, kind="lawsuit", on=date(2026, 1, 5), source="court", actor=company.credit_controller
    )
    with pytest.raises(ValidationError):
        services.close_legal_flag(flag, on=date(2026, 1, 4), reason="paid", actor=company.lawyer)
    services.close_legal_flag(flag, on=date(2026, 2, 1), reason="paid", actor=company.lawyer)
    services.close_legal_flag(flag, on=date(2026, 3, 1), reason="again", actor=company.lawyer)
    flag.refresh_from_db()
    assert flag.closed_on == date(2026, 2, 1)
    assert Event.objects.filter(action="customers.legal_flag_closed").count() == 1


@pytest.mark.parametrize("text", ["华康", "huakang", "hkyy", "HK", USCC, "HuaKang YiYao", " 医药 "])
def test_a_customer_is_found_by_name_pinyin_initials_and_code(company, huakang, text):
    opened(company, code="ZZ", name="安泰商贸")
    assert list(found(Customer.objects.all(), text)) == [huakang]


def test_the_database_refuses_five_stars_and_endless_amounts(company):
    for wrong in ({"tier": 5}, {"turnover": 10**12 + 1}, {"category_purchases": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.customer(company, **wrong)

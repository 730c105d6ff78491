"""The demo company: the figures of the source document, something to do for everybody, the same twice."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command
from django.db.models import Sum
from django.utils import timezone

from accounts.models import RoleAssignment, User
from accounts.queries import business_today
from accounts.roles import Role
from audit.verify import verify
from credit.models import CreditLine
from credit.rules.indicators import Window
from customers.models import Customer, Invoice, LegalFlag, Licence
from customers.queries import last_feed
from jobs.models import Job
from workflows.demo import logins, trade, worked
from workflows.demo.worked_trade import worked_book
from workflows.models import Consultation, Question, Request, Step
from workflows.queries import inbox


def test_thirty_of_ninety_three_customers_carry_9416_of_13017_tonnes(demo: None) -> None:
    window = Window(business_today())
    weights = (
        Invoice.objects.filter(unit__code="rolls", invoiced_on__gte=window.start, invoiced_on__lt=window.after)
        .order_by()
        .values("customer")
        .annotate(tonnes=Sum("tonnes"))
        .values_list("tonnes", flat=True)
    )
    heaviest = sorted(weights, reverse=True)
    assert len(heaviest) == 93
    assert sum(heaviest) == Decimal(13_017)
    assert sum(heaviest[:30]) == Decimal(9_416)
    assert heaviest[29] > 100 > heaviest[30]


def test_there_are_24_months_of_trade_and_nothing_is_stale(demo: None) -> None:
    today = business_today()
    for unit_code in ("rolls", "medical"):
        days = Invoice.objects.filter(unit__code=unit_code).values_list("invoiced_on", flat=True)
        assert min(days) < today - timedelta(days=700)
        assert max(days) <= today
        unit = Customer.objects.filter(unit__code=unit_code)[0].unit
        feeds = last_feed(unit)
        assert set(feeds) == {"orders", "invoices", "receipts", "claims"}
        assert all(timezone.now() - at < timedelta(hours=1) for at in feeds.values())


def test_every_role_has_somebody_and_both_languages_are_spoken(demo: None) -> None:
    assert set(RoleAssignment.objects.values_list("role", flat=True)) == set(Role.values)
    assert set(User.objects.values_list("language", flat=True)) == {"zh-hans", "en"}


def test_requests_are_in_every_state(demo: None) -> None:
    states = Counter(Request.objects.values_list("state", flat=True))
    assert set(states) == {"in_review", "returned", "signing", "approved", "rejected", "withdrawn"}
    assert Request.objects.filter(round=2, state="in_review").count() >= 2
    assert Request.objects.filter(confidential=True).exists()
    verbs = set(Request.objects.values_list("decisions__verb", flat=True))
    assert verbs >= {"approve", "approve_conditional", "return", "reject"}


@pytest.mark.parametrize(
    "box", ["sm.south", "sm.east", "sm.north", "rd.med", "rd.rolls", "cc.med", "cc.rolls", "fm.med", "fm.rolls", "cfo",
            "gm.med", "gm.rolls", "chair", "lg.med"],
)  # fmt: skip
def test_every_decider_has_something_to_decide(demo: None, box: str) -> None:
    waiting = inbox(User.objects.get(email=f"{box}@demo.example"))
    assert len(list(waiting)) >= 1


def test_a_colleague_is_stood_in_for_and_questions_wait_for_their_answers(demo: None) -> None:
    waiting = inbox(User.objects.get(email="sm.south@demo.example"))
    regions = {step.request.region.code for step in waiting if step.request.region}
    assert regions == {"south", "central"}, "his own, and that of the colleague for whom he stands in"
    assert [each.request.submitter.email for each in Question.objects.filter(closed_at=None)] == [
        "rep.south@demo.example"]  # fmt: skip
    assert Consultation.objects.filter(answered_at=None).count() == 1


def test_credit_control_of_medical_has_about_a_dozen(demo: None) -> None:
    assert 10 <= Step.objects.filter(status="open", role="CC", request__unit__code="medical").count() <= 14


def test_approved_lines_are_in_force_and_one_waits_for_its_security(demo: None) -> None:
    decided = CreditLine.objects.filter(request_no__startswith="CR-")
    assert decided.filter(activated_at__isnull=False, ended_at__isnull=True).count() >= 3
    assert decided.filter(activated_at__isnull=True, pending__fulfilled_at__isnull=True).exists()
    letters = Job.objects.filter(kind="workflows.letters").count()
    assert letters == Request.objects.filter(state__in=("approved", "rejected")).count()


def test_files_have_licences_about_to_end_ended_ones_and_legal_records(demo: None) -> None:
    today = business_today()
    ends = [day for day in Licence.objects.filter(blocking=True).values_list("valid_to", flat=True) if day]
    assert any(day < today for day in ends)
    assert any(today <= day <= today + timedelta(days=30) for day in ends)
    assert LegalFlag.objects.count() >= 3
    members = Counter(Customer.objects.exclude(group=None).values_list("group__code", flat=True))
    assert sum(1 for count in members.values() if count >= 3) >= 2


def test_the_command_is_silent_and_does_nothing_the_second_time(demo: None) -> None:
    before = (Customer.objects.count(), Request.objects.count(), Invoice.objects.count())
    printed = StringIO()
    call_command("seed_demo", stdout=printed)
    assert printed.getvalue() == ""
    assert (Customer.objects.count(), Request.objects.count(), Invoice.objects.count()) == before


def test_the_trail_of_the_demo_is_sound(demo: None) -> None:
    assert [finding for finding in verify().findings if not finding.warning] == []


def test_the_table_of_logins_lines_up_in_the_terminal(demo: None) -> None:
    printed = StringIO()
    call_command("demo_logins", stdout=printed)
    lines = printed.getvalue().splitlines()
    heading = next(n for n, line in enumerate(lines) if line.startswith("E-mail"))
    start = lines[heading].index("Language")
    languages = {user.email: user.language for user in User.objects.all()}
    rows = lines[heading + 2 :]
    assert len(rows) == len(languages)
    for row in rows:
        assert logins._width(row) == start + len(languages[row.split()[0]])


def test_the_same_day_gives_the_same_trade() -> None:
    day = date(2026, 2, 28)
    profile = trade.Profile(Decimal(1_000_000), 10, 20, 30, "slow", Decimal(20), ("A", "B"))
    assert trade.book(Random(5), day, profile) == trade.book(Random(5), day, profile)
    assert worked_book(Random(5), day, worked.E3.behaviour) == worked_book(Random(5), day, worked.E3.behaviour)

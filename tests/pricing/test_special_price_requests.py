"""Special price requests against the database: judged from the lists, added up, granted as decided."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.problems import Problem
from accounts.queries import business_today
from policies.queries import pack, version_in_force
from pricing.models import PriceAgreement, SpecialPrice
from pricing.services import special_prices
from tests.pricing.factories import market
from workflows import services
from workflows.kinds.special_price import KIND, assess
from workflows.models import Request, Submission
from workflows.preview import preview

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return market()


def judged(letter):
    today = business_today()
    letter = SpecialPrice.objects.select_related(*special_prices.AROUND).get(pk=letter.pk)
    return assess(letter, pack(version_in_force(today)), today)


def seen(shop, letter):
    return preview(
        KIND, SpecialPrice.objects.select_related(*special_prices.AROUND).get(pk=letter.pk), shop.company.rep
    )


def roles(shown):
    return [[step.role for step in stage.steps] for stage in shown.plan.stages]


def submitted(shop, letter):
    return services.submit(
        KIND, letter.pk, actor=shop.company.rep, idempotency_key=f"send-{letter.pk}-{letter.revision}"
    )


def decided(no, role, actor, **conditions):
    request = Request.objects.get(no=no)
    content = Submission.objects.get(request=request, round=request.round).content_sha256
    step = request.steps.get(role=role, status="open")
    said = (
        {"verb": "approve_conditional", "conditions": conditions, "reason": "as agreed"}
        if conditions
        else {"verb": "approve"}
    )
    services.decide(no, step.pk, actor=actor, content_sha256=content, idempotency_key=uuid4().hex, **said)


def test_worked_example_goes_to_the_manager_then_director_and_finance_together(shop):
    shown = seen(shop, shop.letter())
    assert shown.blocks == ()
    assert roles(shown) == [["SM"], ["RD", "FM"]]
    content = shown.content["evaluation"]
    (line,) = content["lines"]
    assert (line["tier_price"], line["extra_points"], line["gross_margin"]) == ("95.0000", "7.00", "18.18")
    assert Decimal(line["concession"]) == 28_000
    assert [hint["price"] for hint in line["hints"]] == ["96.0000"]
    assert [hint["en"] for hint in content["hints"]] == ["A100 at 96.00 or above: nobody is needed"]


def test_a_discount_is_taken_off_the_list_price_and_rounded_to_four_places(shop):
    shop.product("C", price="3.3333", cost="1")
    letter = shop.letter({"product": "C", "quantity": 10, "requested_discount": "7.5"})
    assert judged(letter).content["evaluation"]["lines"][0]["net_price"] == "3.0833"


def test_an_earlier_request_of_the_window_is_added_before_routing(shop):
    first = shop.letter({"product": "A100", "quantity": 15_000, "requested_price": "94"})
    second = shop.letter({"product": "B200", "quantity": 10_000, "requested_price": "47"})
    before = judged(second).facts
    SpecialPrice.objects.filter(pk=first.pk).update(submitted=True, submitted_at=second.created_at)
    after = judged(second).facts
    assert (before["concession"], after["concession_own"]) == (Decimal(5_000), Decimal(5_000))
    assert (after["concession_earlier"], after["concession"]) == (Decimal(15_000), Decimal(20_000))


def test_evidence_from_the_competitor_stops_the_request(shop):
    row = {"product": shop.products["A100"], "competitor": "X", "price": Decimal(87), "currency": "CNY",
           "obtained_on": business_today(), "how": "competitor"}  # fmt: skip
    shown = seen(shop, shop.letter(rows={"evidence": [row]}, reason_code="competitor"))
    assert any("must not be obtained from the competitor" in block for block in shown.blocks)


@pytest.mark.parametrize(("age", "enough"), [(60, True), (61, False)])
def test_evidence_ages_out_after_sixty_days(shop, age, enough):
    row = {"product": shop.products["A100"], "competitor": "X", "price": Decimal(80), "currency": "CNY",
           "obtained_on": business_today() - timedelta(days=age), "how": "email"}  # fmt: skip
    shown = seen(shop, shop.letter(rows={"evidence": [row]}, reason_code="competitor"))
    assert shown.submittable is enough


@pytest.mark.parametrize(("product", "currency"), [("B200", "CNY"), ("A100", "USD")])
def test_evidence_about_another_product_or_in_another_currency_shows_nothing(shop, product, currency):
    row = {"product": shop.products[product], "competitor": "X", "price": Decimal(80), "currency": currency,
           "obtained_on": business_today(), "how": "email"}  # fmt: skip
    shown = seen(shop, shop.letter(rows={"evidence": [row]}, reason_code="competitor"))
    assert not shown.submittable


def test_going_below_an_evidenced_price_brings_legal(shop):
    row = {"product": shop.products["A100"], "competitor": "X", "price": Decimal(90), "currency": "CNY",
           "obtained_on": business_today(), "how": "email"}  # fmt: skip
    assert "LG" in roles(seen(shop, shop.letter(rows={"evidence": [row]})))[1]


def test_a_promised_rebate_is_an_element_of_every_line_and_counts_at_its_best_case(shop):
    promise = {
        "kind": "rebate",
        "basis": "net",
        "mode": "percent",
        "expected": Decimal(1),
        "best": Decimal(8),
        "note": "",
    }
    letter = shop.letter(rows={"considerations": [promise]}, consideration="list")
    (line,) = judged(letter).content["evaluation"]["lines"]
    assert line["pocket"] == "80.9600"
    assert line["waterfall"]["pocket"] == "87.1200"
    assert [step["kind"] for step in line["waterfall_best"]["steps"]] == ["tier", "special", "rebate"]
    assert roles(seen(shop, letter))[-1] == ["GM"]  # 11.1 % is below the floor


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"consideration": ""}, "statement about other promises"), ({"consideration": "list"}, "List what else was promised"),
     ({"reason_text": ""}, "reason in words"), ({"annual_best": Decimal(1)}, "at best must not be below")],
)  # fmt: skip
def test_what_is_missing_is_said(shop, changes, said):
    assert any(said in block for block in seen(shop, shop.letter(**changes)).blocks)


def test_pieces_are_whole_and_a_price_is_above_zero(shop):
    letter = shop.letter(
        {"product": "A100", "quantity": "1.5", "requested_price": "88"},
        {"product": "B200", "quantity": 1, "requested_price": "0"},
    )
    said = seen(shop, letter).blocks
    assert any("whole units only" in block for block in said)
    assert any("above zero" in block for block in said)


def test_a_price_within_policy_is_granted_without_anybody(shop):
    letter = shop.letter({"product": "B200", "quantity": 10, "requested_price": "47.5"})
    request = submitted(shop, letter)
    request.refresh_from_db()
    assert request.state == "approved"
    line = PriceAgreement.objects.get(request_no=request.no).lines.get()
    assert (line.net_price, line.cap_quantity, line.hard) == (Decimal("47.5"), Decimal(10), False)


def test_what_the_approvers_tightened_is_what_is_granted(shop):
    company = shop.company
    request = submitted(shop, shop.letter())
    until = business_today() + timedelta(days=30)
    decided(request.no, "SM", company.manager, valid_to=until)
    decided(request.no, "RD", company.director, quantity_pct=Decimal(50))
    decided(request.no, "FM", company.finance_manager, max_discount_pct=Decimal(10))
    agreement = PriceAgreement.objects.get(request_no=request.no)
    line = agreement.lines.get()
    assert (agreement.valid_to, line.net_price, line.cap_quantity) == (until, Decimal(90), Decimal(2000))
    assert line.hard  # half of it was agreed, and not one piece more


def test_a_second_price_for_the_same_product_replaces_the_first(shop):
    first = submitted(shop, shop.letter({"product": "B200", "quantity": 10, "requested_price": "47.5"}))
    letter = shop.letter({"product": "B200", "quantity": 10, "requested_price": "47.6"})
    old = PriceAgreement.objects.get(request_no=first.no)
    assert judged(letter).content["evaluation"]["replaces"] == [old.number]
    submitted(shop, letter)
    old.refresh_from_db()
    assert old.ended_on is not None


def test_an_agreement_with_more_products_is_not_torn_apart(shop):
    both = [
        {"product": code, "quantity": 10, "requested_price": price} for code, price in (("A100", "99"), ("B200", "48"))
    ]
    submitted(shop, shop.letter(*both))
    shown = seen(shop, shop.letter(both[0]))
    assert any("also for products that are not asked for here" in block for block in shown.blocks)


def test_somebody_who_does_not_see_the_customer_writes_nothing(shop):
    with pytest.raises(Problem) as refused:
        special_prices.save_draft(shop.customer, {}, shop.company.other_rep)
    assert refused.value.status == 404
    with pytest.raises(Problem) as refused:
        special_prices.save_draft(shop.customer, {}, shop.company.auditor)
    assert refused.value.status == 403


def test_a_submitted_request_is_not_edited(shop):
    letter = shop.letter()
    submitted(shop, letter)
    with pytest.raises(Problem) as refused:
        special_prices.save_draft(shop.customer, {"reason_text": "x"}, shop.company.rep, letter)
    assert refused.value.status == 409

"""The pure rules of contracts: amounts in two ways of writing, what deviates, who signs, whether a copy is ours."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules import amounts
from contracts.rules.deviations import (
    Approved,
    Deviation,
    Line,
    Price,
    Term,
    differences,
    drops_cap,
    fixes_resale_price,
    longer_than,
    price_differences,
    routing_facts,
)
from contracts.rules.signing import Signer, compare, effective_on, may_become, signer_refusal, warning
from policies.rules.plan import compile_plan
from policies.seed import default_pack

TODAY = date(2026, 11, 22)


@given(st.integers(0, 10**14))
def test_the_capitals_of_every_amount_up_to_a_trillion_say_the_same_amount(fen: int) -> None:
    amount = Decimal(fen) / 100
    assert amounts.read_capitals(amounts.capitals(amount)) == amount


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"), ("0.05", "伍分"), ("0.50", "伍角整"), ("10.05", "壹拾元零伍分"), ("100000", "壹拾万元整"),
        ("1000000000000", "壹万亿元整"), ("100000005", "壹亿零伍元整"), ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("200000010000", "贰仟亿零壹万元整"), ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
    ],
)  # fmt: skip
def test_amounts_are_written_as_bills_are_filled_in(amount: str, words: str) -> None:
    assert amounts.capitals(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["-1", "-0.01", "1000000000000.01", "NaN", "1.005"])
def test_a_negative_or_impossible_amount_is_no_amount_of_a_contract(amount: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        amounts.capitals(Decimal(amount))


@pytest.mark.parametrize("text", ["壹佰", "壹佰圆整", "元整", "壹佰元零壹分整", "一百元整", "佰元整", ""])
def test_capitals_written_in_another_way_are_refused(text: str) -> None:
    with pytest.raises(amounts.NotCapitalsError):
        amounts.read_capitals(text)


def test_figures_and_capitals_of_a_paper_have_to_agree() -> None:
    good = "合同总金额¥1,164,000.00（大写：壹佰壹拾陆万肆仟元整）"
    amount = Decimal(1_164_000)
    assert amounts.disagreements(good, [amount]) == []
    assert amounts.disagreements(good.replace("陆万", "伍万"), [amount])
    assert amounts.disagreements(good.replace("1,164", "1,165"), [amount])


def test_only_the_approved_figure_is_standard_in_either_direction() -> None:
    terms = [
        Term("term_days", "payment", "账期", "term", 60, 45),
        Term("discount", "territory", "折扣", "discount", None, Decimal(5)),
        Term("late_rate", "liability", "违约金", "late rate", Decimal("0.50"), Decimal("0.5")),
        Term("credit_limit", "payment", "额度", "limit", Decimal(100), Decimal(200)),
    ]
    assert [each.field for each in differences(terms)] == ["term_days", "credit_limit"]


def test_a_price_is_the_approved_one_or_a_deviation() -> None:
    approved = Approved(prices={"A": Price("A", Decimal(95), "list"), "B": Price("B", Decimal(80), "agreement", "PA-1", None, Decimal(3))})  # fmt: skip
    lines = [
        Line("A", "a", Decimal(1)),
        Line("A", "a", Decimal(1), Decimal(94)),
        Line("B", "b", Decimal(4)),
        Line("", "c", Decimal(1), Decimal(7)),
    ]
    assert [each.field for each in price_differences(lines, approved)] == ["price", "quantity", "price"]
    split = [Line("B", "b", Decimal(2)), Line("B", "b", Decimal(2))]
    assert [(each.field, each.asked) for each in price_differences(split, approved)] == [("quantity", "4")]


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("乙方转售价格不得低于100元。", True), ("乙方应遵守甲方指定的零售价格", True), ("The minimum resale price is 10.", True),
        ("Resale prices shall not be below list.", True), ("甲方不限定转售价格。", False),
        ("There is no minimum resale price.", False), ("乙方自主决定其转售价格。", False), ("Prices follow the market.", False),
    ],
)  # fmt: skip
def test_a_clause_that_fixes_the_resale_price_is_recognised(text: str, fixed: bool) -> None:
    assert fixes_resale_price(text) is fixed


def test_a_contract_of_a_year_is_not_longer_than_twelve_months() -> None:
    assert not longer_than(date(2026, 1, 1), date(2026, 12, 31), 12)
    assert longer_than(date(2026, 1, 1), date(2027, 1, 1), 12)
    assert not longer_than(date(2028, 2, 29), date(2029, 2, 28), 12)


OWNERS = [
    ("payment", [["SM"], ["CC", "FM"]]), ("liability", [["SM"], ["LG"]]), ("confidentiality", [["SM"], ["LG"]]),
    ("quality", [["SM"], ["QA"]]), ("jurisdiction", [["SM"], ["LG"]]), ("territory", [["SM"], ["RD", "LG"], ["GM"]]),
    ("term", [["SM"], ["RD", "LG"]]), ("delivery", [["SM"], ["RD"]]),
]  # fmt: skip


def route(value: int = 400_000, **facts: Any) -> list[list[str]]:
    known: dict[str, Any] = {
        "contract_value": Decimal(value),
        "mandatory_missing": 0,
        "licence_expired": False,
        "unresolved_fields": 0,
    }
    plan = compile_plan(default_pack(), "contract", {**known, **facts})
    return [[step.role for step in stage.steps] for stage in plan.stages]


@pytest.mark.parametrize(("category", "stages"), OWNERS)
def test_each_clause_goes_to_its_owners_beside_the_second_step(category: str, stages: list[list[str]]) -> None:
    facts = routing_facts([Deviation("C09", category, "Other words", "asked for")], [])
    assert route(**facts) == stages


def test_the_value_decides_how_far_up_a_standard_contract_goes() -> None:
    assert route(500_000) == [["SM"]]
    assert route(500_001) == route(2_000_000) == [["SM"], ["RD"]]
    assert route(2_000_001) == [["SM"], ["RD", "FM"], ["CFO"], ["GM"]]


def test_removing_the_cap_on_liability_goes_to_the_gm() -> None:
    facts = routing_facts([Deviation("C15", "liability", "No cap", "asked for", cap_removed=True)], [])
    assert route(**facts) == [["SM"], ["LG"], ["GM"]]


@pytest.mark.parametrize(
    ("text", "drops"),
    [
        ("违约金累计不超过所涉金额的百分之三十。", False), ("无论何种情形，赔偿以合同金额为限。", False),
        ("Damages shall not exceed thirty per cent.", False), ("Liability is capped at the price.", False),
        ("赔偿责任不设上限。", True), ("赔偿无上限，且不以违约金为限。", True), ("乙方承担全部损失。", True),
        ("Liability without any cap.", True), ("Losses including but not limited to lost profit.", True),
    ],
)  # fmt: skip
def test_naming_a_cap_to_say_that_there_is_none_drops_it(text: str, drops: bool) -> None:
    assert drops_cap(["15.3 违约金累计不超过所涉金额的百分之二十"], text) is drops


def test_the_customers_paper_is_one_level_higher_and_always_with_legal_and_finance() -> None:
    assert route(400_000, customer_paper=True) == [["SM"], ["RD", "FM", "LG"]]
    assert route(600_000, customer_paper=True) == [["SM"], ["RD", "FM", "LG"], ["CFO"], ["GM"]]


@pytest.mark.parametrize(
    ("signer", "code"),
    [
        (Signer(""), "signer_missing"),
        (Signer("Chen", legal_rep=True), ""),
        (Signer("Zhou", document="SQ-1"), "authority_missing"),
        (Signer("Zhou", document="SQ-1", on_file=True), ""),
        (Signer("Zhou", document="SQ-1", on_file=True, valid_to=date(2026, 11, 21)), "authority_expired"),
        (Signer("Zhou", document="SQ-1", on_file=True, valid_to=date(2026, 11, 25)), "authority_ends_before"),
        (Signer("Zhou", document="SQ-1", on_file=True, valid_to=date(2026, 11, 30)), ""),
    ],
)
def test_the_signers_authority_has_to_cover_the_day_of_signing(signer: Signer, code: str) -> None:
    assert signer_refusal(signer, TODAY, date(2026, 11, 30)) == code


def test_a_copy_is_ours_when_every_page_says_the_same() -> None:
    ours = ["Page one 壹", "Page\ntwo"]
    assert compare(ours, ["Pageone 壹", "Page two"]).verdict == "same"
    assert compare(ours, ["Page one 壹", ""]).verdict == "needs_person"
    assert compare(ours, ["Page one 壹", ""]).unread == (2,)
    assert compare(ours, ["Page one 壹"]).verdict == "different"
    changed = compare(ours, ["Page one 贰", ""])
    assert changed.verdict == "different"
    assert (changed.pages[0].changes[0].ours[-1], changed.pages[0].changes[0].theirs[-1]) == ("壹", "贰")


def test_a_page_that_is_quite_another_one_is_shown_at_once() -> None:
    match = compare(["a" * 50_000], ["b" * 50_000])
    assert len(match.pages[0].changes) == 1


def test_the_life_of_a_contract_goes_one_way() -> None:
    assert may_become("sealed", "signed")
    assert not may_become("approved", "effective")
    assert not may_become("expired", "terminated")
    assert effective_on(date(2026, 12, 1), TODAY) == date(2026, 12, 1)
    assert effective_on(date(2026, 11, 1), TODAY) == TODAY


@pytest.mark.parametrize(("left", "stage"), [(61, None), (60, 60), (31, 60), (30, 30), (1, 30), (0, 0), (-1, -1)])
def test_the_end_of_a_contract_is_announced_60_30_and_0_days_before(left: int, stage: int | None) -> None:
    assert warning(date.fromordinal(TODAY.toordinal() + left), TODAY) == stage

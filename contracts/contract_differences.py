"""The figures of a contract letter that are not the approved or the usual ones."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from contracts.contract_figures import PricedLine, limit_of, term_of
from contracts.models import ContractLetter
from contracts.rules.deviations import (
    Approved,
    Difference,
    Line,
    Term,
    Value,
    differences,
    longer_than,
    price_differences,
)

# field: category of its clause, Chinese, English
LABELS: Final = {
    "term_days": ("payment", "账期（天）", "payment term (days)"),
    "credit_limit": ("payment", "信用额度", "credit limit"),
    "discount": ("territory", "折扣（%）", "discount (%)"),
    "rebate_rate": ("payment", "返利（%）", "rebate (%)"),
    "late_rate": ("liability", "逾期付款违约金（‰／日）", "late payment (‰ a day)"),
    "delivery_rate": ("delivery", "逾期交货违约金（‰／日）", "late delivery (‰ a day)"),
    "notice_days": ("term", "解除通知期（天）", "notice of termination (days)"),
    "price_notice_days": ("territory", "调价通知期（天）", "notice of price changes (days)"),
    "acceptance_days": ("quality", "验收期（天）", "acceptance within (days)"),
    "returns_cap": ("quality", "退换货上限（%）", "returns at most (%)"),
    "valid_to": ("term", "合同期限", "term of the contract"),
    "auto_renew": ("term", "自动续约", "automatic renewal"),
}
USUAL: Final = ("late_rate", "delivery_rate", "notice_days", "price_notice_days", "acceptance_days", "returns_cap")
OURS: Final = ("标准条件", "our usual terms")


def unlike(
    letter: ContractLetter, approved: Approved, usual: Mapping[str, Decimal], lines: list[PricedLine]
) -> tuple[Difference, ...]:
    """Figures unlike the approved ones, terms unlike our usual ones, prices that nobody approved.

    usual: our usual terms by code (policy table CT-STD).
    """
    prepaid = letter.payment == "prepaid" and letter.term_days is None
    decided: list[tuple[str, Value, Value, str]] = [
        ("term_days", term_of(letter, approved), 0 if prepaid else approved.term_days, "term_days"),
        ("credit_limit", limit_of(letter, approved), approved.limit or None, "limit"),
        ("discount", letter.discount, approved.discount, "discount"),
        ("rebate_rate", letter.rebate_rate, approved.rebate, "rebate"),
    ]
    terms = [
        Term(name, *LABELS[name], asked, known, approved.sources.get(source, ("", "")))
        for name, asked, known, source in decided
    ]
    terms += [Term(name, *LABELS[name], getattr(letter, name), usual[name], OURS) for name in USUAL]
    wanted = [Line(p.line.product, p.line.name, p.line.quantity, p.line.unit_price) for p in lines]
    return (*differences(terms), *_duration(letter, int(usual["months"])), *price_differences(wanted, approved))


def _duration(letter: ContractLetter, months: int) -> list[Difference]:
    found = []
    if letter.valid_from and letter.valid_to and longer_than(letter.valid_from, letter.valid_to, months):
        said = f"{letter.valid_from} – {letter.valid_to}"
        found.append(Difference("valid_to", *LABELS["valid_to"], said, f"≤ {months} 个月 / months", *OURS))
    if letter.auto_renew:
        found.append(Difference("auto_renew", *LABELS["auto_renew"], "✓", "—", *OURS))
    return found

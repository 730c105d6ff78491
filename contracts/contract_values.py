"""The values that a contract prints: from the customer's file, from what was approved, and from the letter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import override

from contracts.contract_figures import PricedLine, limit_of, term_of, total_of, unit_price
from contracts.models import CompanyAccount, ContractLetter, TemplateVersion
from contracts.rules.amounts import HIGHEST, capitals, figures
from contracts.rules.deviations import Approved
from customers.models import Customer, Licence
from customers.models.file import LicenceKind

SYMBOLS: Final = {"CNY": "¥"}
TIERS: Final = {
    1: ("一星客户", "one star"),
    2: ("二星客户", "two stars"),
    3: ("三星客户", "three stars"),
    4: ("四星客户", "four stars"),
}
PAYMENTS: Final = {
    "prepaid": ("款到发货，银行转账", "bank transfer before delivery", "订单确认之日", "the day of the order"),
    "monthly": ("月结，银行转账", "monthly statement, bank transfer", "对账单确认之日", "the day of the statement"),
    "invoice": ("银行转账", "bank transfer", "开票之日", "the date of the invoice"),
    "delivery": ("银行转账", "bank transfer", "签收之日", "the date of delivery"),
}
SUPPLIER: Final = ("甲方", "the supplier")
BUYER: Final = ("乙方", "the buyer")
COURT: Final = ("诉讼", "litigation", "甲方所在地人民法院", "the people's court at the supplier's seat")
ARBITRATION: Final = ("仲裁", "arbitration")
INVOICING: Final = ("发货后五日内开具增值税专用发票", "VAT invoice within five days of dispatch")
BASIS: Final = ("年度已回款净采购额", "net purchases paid in the year")
NO_TIER: Final = ("未定星级", "no tier")
LEGAL_REP: Final = ("法定代表人身份证明", "proof of the legal representative")
BY_ORDER: Final = ("按订单约定", "as agreed in the order")
RECEIVERS: Final = ("乙方书面指定人员", "persons named by the buyer in writing")
STORAGE: Final = ("按产品说明书", "as the product's instructions say")
NO_LIMIT: Final = ("不设上限", "unlimited")
OPEN_END: Final = ("长期", "unlimited")
RESALE_LICENCES: Final = (LicenceKind.DRUG, LicenceKind.MEDICAL, LicenceKind.DEVICE, LicenceKind.FOOD)
NUMBER_LATER: Final = "—"


@dataclass(frozen=True)
class Tongue:
    """Words in the language of the contract; a bilingual one says both."""

    language: str

    def say(self, zh: str, en: str) -> str:
        """The word."""
        if self.language == "bilingual":
            return f"{zh} / {en}"
        return en if self.language == "en" else zh

    def money(self, amount: Decimal, currency: str) -> str:
        """¥1,240,000.00 in Chinese, CNY 1,240,000.00 in English."""
        if self.language != "en" and currency in SYMBOLS:
            return f"{SYMBOLS[currency]}{figures(amount)}"
        return f"{currency} {figures(amount)}"


def contract_values(
    letter: ContractLetter,
    approved: Approved,
    version: TemplateVersion,
    standard: Mapping[str, Decimal],
    lines: list[PricedLine],
) -> dict[str, Any]:
    """Every merge field as finished text in the language of the template; "" where nothing applies.

    standard: our usual terms by code, for what the letter leaves open. The contract's number and the day of its
    paper are known after approval: `numbered` puts them in.
    """
    tongue = Tongue(version.template.language)
    customer, total = letter.customer, total_of(lines)
    return {
        "contract": {
            "no": NUMBER_LATER,
            "sign_date": _day(letter.sign_on),
            "sign_place": letter.sign_place,
            "valid_from": _day(letter.valid_from),
            "valid_to": _day(letter.valid_to),
            "notice_days": _whole(letter.notice_days, standard["notice_days"]),
        },
        "template": {"code": version.template.code, "version": str(version.number)},
        "currency": tongue.say("人民币元", "CNY") if letter.currency == "CNY" else letter.currency,
        "company": _company(customer, tongue),
        "customer": _customer(customer, tongue),
        "signer": _signer(letter, tongue),
        "licences": _licences(customer, tongue),
        "lines": [_line(each) for each in lines],
        "total": tongue.money(total, letter.currency),
        "total_cn": capitals(total) if total <= HIGHEST else "",
        "price_list": {"code": approved.price_list},
        "tier": {
            "name": tongue.say(*TIERS.get(approved.tier or 0, NO_TIER)),
            "discount": _percent(letter.discount if letter.discount is not None else approved.discount or Decimal(0)),
        },
        "price_notice_days": _whole(letter.price_notice_days, standard["price_notice_days"]),
        "quality": {"standard": letter.quality_standard, "storage": letter.storage or tongue.say(*STORAGE)},
        "annex": {"quality_no": letter.quality_annex},
        "delivery": _delivery(letter, tongue),
        "acceptance": {
            "method": letter.acceptance_method,
            "days": _whole(letter.acceptance_days, standard["acceptance_days"]),
            "receivers": letter.receivers or tongue.say(*RECEIVERS),
        },
        "returns": {"rate_cap": _percent(_or(letter.returns_cap, standard["returns_cap"]))},
        "settlement": _settlement(letter, approved, standard, tongue),
        "credit": _credit(letter, approved, tongue),
        "rebate": _rebate(letter, approved, tongue),
        "guarantee": _guarantee(letter, tongue),
        "territory": letter.territory,
        "breach": {
            "late_rate": _per_mille(_or(letter.late_rate, standard["late_rate"])),
            "delivery_rate": _per_mille(_or(letter.delivery_rate, standard["delivery_rate"])),
        },
        "dispute": _dispute(letter, tongue),
        "annexes": _annexes(letter, approved, lines, tongue),
        "seal": {"no": NUMBER_LATER},
    }


def numbered(values: Mapping[str, Any], no: str) -> dict[str, Any]:
    """The values with the contract's number, which is known once it was submitted."""
    return {**values, "contract": {**values["contract"], "no": no}, "seal": {"no": f"YY-{no}"}}


def _company(customer: Customer, tongue: Tongue) -> dict[str, str]:
    unit = customer.unit
    account = CompanyAccount.objects.filter(unit=unit).first() or CompanyAccount()
    return {
        "name": tongue.say(unit.name_zh, unit.name_en),
        "uscc": unit.uscc,
        "address": tongue.say(unit.address_zh, unit.address_en),
        "bank": tongue.say(account.bank_zh, account.bank_en).strip(" /"),
        "email": account.email,
    }


def _customer(customer: Customer, tongue: Tongue) -> dict[str, Any]:
    contact = customer.contacts.filter(active=True).first()
    english = customer.name_en if tongue.language == "en" else ""
    return {
        "name": english or customer.name,
        "uscc": customer.uscc,
        "legal_rep": customer.legal_rep,
        "address": customer.registered_address,
        "bank": customer.bank_masked,
        "tax_no": customer.uscc,
        "email": contact.email if contact else "",
        "contact": {"name": contact.name if contact else "", "mobile": contact.mobile if contact else ""},
    }


def _signer(letter: ContractLetter, tongue: Tongue) -> dict[str, str]:
    if letter.signer_legal_rep:
        held, until = tongue.say(*LEGAL_REP), tongue.say(*OPEN_END)
    else:
        held = letter.authority_no
        until = _day(letter.authority_valid_to) or tongue.say(*OPEN_END)
    return {"name": letter.signer_name, "authority_doc_no": held, "authority_valid_to": until}


def _licences(customer: Customer, tongue: Tongue) -> list[dict[str, str]]:
    rows = Licence.objects.filter(customer=customer, kind__in=RESALE_LICENCES)
    listed = []
    for row in rows:
        words = []
        for language in ("zh-hans", "en"):
            with override(language):
                words.append(str(row.get_kind_display()))
        listed.append(
            {
                "type": tongue.say(*words),
                "no": row.number,
                "scope": row.scope,
                "valid_to": _day(row.valid_to) or tongue.say(*OPEN_END),
            }
        )
    return listed


def _line(priced_line: PricedLine) -> dict[str, str]:
    line = priced_line.line
    return {
        "name": line.name,
        "brand": line.brand,
        "spec": line.spec,
        "unit": line.unit,
        "qty": f"{line.quantity.normalize():,f}",
        "price": unit_price(priced_line.price),
        "amount": figures(priced_line.amount) if priced_line.amount is not None else "",
        "special_price_no": priced_line.agreement,
    }


def _delivery(letter: ContractLetter, tongue: Tongue) -> dict[str, str]:
    return {
        "lead_days": "" if letter.lead_days is None else str(letter.lead_days),
        "date": tongue.say(*BY_ORDER),
        "address": letter.delivery_address,
        "mode": letter.delivery_mode,
        "freight_by": tongue.say(*(BUYER if letter.freight_by == "buyer" else SUPPLIER)),
        "lot": letter.lot or tongue.say(*BY_ORDER),
        "cycle": letter.cycle or tongue.say(*BY_ORDER),
        "risk_point": letter.risk_point,
    }


def _settlement(
    letter: ContractLetter, approved: Approved, standard: Mapping[str, Decimal], tongue: Tongue
) -> dict[str, str]:
    method_zh, method_en, start_zh, start_en = PAYMENTS[letter.payment]
    return {
        "method": tongue.say(method_zh, method_en),
        "term_days": str(term_of(letter, approved)),
        "start": tongue.say(start_zh, start_en),
        "invoice": tongue.say(*INVOICING),
        "statement_day": _whole(letter.statement_day, standard["statement_day"]),
        "bill_ratio": "0%",
    }


def _credit(letter: ContractLetter, approved: Approved, tongue: Tongue) -> dict[str, str]:
    limit = limit_of(letter, approved)
    open_ended = limit is None and approved.limit_state == "unlimited"
    if limit is None and not open_ended:
        return dict.fromkeys(("limit", "limit_cn", "valid_to", "approval_no", "placement"), "")
    return {
        "limit": tongue.say(*NO_LIMIT) if limit is None else tongue.money(limit, letter.currency),
        "limit_cn": tongue.say(*NO_LIMIT) if limit is None else capitals(limit),
        "valid_to": _day(approved.limit_valid_to) or tongue.say(*OPEN_END),
        "approval_no": approved.limit_no or NUMBER_LATER,
        "placement": tongue.money(approved.placement or Decimal(0), letter.currency),
    }


def _rebate(letter: ContractLetter, approved: Approved, tongue: Tongue) -> dict[str, str]:
    rate = letter.rebate_rate if letter.rebate_rate is not None else approved.rebate
    if not letter.with_rebate or not rate:
        return {"rate": "", "basis": "", "annex_no": ""}
    return {"rate": _percent(rate), "basis": tongue.say(*BASIS), "annex_no": ""}


def _guarantee(letter: ContractLetter, tongue: Tongue) -> dict[str, str]:
    if not letter.guarantee_type:
        return dict.fromkeys(("type", "value", "provider", "valid_to"), "")
    return {
        "type": letter.guarantee_type,
        "value": tongue.money(letter.guarantee_value or Decimal(0), letter.currency),
        "provider": letter.guarantee_provider,
        "valid_to": _day(letter.guarantee_valid_to),
    }


def _dispute(letter: ContractLetter, tongue: Tongue) -> dict[str, str]:
    if letter.dispute == "arbitration":
        return {"mode": tongue.say(*ARBITRATION), "body": letter.dispute_body}
    return {"mode": tongue.say(*COURT[:2]), "body": tongue.say(*COURT[2:])}


def _annexes(
    letter: ContractLetter, approved: Approved, lines: list[PricedLine], tongue: Tongue
) -> list[dict[str, str]]:
    """What the contract refers to, each once (defaults 2(g) clause 20)."""
    rows = [
        (letter.quality_annex, "质量保证协议", "Quality agreement"),
        (approved.price_list, "价目表", "Price list"),
        *((number, "特价批复", "Special-price approval") for number in sorted({each.agreement for each in lines})),
        (letter.authority_no if not letter.signer_legal_rep else "", "授权委托书", "Letter of authority"),
    ]
    return [{"no": number, "title": tongue.say(zh, en)} for number, zh, en in rows if number]


def _or(value: Decimal | None, usual: Decimal) -> Decimal:
    return usual if value is None else value


def _whole(value: int | None, usual: Decimal) -> str:
    return str(int(usual) if value is None else value)


def _percent(value: Decimal) -> str:
    return f"{value.normalize():f}%"


def _per_mille(value: Decimal) -> str:
    return f"{value.normalize():f}‰"


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""

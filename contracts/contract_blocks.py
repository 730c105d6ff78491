"""What a contract letter still needs before it can be sent, each with the field where it is mended."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final

from contracts.contract_figures import PricedLine
from contracts.models import ContractLetter, TemplateVersion
from contracts.rules.fields import FIELDS, IDENTITY, LISTS
from policies.rules.tables import Reason

# field of the letter, Chinese, English
NEEDED: Final = (
    ("template", "合同模板", "template"),
    ("annual_value", "年合同金额", "value in a year"),
    ("valid_from", "合同起始日", "first day"),
    ("valid_to", "合同终止日", "last day"),
    ("sign_on", "计划签约日", "planned day of signing"),
    ("quality_standard", "质量标准", "quality standard"),
    ("delivery_address", "收货地点", "place of delivery"),
    ("delivery_mode", "运输方式", "transport"),
    ("lead_days", "发货期限", "delivery within (days)"),
    ("risk_point", "风险转移点", "risk passes"),
    ("acceptance_method", "验收方式", "way of acceptance"),
)
# Says that the contract ends with its last day.
TERM_CLAUSE: Final = "C17"
# Where a value comes from that the letter does not give.
PLACES: Final = {"customer": "CT-CUSTOMER", "company": "CT-COMPANY"}
# Clauses that say "not applicable" when their first field is empty.
OPTIONAL: Final = ("credit.", "rebate.", "guarantee.", "returns.", "seal.", IDENTITY + ".")


def unresolved(version: TemplateVersion | None, values: Mapping[str, Any]) -> list[str]:
    """The fields that the template must print and that have no text, but for those that the letter itself asks for."""
    if version is None:
        return []
    found = []
    for path in version.fields:
        first, _, name = path.partition(".")
        field = FIELDS.get(path)
        if field is None or not field.required or first in LISTS or "[]" in path or path.startswith(OPTIONAL):
            continue
        value = values.get(first, {})
        if not (value.get(name) if isinstance(value, Mapping) else value):
            found.append(path)
    return found


def blocks(
    letter: ContractLetter,
    lines: Sequence[PricedLine],
    papers: Collection[str],
    open_fields: Sequence[str],
    on: date,
) -> tuple[Reason, ...]:
    """One reason for each thing that is missing, the letter's own fields first."""
    found = [_missing(name, zh, en) for name, zh, en in NEEDED if getattr(letter, name) in (None, "")]
    found += _of_lines(lines)
    if letter.valid_to and letter.valid_to < on:
        found.append(Reason("BL-FIELD", "合同终止日已过。", "The last day is over.", {"field": "valid_to"}))
    if letter.valid_from and letter.valid_to and letter.valid_to < letter.valid_from:
        words = ("合同终止日早于起始日。", "The last day is before the first day.")
        found.append(Reason("BL-FIELD", *words, {"field": "valid_to"}))
    if letter.dispute == "arbitration" and not letter.dispute_body:
        found.append(_missing("dispute_body", "仲裁机构", "arbitration body"))
    if letter.signer_legal_rep and letter.signer_name and letter.signer_name.strip() != letter.customer.legal_rep:
        known = letter.customer.legal_rep or "—"
        words = (f"档案中的法定代表人是{known}。", f"The legal representative on file is {known}.")
        found.append(Reason("BL-FIELD", *words, {"field": "signer_name"}))
    if letter.on_customer_paper and "customer_paper" not in papers:
        words = ("请上传客户的合同文本（PDF）。", "Attach the customer's paper as a PDF.")
        found.append(Reason("CT-PAPER", *words))
    if not letter.on_customer_paper:
        found += _of_template(letter, open_fields)
    found += [
        Reason("CT-WHY", f"请说明条款 {each.code} 为什么偏离。", f"Say why clause {each.code} shall differ.")
        for each in letter.deviations.all()
        if not each.reason.strip()
    ]
    if letter.auto_renew and not any(each.code == TERM_CLAUSE for each in letter.deviations.all()):
        words = (
            "标准条款写明不自动续约，请修改期限条款。",
            "The term clause says that it does not renew: change it.",
        )
        found.append(Reason("CT-WHY", *words))
    if _deviates(letter) and not letter.reason.strip():
        words = ("请说明为什么偏离标准。", "Say why the contract deviates from the standard.")
        found.append(Reason("BL-FIELD", *words, {"field": "reason"}))
    return tuple(found)


def _deviates(letter: ContractLetter) -> bool:
    return letter.on_customer_paper or letter.auto_renew or bool(letter.deviations.all())


def _missing(name: str, zh: str, en: str) -> Reason:
    return Reason("BL-FIELD", f"请填写{zh}。", f"Fill in: {en}.", {"field": name})


def _of_lines(lines: Sequence[PricedLine]) -> list[Reason]:
    if not lines:
        return [Reason("CT-LINES", "请填写至少一行产品。", "Name at least one product.")]
    return [
        Reason(
            "CT-PRICE",
            f"「{each.line.name}」没有已批准的价格，请填写单价。",
            f"Nobody approved a price for “{each.line.name}”: fill in its price.",
        )
        for each in lines
        if each.price is None
    ]


def _of_template(letter: ContractLetter, open_fields: Sequence[str]) -> list[Reason]:
    """Fields of the template that nothing fills; what the letter's own fields are for is said there."""
    asked = {"contract.sign_date", "contract.valid_from", "contract.valid_to", "signer.name", "dispute.body"}
    asked |= {"signer.authority_doc_no", "signer.authority_valid_to", "quality.standard", "acceptance.method"}
    asked |= {f"delivery.{name}" for name in ("lead_days", "address", "mode", "risk_point")}
    return [
        Reason(
            "CT-CUSTOMER"
            if path.startswith("customer.")
            else "CT-COMPANY"
            if path.startswith("company.")
            else "CT-FIELD",
            f"合同字段「{FIELDS[path].zh}」没有内容。",
            f"The contract has no text for: {FIELDS[path].en}.",
        )
        for path in open_fields
        if path not in asked
    ]

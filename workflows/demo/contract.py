"""Contracts of the demo company: in force, ending soon, to be signed, and one that deviates and is in review."""

import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from django.utils import translation
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from contracts import production
from contracts.models import Contract, ContractLetter, ContractTemplate
from contracts.pipeline.keys import Authority
from contracts.pipeline.seal import OTHER_FIELD, HeldKeySigner
from contracts.pipeline.waiting import wait_for
from contracts.services import contracts, mark_issued, signing
from contracts.services.company import keep_account
from customers.models import Customer
from jobs import storage
from pricing.models import Product
from workflows.contract_signing import sign_contract
from workflows.demo.cases import APPROVED, Act, until
from workflows.demo.people import Group
from workflows.demo.stories import tell
from workflows.kinds.contract import CODE, KIND

ACCOUNTS: Final = {
    "rolls": ("中国银行无锡分行 4563 5100 0000 1234", "Bank of China, Wuxi, 4563 5100 0000 1234"),
    "medical": ("招商银行上海分行 6214 8500 0000 5678", "China Merchants Bank, Shanghai, 6214 8500 0000 5678"),
}
USUAL: Final[dict[str, Any]] = {
    "delivery_mode": "公路运输",
    "lead_days": 45,
    "risk_point": "货物交付至收货地点并签收",
    "quality_standard": "GB/T 13314-2008",
    "acceptance_method": "按发货清单清点,抽检硬度",
    "payment": "invoice",
    "with_rebate": True,
}


@dataclass(frozen=True)
class Case:
    """One contract: with whom, for what, in which language, and how far it has come.

    Args:
        lines: product and quantity; all at approved prices.
        begins, days: first day from today, and how long it runs.
        sealed, signed: whether our paper is made, and whether the other side has signed it.
    """

    customer: str
    lines: tuple[tuple[str, str], ...]
    annual: str
    language: str = "zh-hans"
    begins: int = 0
    days: int = 365
    changes: Mapping[str, Any] = field(default_factory=dict)
    deviations: tuple[tuple[str, str, str], ...] = ()
    story: tuple[Act, ...] | None = APPROVED
    sealed: bool = True
    signed: bool = True


CASES: Final = [
    Case("R0001", (("ZG-ICDP", "20"), ("ZG-RING", "60")), "480000"),
    Case("R0002", (("ZG-ICDP", "12"),), "300000", "bilingual", begins=-340, days=365),
    Case("R0004", (("ZG-HSS", "9"),), "460000", "en", signed=False),
    Case("R0010", (("ZG-BUR", "18"),), "400000", days=540, story=until("LG"),
         changes={"reason": "客户集团合同要求更长期限和共同赔偿上限。"},
         deviations=(("C15", "15.1 任何一方违约的,赔偿对方直接损失,双方赔偿总额均以合同总金额的 30% 为限。",
                      "客户集团的统一赔偿条款"),)),
]  # fmt: skip


def open_all(group: Group, customers: Mapping[str, Customer], today: date) -> None:
    """Bank accounts of both units, then every contract of `CASES` with its story."""
    for code, (zh, en) in ACCOUNTS.items():
        mail = f"contracts@{code}.example"
        keep_account(group.units[code], bank_zh=zh, bank_en=en, email=mail, actor=None)
    with translation.override("zh-hans"):
        for case in CASES:
            if case.customer in customers:
                _open(group, customers[case.customer], case, today)


def _open(group: Group, customer: Customer, case: Case, today: date) -> None:
    letter = _draft(customer, case, today)
    if case.story is None or tell(group, KIND, letter, case.story, _revised) is None:
        return
    contract = Contract.objects.filter(letter=letter).select_related("customer__unit", "document__unit").first()
    if contract is None or contract.document is None or not case.sealed:
        return
    document = contract.document
    mark_issued(document, production.issue(document))
    document.refresh_from_db()
    signing.register_house_seal(document)
    contract.refresh_from_db()
    if case.signed:
        data = countersigned(storage.get(document.pdf_sha256), customer)
        sign_contract(
            contract, name=f"{contract.number}-signed.pdf", data=data, signed_on=today, actor=letter.created_by,
            idempotency_key=f"demo:{CODE}:{letter.pk}:sign",
        )  # fmt: skip


def _draft(customer: Customer, case: Case, today: date) -> ContractLetter:
    first = today + timedelta(days=case.begins)
    products = {product.code: product for product in Product.objects.filter(code__in=[code for code, _ in case.lines])}
    template = ContractTemplate.objects.get(unit=customer.unit, code="SALES", language=case.language)
    deviations = [
        {"code": code, "proposed": proposed, "reason": why, "cap_removed": False}
        for code, proposed, why in case.deviations
    ]
    values = {
        **USUAL,
        "template": template,
        "annual_value": Decimal(case.annual),
        "valid_from": first,
        "valid_to": first + timedelta(days=case.days - 1),
        "sign_on": today,
        "sign_place": "无锡",
        "delivery_address": customer.registered_address,
        "signer_name": customer.legal_rep,
        "signer_legal_rep": True,
        "lines": [_line(products[code], quantity, case.language) for code, quantity in case.lines],
        "deviations": deviations,
        **case.changes,
    }
    return contracts.save_draft(customer, values, customer.owner)


def _line(product: Product, quantity: str, language: str) -> dict[str, Any]:
    name = {"en": product.name_en, "bilingual": f"{product.name_zh} / {product.name_en}"}.get(language, product.name_zh)
    same = {"product": product.code, "name": name, "brand": product.brand, "spec": product.spec, "unit": product.unit}
    return {**same, "quantity": Decimal(quantity), "unit_price": None}


def _revised(letter: ContractLetter, changes: Mapping[str, Any]) -> None:
    contracts.save_draft(letter.customer, changes, letter.created_by, letter)


def countersigned(pdf: bytes, customer: Customer) -> bytes:
    """The file as the other side signs it, with a certificate of their own that nobody here knows."""
    with tempfile.TemporaryDirectory() as folder:
        pair = Authority(Path(folder) / "keys").seal("buyer", customer.name, customer.uscc)
    metadata = signers.PdfSignatureMetadata(
        field_name=OTHER_FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    output = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    wait_for(signers.PdfSigner(metadata, HeldKeySigner(pair)).async_sign_pdf(writer, output=output))
    return output.getvalue()

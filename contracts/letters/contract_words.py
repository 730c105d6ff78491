"""The fixed wording of the tables of a contract in three versions; clauses are in contracts/data/clauses.json."""

from typing import Final

# Chinese, English: a bilingual contract prints both.
LABELS: Final[dict[str, tuple[str, str]]] = {
    "number": ("合同编号", "Contract No."),
    "sign_date": ("签订日期", "Date of signature"),
    "sign_place": ("签订地点", "Place of signature"),
    "template": ("合同文本", "Standard text"),
    "supplier": ("甲方（供方）", "Supplier (Party A)"),
    "buyer": ("乙方（需方）", "Buyer (Party B)"),
    "name": ("名称", "Name"),
    "uscc": ("统一社会信用代码", "Credit code"),
    "address": ("地址", "Address"),
    "bank": ("开户行及账号", "Bank and account"),
    "legal_rep": ("法定代表人", "Legal representative"),
    "tax_no": ("税号", "Tax number"),
    "contact": ("联系人", "Contact"),
    "mobile": ("联系电话", "Telephone"),
    "licence": ("资质", "Licence"),
    "licence_no": ("编号", "Number"),
    "scope": ("范围", "Scope"),
    "valid_to": ("有效期至", "Valid until"),
    "goods": ("品名", "Goods"),
    "brand": ("品牌", "Brand"),
    "spec": ("规格", "Specification"),
    "unit": ("单位", "Unit"),
    "quantity": ("数量", "Quantity"),
    "price": ("单价", "Unit price"),
    "amount": ("金额", "Amount"),
    "approval": ("特价批复号", "Approval No."),
    "annex_no": ("附件编号", "Annex No."),
    "annex": ("附件名称", "Annex"),
    "supplier_seal": ("甲方（盖章）", "Supplier (seal)"),
    "buyer_seal": ("乙方（盖章）", "Buyer (seal)"),
    "representative": ("授权代表（签字）：{{ signer.name }}", "Authorised representative: {{ signer.name }}"),
    "own_date": ("日期：{{ contract.sign_date }}", "Date: {{ contract.sign_date }}"),
    "buyer_date": ("日期：　　　　年　　月　　日", "Date: ____________________"),
    "seal_no": ("用印登记号：{{ seal.no }}", "Seal register No. {{ seal.no }}"),
    "sealed": ("{{ company.name }}（电子印章）", "{{ company.name }} (electronic seal)"),
    "verify": (
        "本合同由甲方加盖电子签章，任何改动均可被发现。请扫描二维码，或访问下列网址并核对验证码，查验真伪与效力。",
        "This contract carries the supplier's electronic seal: any change to it can be detected. "
        "Scan the code, or open the address below and compare the verification code.",
    ),
    "verify_code": ("验证码 {{ document.verify_code }}", "Verification code {{ document.verify_code }}"),
    "digest": ("数据摘要 SHA-256 {{ document.snapshot_sha256 }}", "Data digest SHA-256 {{ document.snapshot_sha256 }}"),
    "qr": ("查验二维码", "QR code of the verification page"),
}
PAGE: Final[dict[str, tuple[str, ...]]] = {
    "zh-hans": ("第 ", "PAGE", " 页 / 共 ", "NUMPAGES", " 页"),
    "en": ("Page ", "PAGE", " of ", "NUMPAGES"),
    "bilingual": ("第 ", "PAGE", " 页 / 共 ", "NUMPAGES", " 页  Page ", "PAGE", " of ", "NUMPAGES"),
}
_DIGITS = "〇一二三四五六七八九"


def label(name: str, language: str) -> tuple[str, ...]:
    """The wording of a label: one line, or Chinese and English in a bilingual contract.

    A line of values that reads the same in both languages is printed once.
    """
    chinese, english = LABELS[name]
    if language == "bilingual":
        return (chinese, english)
    return (chinese,) if language == "zh-hans" else (english,)


def article(position: int, zh: str, en: str, language: str) -> str:
    """The heading of an article in the language of the contract."""
    chinese, english = f"第{_chinese(position)}条　{zh}", f"Article {position}　{en}"
    return {"zh-hans": chinese, "en": english, "bilingual": f"{chinese}　Article {position} {en}"}[language]


def _chinese(number: int) -> str:
    """Numbers up to 99 as Chinese contracts write them: 九, 十, 二十一."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{_DIGITS[tens]}十")
    return head + (_DIGITS[ones] if ones or not tens else "")

"""What lies in a case file: filled survey, analysis and potential forms, and small real PDF papers."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from credit import services as credit
from credit.models import CreditApplication
from customers.models import Customer
from workflows.demo.people import Group
from workflows.demo.worked import RATINGS

TITLES = {
    "contract": "Framework sales contract",
    "site_photos": "Site photographs",
    "third_party_report": "Third-party credit report",
    "site_visit": "Site visit report",
    "security": "Security document",
    "legal_opinion": "Legal opinion on the security",
    "statements": "Financial statements",
}


def pdf(*lines: str) -> bytes:
    """A PDF of one page with these lines of Latin text: cross-reference table, font and all."""
    shown = " ".join(f"({line}) Tj T*".replace("\\", "") for line in lines)
    page = f"BT /F1 14 Tf 72 760 Td 22 TL {shown} ET".encode("latin-1", "replace")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(page), page),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def attach(application: CreditApplication, kinds: tuple[str, ...], today: date) -> None:
    """Put a paper of each kind into the draft, as its author."""
    for kind in kinds:
        title = TITLES[kind]
        content = pdf(title, f"Customer {application.customer.code}", f"Demo paper of {today.isoformat()}")
        credit.add_attachment(
            application, kind, f"{kind}-{application.customer.code}.pdf", content, application.created_by
        )


def file_forms(rng: Random, group: Group, customer: Customer, today: date, *, statements: bool = True) -> None:
    """Survey by the rep, with the manager as second surveyor; analysis by credit control; potential by the rep."""
    unit = customer.unit.code
    desk = "cc.med" if unit == "medical" else "cc.rolls"
    manager = group.people[f"sm.{customer.region.code}"]
    on = today - timedelta(days=rng.randint(3, 12))
    credit.file_case_form(
        customer, 2, _survey(rng, customer, on), as_of=on, actor=customer.owner, second_surveyor=manager
    )
    answers = _statements(rng, customer) if statements else {"quality": "none"}
    opinion = {"strengths": "渠道稳定,付款意愿较好", "risks": "行业回款周期拉长", "coi": True}
    credit.file_case_form(customer, 3, {**answers, **opinion}, as_of=on, actor=group.people[desk])
    ratings = {"DP6": rng.randint(2, 4), "DP7": rng.randint(1, 4), "cat": str(customer.category_purchases)}
    credit.file_case_form(customer, 5, ratings, as_of=on, actor=customer.owner)


def _survey(rng: Random, customer: Customer, on: date) -> dict[str, Any]:
    base = 3 if (customer.tier or 1) >= 3 else 2
    return {
        **{code: min(4, max(1, base + rng.choice((-1, 0, 0, 1)))) for code in RATINGS},
        "kind": "limited",
        "founded": str(customer.founded_on),
        "turnover": str(customer.turnover),
        "cat_purch": str(customer.category_purchases),
        "refs": "同行一 5 年,月结\n上游二 3 年,按期\n上游三 4 年,按期",
        "court": f"{on.isoformat()} 中国执行信息公开网、裁判文书网:无记录",
        "bounced": "无",
        "met": "总经理、采购经理",
        "truth": True,
    }


def _statements(rng: Random, customer: Customer) -> dict[str, Any]:
    """Statements in proportion to the turnover, sounder for customers with more stars."""
    revenue = Decimal(customer.turnover or 0)
    strength = customer.tier or 1
    short_debt = revenue * rng.randint(9, 14) / 100
    current = short_debt * (110 + 15 * strength + rng.randint(0, 30)) / 100
    assets = current * rng.randint(150, 190) / 100
    equity = assets * (28 + 7 * strength + rng.randint(0, 8)) / 100
    figures = {
        "ca": current,
        "inv": current * rng.randint(22, 36) / 100,
        "cl": short_debt,
        "ta": assets,
        "tl": assets - equity,
        "eq": equity,
        "intang": equity * rng.randint(2, 8) / 100,
        "rev": revenue,
        "rev_prev": revenue * 100 / rng.randint(98, 118),
        "np": revenue * rng.randint(15, 30 + 10 * strength) / 1000,
        "ocf": short_debt * rng.randint(8, 34) / 100,
    }
    quality = "audited" if strength >= 3 else "tax_filed"
    return {"quality": quality, **{name: str(value.quantize(Decimal("0.01"))) for name, value in figures.items()}}

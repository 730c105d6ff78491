"""Template versions of tests, uploaded, sent and decided the way the product does it."""

import uuid
from datetime import UTC, datetime, timedelta
from functools import cache

from accounts.models import User
from accounts.queries import business_today
from accounts.roles import Role
from contracts import template_queries as queries
from contracts.letters.contract import library_clauses
from contracts.models import ContractTemplate, TemplateVersion
from contracts.services import templates
from contracts.services.clauses import import_standard
from contracts.template_examination import Examined, examine
from tests import factories
from tests.contracts.hostile import DOCUMENT, changed
from tests.default_policy import default_policy
from workflows import services
from workflows.kinds.contract_template import KIND
from workflows.models import Request

# Five years of confidentiality instead of three: one clause changes.
FIVE_YEARS = changed(DOCUMENT, "三年内继续有效", "五年内继续有效")
BIGGER = changed("word/styles.xml", 'w:val="21"', 'w:val="22"')


def house() -> factories.Company:
    """A company with the standard contract in force, somebody who draws up templates and quality assurance."""
    company = factories.company()
    default_policy()
    import_standard(company.unit)
    company.people["drafter"] = company.hire("Drafter", Role.SO)
    company.people["quality"] = company.hire("Quality", Role.QA)
    return company


def template(company: factories.Company, language: str = "zh-hans") -> ContractTemplate:
    """The standard sales contract."""
    return ContractTemplate.objects.get(unit=company.unit, code="SALES", language=language)


@cache
def examined(data: bytes) -> Examined:
    """What the check finds in a file; a test session asks once, it is the same for every company."""
    return examine(data, "zh-hans", library_clauses(), at=datetime(2026, 11, 22, tzinfo=UTC))


def drafted(company: factories.Company, data: bytes = FIVE_YEARS, *, days: int = 0) -> TemplateVersion:
    """A draft that could be sent, to hold from today or some days later."""
    made = templates.keep_upload(template(company), data, "new.docx", examined(data), company.drafter)
    values = {"change_note": "Longer confidentiality", "valid_from": business_today() + timedelta(days=days)}
    return templates.save_draft(made, values, company.drafter)


def sent(version: TemplateVersion, actor: User) -> Request:
    """A request made with the version."""
    return services.submit(KIND, version.pk, actor=actor, idempotency_key=str(uuid.uuid4()))


def decide(request: Request, role: str, actor: User, verb: str = "approve", reason: str = "") -> None:
    """One decision on the open step of a role."""
    services.decide(
        request.no,
        request.steps.get(role=role, status="open").pk,
        actor=actor,
        verb=verb,
        reason=reason,
        content_sha256=request.submissions.order_by("-pk").values_list("content_sha256", flat=True)[0],
        idempotency_key=str(uuid.uuid4()),
    )
    request.refresh_from_db()


def decide_all(request: Request, company: factories.Company) -> None:
    """Everybody of CT-T1 agrees."""
    people = {"LG": company.lawyer, "FM": company.finance_manager, "RD": company.director, "QA": company.quality}
    for role, person in {**people, "GM": company.general_manager}.items():
        decide(request, role, person)


def in_force(company: factories.Company, days: int = 0) -> TemplateVersion | None:
    """The version that holds today or some days from now."""
    return queries.published(company.unit, "SALES", "zh-hans", business_today() + timedelta(days=days))

"""The credit application as a kind of request: its facts, its content, its effect."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from credit import services as credit
from credit.evaluation import evaluate
from credit.models import CreditApplication
from policies.rules.pack import Pack
from workflows.engine import terms_to_json
from workflows.flows.credit import CreditFlow
from workflows.kind import Assessment, Kind
from workflows.rules import Terms

ASKED = (
    "req_type",
    "req_limit",
    "req_term",
    "settlement",
    "req_placement",
    "valid_from",
    "valid_to",
    "forecast_month",
    "categories",
    "reason_code",
    "reason_text",
    "give_get",
    "competitor",
    "security_type",
    "security_value",
    "security_provider",
    "security_valid_to",
    "grade_override",
    "override_reason",
    "confidential",
    "currency",
)


def lock(pk: int) -> CreditApplication | None:
    """The application and its customer, both locked until the transaction ends.

    Two applications for one customer at the same moment would each not see the other.
    """
    return (
        CreditApplication.objects.select_for_update(of=("self", "customer"))
        .select_related("customer__unit", "customer__region", "customer__owner", "customer__group")
        .filter(pk=pk, discarded_at__isnull=True)
        .first()
    )


def assess(letter: CreditApplication, policy: Pack, on: date) -> Assessment:
    """Evaluate the application on a business date; incomplete drafts are assessed as far as they go."""
    evaluation = evaluate(letter, policy, on)
    customer = letter.customer
    nothing = Decimal(0)
    unsecured = evaluation.facts["exposure_unsecured_group"]
    authority = unsecured if isinstance(unsecured, Decimal) else nothing
    terms = Terms(
        limit=letter.req_limit or nothing,
        term_days=letter.req_term or 0,
        valid_from=letter.valid_from or on,
        valid_to=letter.valid_to or on,
        placement=letter.req_placement or nothing,
    )
    editors = frozenset(letter.editors.values_list("person_id", flat=True)) | {letter.created_by.person_id}
    attachments = [
        {
            "kind": paper.kind,
            "name": paper.file_name,
            "sha256": paper.sha256,
            "size": paper.size,
            "id": paper.pk,
        }
        for paper in letter.attachments.present()
    ]
    return Assessment(
        customer=customer,
        title=str(customer.name),
        amount=letter.req_limit or nothing,
        currency=letter.currency,
        facts=evaluation.facts,
        content={
            "kind": "credit",
            "customer": {
                "id": customer.pk,
                "code": customer.code,
                "name": customer.name,
                "uscc": customer.uscc,
            },
            "asked": {name: _text(getattr(letter, name)) for name in ASKED},
            "attachments": attachments,
            "evaluation": evaluation.to_json(),
            "facts": {key: _text(value) for key, value in evaluation.facts.items()},
            "terms": terms_to_json(terms),
            "authority": str(authority),
            "as_of": on.isoformat(),
        },
        terms=terms,
        authority=authority,
        blocks=tuple(evaluation.blocks),
        editors=editors,
        confidential=letter.confidential,
    )


def _text(value: Any) -> Any:
    """Numbers and dates as text, so that stored and hashed content are the same."""
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def take_effect(
    letter: CreditApplication, no: str, policy_number: int, terms: Terms, actor: User, now: datetime
) -> None:
    """Grant the line with the terms that all approvers agreed to."""
    credit.grant_line(letter, terms=terms, request_no=no, policy_number=policy_number, actor=actor, now=now)


KIND = Kind(
    code="credit",
    prefix="CR",
    authority_metric="exposure_unsecured_group",
    name=_("Credit application"),
    flow=CreditFlow,
    lock=lock,
    assess=assess,
    submitted=lambda letter, actor: credit.mark_submitted(letter, actor=actor),
    reopened=lambda letter, actor: credit.reopen(letter, actor=actor),
    withdrawn=lambda letter, actor: credit.release(letter, actor=actor),
    take_effect=take_effect,
)

"""The credit application as a kind of request: its facts, its content, its effect."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.problems import Problem
from credit import services as credit
from credit.authority import is_credit_control
from credit.evaluation import evaluate
from credit.models import CreditApplication
from credit.rules.variants import REDUCTIONS, asks_for, is_reduction
from policies.rules.hints import shorter
from policies.rules.pack import Pack
from workflows.assessed import assessed, locked
from workflows.flows.credit import CreditFlow
from workflows.kind import Assessment, Effect, Kind
from workflows.rules import ConditionField, Terms

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


AROUND = ("customer__unit", "customer__region", "customer__owner", "customer__group", "created_by")


def assess(letter: CreditApplication, policy: Pack, on: date) -> Assessment:
    """Evaluate the application on a business date; incomplete drafts are assessed as far as they go."""
    evaluation = evaluate(letter, policy, on)
    nothing = Decimal(0)
    unsecured = evaluation.facts["exposure_unsecured_group"]
    authority = unsecured if isinstance(unsecured, Decimal) else nothing
    if not asks_for(letter.req_type, "req_term"):
        authority = nothing  # TL and CL-0 say who decides, whatever the exposure is
    terms = {
        "limit": letter.req_limit or nothing,
        "term_days": letter.req_term or 0,
        "valid_from": letter.valid_from or on,
        "valid_to": letter.valid_to or on,
        "placement": letter.req_placement or nothing,
        "security": (),
        "notes": (),
    }
    return assessed(
        letter,
        kind="credit",
        amount=letter.req_limit or nothing,
        currency=letter.currency,
        facts=evaluation.facts,
        asked={name: getattr(letter, name) for name in ASKED},
        papers=letter.attachments.present(),
        evaluation=evaluation.to_json(),
        terms=terms,
        authority=authority,
        blocks=evaluation.blocks,
        on=on,
    )


@dataclass(frozen=True)
class Granted:
    """The terms as the domain wants them (`credit.services.GrantTerms`)."""

    limit: Decimal
    term_days: int
    valid_from: date
    valid_to: date
    placement: Decimal = Decimal(0)
    security: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def submitted(letter: CreditApplication, actor: User) -> None:
    """What credit control orders itself is in force when it is sent: nobody else may send it."""
    ordered = is_reduction(letter.req_type) and is_credit_control(letter.customer, letter.created_by)
    if ordered and not is_credit_control(letter.customer, actor):
        raise Problem("not_permitted", 403, gettext("Only credit control of this customer may send this."))
    credit.mark_submitted(letter, actor=actor)


def take_effect(letter: CreditApplication, effect: Effect) -> None:
    """Grant the line with the terms that all approvers agreed to, or freeze, decrease or close it."""
    put_in_force = credit.take_measure if is_reduction(letter.req_type) else credit.grant_line
    put_in_force(
        letter,
        terms=Granted(**effect.terms),
        request_no=effect.no,
        policy_number=effect.policy_number,
        actor=effect.actor,
        now=effect.now,
    )


def undo(letter: CreditApplication, effect: Effect) -> None:
    """The measure was not ratified: the line is as it was."""
    why = gettext("The measure was not ratified.")
    credit.undo_measure(letter.customer, request_no=effect.no, reason=why, actor=effect.decided_by, now=effect.now)


def left_authority(authority: Decimal, asked: Terms, granted: Terms) -> Decimal:
    """A lower limit leaves that much less exposure to answer for."""
    less: Decimal = asked["limit"] - granted["limit"]
    return max(Decimal(0), authority - less)


def rivals(letter: CreditApplication) -> Q:
    """A freeze or a closing does not wait for a limit that somebody asks for, only for another such measure."""
    if letter.req_type not in ("freeze", "close"):
        return Q()
    measures = CreditApplication.objects.filter(customer_id=letter.customer_id, req_type__in=REDUCTIONS)
    return Q(letter_id__in=measures.values("pk"))


TIGHTENING = (
    ConditionField("limit", "money", "lower", _("Limit at most"), _("Limit at most %(value)s")),
    ConditionField(
        "term_days", "days", "lower", _("Payment term at most (days)"), _("Payment term at most %(value)s days")
    ),
    ConditionField(
        "valid_to", "day", "earlier", _("Valid until at the latest"), _("Valid until %(value)s at the latest")
    ),
    ConditionField(
        "security",
        "text",
        "adds",
        _("Security that must be there first"),
        _("Only with security: %(value)s"),
        _("The line takes effect only when this has been proved."),
    ),
)

KIND = Kind(
    code="credit",
    prefix="CR",
    authority_metric="exposure_unsecured_group",
    name=_("Credit application"),
    flow=CreditFlow,
    lock=locked(CreditApplication, *AROUND),
    assess=assess,
    submitted=submitted,
    reopened=lambda letter, actor: credit.reopen(letter, actor=actor),
    withdrawn=lambda letter, actor: credit.release(letter, actor=actor),
    take_effect=take_effect,
    undo=undo,
    tightening=TIGHTENING,
    left_authority=left_authority,
    hints=lambda policy, facts, letter: (
        shorter(policy, "credit", facts) if asks_for(letter.req_type, "req_term") else []
    ),
    rivals=rivals,
)

"""The special price as a kind of request: its facts, its content, its effect."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from customers.services.papers import papers_of
from policies.rules.pack import Pack
from policies.rules.tiers.accounts import account_tests
from pricing.casefile import Standing
from pricing.evaluation import Evaluation, evaluate
from pricing.models import SpecialPrice
from pricing.rules.grants import granted_lines, highest_discount
from pricing.services import agreements, special_prices
from workflows.assessed import assessed, locked
from workflows.flows.special_price import SpecialPriceFlow
from workflows.kind import Assessment, Effect, Kind
from workflows.rules import ConditionField
from workflows.tier_figures import figures_for

CODE: Final = special_prices.CODE
GRAVE: Final = ("F3", "F2")  # flags that raise the level, the gravest first
WHOLE: Final = Decimal(100)


def standing(customer: Customer, policy: Pack, on: date) -> Standing:
    """What credit, trade and the tier rules know of the customer on a business date."""
    figures = figures_for(policy, [customer], on)[customer.pk]
    flags = account_tests(policy, figures).flags
    months = figures.trade_months
    return Standing(
        grade=figures.grade,
        new_customer=months is None or months < policy.parameters.new_customer_months,
        false_key_account=next((code for code in GRAVE if code in flags), ""),
        overdue_days=figures.overdue_days or 0,
        licence_expired=bool(figures.licence_expired),
    )


def assess(letter: SpecialPrice, policy: Pack, on: date) -> Assessment:
    """Evaluate the request on a business date; incomplete drafts are assessed as far as they go."""
    found = evaluate(letter, policy, on, standing(letter.customer, policy, on))
    concession = found.facts["concession"]
    authority = concession if isinstance(concession, Decimal) else Decimal(0)
    terms = {
        "valid_from": letter.valid_from or on,
        "valid_to": letter.valid_to or on,
        "quantity_pct": WHOLE,
        "max_discount_pct": highest_discount(line.figures.discount_pct for line in found.judged.values()),
        "notes": (),
    }
    return assessed(
        letter,
        kind=CODE,
        amount=found.whole.value,
        currency=letter.currency,
        facts=found.facts,
        asked=_asked(letter, found),
        papers=papers_of(CODE, letter.pk),
        evaluation=found.to_json(),
        terms=terms,
        authority=authority,
        blocks=found.blocks,
        on=on,
    )


def _asked(letter: SpecialPrice, found: Evaluation) -> dict[str, Any]:
    same = {name: getattr(letter, name) for name in special_prices.FIELDS if name != "price_list"}
    prices = None if letter.price_list is None else letter.price_list.code
    return {**same, "price_list": prices, "currency": letter.currency, "products": _products(found)}


def _products(found: Evaluation) -> str:
    """The products in a line of text, for lists that do not load the evaluation."""
    return ", ".join(line.product.code for line in found.case.lines)


def take_effect(letter: SpecialPrice, effect: Effect) -> None:
    """Grant the prices as an agreement, on the terms that all approvers agreed to."""
    shown, terms = effect.content["evaluation"], effect.terms
    agreements.grant(
        letter,
        lines=granted_lines(
            shown["lines"], max_discount_pct=terms["max_discount_pct"], quantity_pct=terms["quantity_pct"]
        ),
        request_no=effect.no,
        policy_number=effect.policy_number,
        terms={
            "valid_from": terms["valid_from"],
            "valid_to": terms["valid_to"],
            "note": terms["notes"],
            "supersedes": shown["replaces"],
        },
        actor=effect.actor,
        now=effect.now,
    )


TIGHTENING: Final = (
    ConditionField(
        "valid_to", "day", "earlier", _("Valid until at the latest"), _("Valid until %(value)s at the latest")
    ),
    ConditionField(
        "quantity_pct", "percent", "lower", _("Share of the quantity (%)"), _("%(value)s of the quantity"),
        _("100 is everything that was asked for; pieces are rounded down."),
    ),
    ConditionField(
        "max_discount_pct", "percent", "lower", _("Discount off the list price at most (%)"),
        _("Discount off the list price at most %(value)s"), _("Lower prices rise to it; higher ones stay."),
    ),
)  # fmt: skip
KIND: Final = Kind(
    code=CODE,
    prefix="SP",
    authority_metric="concession",
    name=_("Special price"),
    flow=SpecialPriceFlow,
    lock=locked(SpecialPrice, *special_prices.AROUND, "created_by"),
    assess=assess,
    submitted=lambda letter, actor: special_prices.mark_submitted(letter, actor=actor),
    reopened=lambda letter, actor: special_prices.reopen(letter, actor=actor),
    withdrawn=lambda letter, actor: special_prices.release(letter, actor=actor),
    take_effect=take_effect,
    tightening=TIGHTENING,
    bulk=True,
)

"""The contract on the pages: its form filled from approved values, the live comparison, what was submitted."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.http import Http404
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.language import pick
from accounts.models import User
from contracts import template_queries
from contracts.contract_departures import count, departures
from contracts.contract_figures import unit_price
from contracts.forms_contract import ContractForm, Goods
from contracts.models import ContractLetter, ContractTemplate
from contracts.rules.amounts import figures
from contracts.services import contracts
from customers.models import Customer
from customers.queries import business_day
from policies.queries import pack, version_in_force
from workflows.contract_values import approved_values, products
from workflows.kinds import contract_shown
from workflows.kinds.contract import AROUND, CODE, KIND
from workflows.letter_papers import papers_of
from workflows.pages import Pages, Part
from workflows.preview import Preview

PLACES: Final[Mapping[str, str]] = {
    "CT-LINES": "#id_lines", "CT-PRICE": "#id_lines", "CT-WHY": "#id_changes", "CT-PAPER": "#papers",
    "CT-BL-SIGNER": "#id_signer_name", "CT-BL-AUTHORITY": "#papers", "CT-BL-EXPIRED": "#id_authority_valid_to",
    "CT-BL-ENDS": "#id_authority_valid_to", "CT-BL-RESALE": "#id_changes", "CT-BL-FORBIDDEN": "#id_changes",
    "CT-BL-MANDATORY": "#id_changes", "CT-BL-TEMPLATE": "#id_template",
}  # fmt: skip
PAPER_KINDS: Final = (
    ("authority", gettext_lazy("Letter of authority of the signer")),
    ("customer_paper", gettext_lazy("The customer's own paper")),
    ("other", gettext_lazy("Other")),
)
# What usually stays the same from one contract of a customer to the next.
USUAL: Final = (
    *("sign_place", "copies", "delivery_address", "delivery_mode", "lead_days", "freight_by", "lot", "cycle"),
    *("risk_point", "quality_standard", "quality_annex", "storage", "acceptance_method", "receivers", "payment"),
    *("territory", "dispute", "dispute_body", "signer_name", "signer_legal_rep"),
)


def letters(user: User) -> Any:
    """Drafts and returned letters that the user may see."""
    return ContractLetter.objects.drafts().visible_to(user).select_related(*AROUND)


def begin(customer: Customer | None, user: User) -> ContractLetter:
    """A new letter for a year from today, with what the last one for the customer said."""
    if customer is None:
        raise Http404
    today = business_day(customer.unit)
    last = ContractLetter.objects.visible_to(user).filter(customer=customer, submitted=True).first()
    before = {name: getattr(last, name) for name in USUAL} if last else {}
    signer = {"signer_name": customer.legal_rep, "signer_legal_rep": bool(customer.legal_rep)}
    language = last.template.language if last and last.template else "zh-hans"
    template = ContractTemplate.objects.filter(unit=customer.unit, code="SALES", language=language).first()
    days = {"valid_from": today, "valid_to": today + timedelta(days=364), "sign_on": today}
    address = {"delivery_address": customer.registered_address}
    return contracts.save_draft(customer, {**address, **signer, **before, **days, "template": template}, user)


def unfit(customers: Sequence[Customer | None], user: User) -> dict[int | None, str]:
    """Without a published template there is no contract."""
    chosen = [each for each in customers if each is not None]
    with_text = set(
        ContractTemplate.objects.filter(versions__published_at__isnull=False).values_list("unit_id", flat=True)
    )
    reason = _("The company has published no contract template yet.")
    return {each.pk: reason for each in chosen if each.unit_id not in with_text}


def form(letter: ContractLetter, user: User, data: Any, files: Any) -> ContractForm:
    """The form with the customer's approved prices and the clauses of the template."""
    today = business_day(letter.customer.unit)
    approved = approved_values(letter.customer, letter.currency, pack(version_in_force(today)), today)
    goods = {
        each.code: Goods(
            each.code, each.name_zh, each.name_en, each.brand, each.spec, each.unit,
            unit_price(approved.prices[each.code].price), approved.prices[each.code].number or approved.price_list,
        )
        for each in products(approved.prices)
    }  # fmt: skip
    template = letter.template
    version = template and template_queries.published(template.unit, template.code, template.language, today)
    clauses = [(clause["code"], clause["title"]) for clause in version.clauses] if version else []
    return ContractForm(letter, goods, clauses, Part, data)


def keep(letter: ContractLetter, filled: ContractForm, user: User) -> None:
    """Save what was typed right."""
    values = {**filled.cleaned_data, "lines": filled.lines.values(), "deviations": filled.deviations()}
    contracts.save_draft(letter.customer, values, user, letter)


def notes(letter: ContractLetter, evaluation: Mapping[str, Any]) -> dict[str, str]:
    """What was approved, with its source: a field left empty states exactly that."""
    approved, sources = evaluation["approved"], evaluation["sources"]
    found = {}
    for name, key, source in (
        ("term_days", "term_days", "term_days"),
        ("credit_limit", "limit", "limit"),
        ("discount", "discount", "discount"),
        ("rebate_rate", "rebate", "rebate"),
    ):
        value = figures(Decimal(approved[key])) if key == "limit" and approved[key] else approved[key]
        said = {"value": value or "—", "source": _source(sources.get(source))}
        found[name] = _("Approved: %(value)s (%(source)s). Leave it empty to use that.") % said
    return found


def _source(pair: Sequence[str] | None) -> str:
    return pick(*pair) if pair else "—"


def live(letter: ContractLetter, preview: Preview, user: User) -> Part:
    """The goods at approved prices, the total in both ways of writing, and what differs."""
    evaluation = preview.content["evaluation"]
    said = {"currency": letter.currency, "own": preview.assessment.facts["contract_own_value"]}
    return Part("contracts/contract_live.html", {**departures(evaluation), **said})


def summary(letter: ContractLetter, evaluation: Mapping[str, Any]) -> str:
    """The total, and whether it is standard."""
    differing = count(evaluation)
    words = contract_shown.deviating(differing)
    return format_html("<strong>{} {}</strong> · {}", letter.currency, figures(Decimal(evaluation["total"])), words)


PAGES: Final = Pages(
    kind=KIND,
    icon="certificate",
    writers=contracts.WRITERS,
    letters=letters,
    begin=begin,
    unfit=unfit,
    form=form,
    keep=keep,
    discard=contracts.discard_draft,
    papers=papers_of(CODE, kinds=PAPER_KINDS),
    notes=notes,
    live=live,
    summary=summary,
    places=PLACES,
    single=False,
    line=contract_shown.line,
    rows=contract_shown.rows,
    details=contract_shown.details,
    words=contract_shown.words,
    picture=contract_shown.picture,
    evidence=contract_shown.evidence,
    todays=contract_shown.todays,
    outcome=contract_shown.outcome,
    beside=contract_shown.beside,
    notice=None,
    sheet_tables=contract_shown.sheet_tables,
)

"""A submitted contract: its figures against the approved ones, goods, clauses beside the standard text."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.language import pick
from accounts.models import User
from accounts.templatetags.formats import day, decimal, money
from contracts.contract_departures import departures
from contracts.models import Contract
from workflows.pages import Frozen, Line, Part, Row, Table

if TYPE_CHECKING:
    from workflows.letters.case import Case

LANGUAGES: Final = {"zh-hans": "中文", "en": "English", "bilingual": "中文 / English"}


def character(facts: Mapping[str, Any]) -> str:
    """Standard, with so many deviations, or on the customer's paper; short, for a column of a list."""
    if facts.get("customer_paper"):
        return _("their paper")
    return deviating(int(facts.get("deviations") or 0))


def deviating(count: int) -> str:
    """How many figures and clauses deviate, in words."""
    return ngettext("%(count)s deviation", "%(count)s deviations", count) % {"count": count} if count else _("standard")


def line(frozen: Frozen) -> Line:
    """Standard or not, until when, and what other contracts of the day were added."""
    facts = frozen.facts
    added = decimal(facts.get("same_day_value")) or Decimal(0)
    below = _("with %(amount)s of the same day") % {"amount": f"{added:,.0f}"} if added else ""
    odd = bool(facts.get("deviations") or facts.get("customer_paper"))
    until = _("until %(day)s") % {"day": frozen.terms.get("valid_to")}
    return Line(what=until, below=below, figure=character(facts), tone="high" if odd else "muted")


def rows(frozen: Frozen) -> list[Row]:
    """Value, term and what differs from what was approved."""
    evaluation, facts = frozen.evaluation, frozen.facts
    value, currency = decimal(evaluation["own_value"]), frozen.request.currency
    found = [Row(_("Value in a year"), money(value, currency))]
    if evaluation["same_day"]:
        others = ", ".join(each["no"] for each in evaluation["same_day"])
        total = decimal(facts["contract_value"])
        found.append(Row(_("With the contracts of the day"), money(total, currency), change=others, tone="some"))
    found.append(Row(_("Total of the goods"), money(decimal(evaluation["total"]), currency)))
    terms = frozen.terms
    found.append(Row(_("Valid"), format_html("{} – {}", day(terms["valid_from"]), day(terms["valid_to"]))))
    return [*found, *(_difference(each) for each in evaluation["differences"])]


def _difference(each: Mapping[str, Any]) -> Row:
    label = pick(each["zh"], each["en"])
    source = pick(each["source_zh"], each["source_en"])
    approved = format_html('{} <span class="meta">{}</span>', each["approved"], source)
    return Row(label[:1].upper() + label[1:], each["asked"], approved, _("not what was approved"), "high")


def details(frozen: Frozen) -> list[tuple[str, str]]:
    """What is agreed besides figures."""
    values, asked = frozen.evaluation["values"], frozen.asked
    if not values:
        return []
    template = frozen.evaluation["template"]
    signer = values["signer"]
    return [
        (_("Template"), f"{template['code']} v{template['version']} · {LANGUAGES[template['language']]}"),
        (_("Delivery"), f"{values['delivery']['address']} · {values['delivery']['lead_days']} {_('days')}"),
        (_("Settlement"), f"{values['settlement']['method']} · {values['settlement']['term_days']} {_('days')}"),
        (_("Credit limit"), values["credit"]["limit"] or "—"),
        (_("Rebate"), values["rebate"]["rate"] or "—"),
        (_("Territory"), values["territory"] or "—"),
        (_("Disputes"), f"{values['dispute']['mode']} · {values['dispute']['body']}"),
        (
            _("Signs for the customer"),
            " · ".join(signer[name] for name in ("name", "authority_doc_no", "authority_valid_to")),
        ),
        (_("Planned day of signing"), str(asked.get("sign_on") or "—")),
        (_("Copies"), str(asked.get("copies") or "")),
    ]


def words(frozen: Frozen) -> list[tuple[str, str]]:
    """Why it deviates."""
    return [(_("Reason"), frozen.asked["reason"])] if frozen.asked.get("reason") else []


def picture(frozen: Frozen) -> Part | None:
    """What differs, before anybody decides; nothing for a standard contract."""
    return Part("contracts/contract_departures.html", departures(frozen.evaluation))


def evidence(frozen: Frozen) -> Part:
    """Goods and prices with where they were approved, the clauses that differ."""
    return Part("contracts/contract_evidence.html", departures(frozen.evaluation))


def todays(found: Sequence[Frozen]) -> dict[int, Contract]:
    """The contract that came of each request; one statement."""
    numbers = {row.request.no: row.request.pk for row in found}
    return {numbers[each.number]: each for each in Contract.objects.filter(number__in=list(numbers))}


def outcome(frozen: Frozen) -> str:
    """How far the contract is."""
    contract = frozen.today
    return _("See the contract %(number)s.") % {"number": contract.number} if contract else ""


def beside(frozen: Frozen, user: User) -> list[Part]:
    """Where the contract is, once it was approved: its page has seal, copies and signatures."""
    contract = Contract.objects.visible_to(user).filter(number=frozen.request.no).first()
    return [Part("contracts/contract_beside.html", {"contract": contract})] if contract else []


def sheet_tables(case: "Case") -> tuple[Table, ...]:
    """Goods, and what differs from what was approved, for the approval sheet."""
    evaluation = case.content["evaluation"]
    goods = tuple(
        (x["name"], x["spec"], x["quantity"], x["unit"], x["price"], x["amount"]) for x in evaluation["lines"]
    )
    columns = (_("Goods"), _("Specification"), _("Quantity"), _("Unit"), _("Unit price"), _("Amount"))
    found = [Table(_("Goods"), columns, goods)]
    if evaluation["differences"]:
        unlike = tuple((pick(x["zh"], x["en"]), x["asked"], x["approved"]) for x in evaluation["differences"])
        found.append(
            Table(_("Figures that differ"), (_("Figure"), _("Contract"), _("Approved")), unlike, figures=False)
        )
    if evaluation["deviations"]:
        changed = tuple((x["title"], " ".join(x["proposed"]) or "—", x["reason"]) for x in evaluation["deviations"])
        found.append(
            Table(_("Clauses that differ"), (_("Clause"), _("Proposed text"), _("Why")), changed, figures=False)
        )
    return tuple(found)

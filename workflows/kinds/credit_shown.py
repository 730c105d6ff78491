"""A submitted credit application: what is asked against the line in force, and the pictures that belong to it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.templatetags.formats import day, decimal, grouped, money, percent
from accounts.templatetags.states import look
from audit.clock import db_now
from credit.choices import ReasonCode, RequestType, SecurityType, Settlement, line_kind
from credit.models import CreditLine
from credit.queries import LineState, lines_in_force
from policies.rules.calendar import business_date
from workflows.kinds import credit_variants
from workflows.pages import Frozen, Line, Part, Row

HIGH: Final = 20  # percent over the formula from which it stands out
WORDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "req_type": dict(RequestType.choices),
    "settlement": dict(Settlement.choices),
    "reason_code": dict(ReasonCode.choices),
    "security_type": dict(SecurityType.choices),
}


def todays(rows: Sequence[Frozen]) -> dict[int, LineState]:
    """The line in force today that each request is about; one statement."""
    if not rows:
        return {}
    on = business_date(db_now(), rows[0].request.unit.time_zone)
    found: dict[tuple[int, str], CreditLine] = {}
    customers = {row.request.pk: row.request.customer for row in rows}
    for line in lines_in_force({customer for customer in customers.values() if customer}, on):
        found.setdefault((line.customer_id, line.kind), line)
    return {
        row.request.pk: LineState.of(found.get((customer.pk, line_kind(row.asked.get("req_type") or ""))))
        for row in rows
        if (customer := customers[row.request.pk]) is not None
    }


def change(frozen: Frozen) -> Decimal | None:
    """How the amount differs from the line in force; None where there is no figure."""
    state: LineState = frozen.today
    known = state.line is not None and state.state in ("amount", "zero")
    return frozen.request.amount - state.line.amount if known and state.line and state.line.amount is not None else None


def line(frozen: Frozen) -> Line:
    """Type of request, difference to today, and how far over the formula."""
    if credit_variants.is_special(frozen.asked):
        grade = frozen.facts.get("grade")
        mark = _("Grade %(grade)s") % {"grade": grade} if grade else ""
        return credit_variants.line(frozen, word("req_type", frozen.asked), mark)
    delta = change(frozen)
    if delta is not None:
        below = _("%(delta)s to today") % {"delta": grouped(delta, 0, signed=True)}
    else:
        below = _("unlimited today") if frozen.today.state == "unlimited" else _("no line today")
    figure, tone = over_formula(frozen, _("formula is 0"))
    grade = frozen.facts.get("grade")
    return Line(
        what=word("req_type", frozen.asked),
        below=below,
        figure=figure or _("no formula"),
        measure=_measure(frozen, figure, tone),
        tone=tone,
        badge=_("Grade %(grade)s") % {"grade": grade} if grade else "",
    )


def _measure(frozen: Frozen, figure: str, tone: str) -> str:
    """What the key figure is about."""
    if tone in ("some", "high"):
        return _("over formula") if decimal(frozen.facts.get("over_formula_pct")) else ""
    return _("Formula limit") if figure else ""


def over_formula(frozen: Frozen, zero: str) -> tuple[str, str]:
    """By how much the request exceeds the formula limit, and how much that matters; "" without a formula."""
    over = decimal(frozen.facts.get("over_formula_pct"))
    if decimal(frozen.facts.get("limit_formula")) == 0:
        return zero, "high"
    if over is None:
        return "", "muted"
    if over <= 0:
        return _("within"), "muted"
    return percent(over, places=1, signed=True), "high" if over > HIGH else "some"


def word(name: str, asked: Mapping[str, Any]) -> str:
    """The word for a code, as far as there is one."""
    code = str(asked.get(name) or "")
    return str(WORDS[name].get(code, code))


def rows(frozen: Frozen) -> list[Row]:
    """What is asked, against the line in force today."""
    if credit_variants.is_special(frozen.asked):
        return credit_variants.rows(frozen, word("req_type", frozen.asked))
    asked, figures, state = frozen.asked, frozen.evaluation["figures"], frozen.today
    held, delta, nothing = state.line, change(frozen), ""
    terms = frozen.evaluation["terms"]
    formula = decimal(frozen.facts.get("limit_formula"))
    over, tone = over_formula(frozen, _("no limit by formula"))
    standard = _("standard %(days)s") % {"days": terms["standard"]} if terms["standard"] is not None else nothing
    now = money(held.amount, decimals=0) if state.state in ("amount", "zero") else str(look(state.state, "line").label)
    valid = format_html("{} – {}", day(frozen.terms["valid_from"]), day(frozen.terms["valid_to"]))
    by_formula = _("no formula") if formula is None else money(formula, decimals=0)
    until = format_html("{} {}", _("until"), day(held.valid_to)) if held and held.valid_to else nothing
    found = [
        Row(_("Limit"), money(frozen.request.amount, decimals=0), now,
            _("new") if delta is None else money(delta, decimals=0, signed=True), "muted" if delta is None else ""),
        Row(_("Formula limit"), by_formula, nothing, over, tone),
        Row(_("Payment term (days)"), str(asked.get("req_term") or nothing), str(held.term_days) if held else nothing,
            standard, "muted"),
        Row(_("Valid"), valid, until),
    ]  # fmt: skip
    if asked.get("req_placement"):
        found.append(Row(_("Placement"), money(asked["req_placement"], decimals=0)))
    if asked.get("security_value"):
        worth = money(asked["security_value"], decimals=0)
        found.append(Row(_("Security"), worth, change=word("security_type", asked)))
    found.append(Row(_("Cost of credit a year"), money(figures["cost_of_credit"].get("value"), decimals=0)))
    return found


def details(frozen: Frozen) -> list[tuple[str, str]]:
    """What is asked besides limit, term and validity."""
    asked = frozen.asked
    if credit_variants.is_special(asked):
        return [(_("Reason"), word("reason_code", asked))] if asked.get("reason_code") else []
    said = [
        (_("Settlement"), word("settlement", asked)),
        (_("Forecast monthly sales"), money(asked.get("forecast_month"), frozen.request.currency)),
        (_("Categories"), asked.get("categories") or ""),
    ]
    if asked.get("security_type"):
        said.append((_("Security"), word("security_type", asked)))
        said.append((_("Provider of the security"), asked.get("security_provider") or ""))
    said.append((_("Reason"), word("reason_code", asked)))
    if asked.get("grade_override"):
        said.append((_("Proposed change of grade"), str(asked["grade_override"])))
        said.append((_("Reason for the change of grade"), asked.get("override_reason") or ""))
    return said


def words(frozen: Frozen) -> list[tuple[str, str]]:
    """The submitter's own words."""
    asked = frozen.asked
    said = [
        (word("reason_code", asked), asked.get("reason_text") or ""),
        (_("What we get in return:"), asked.get("give_get") or ""),
        (_("Competitor:"), asked.get("competitor") or ""),
    ]
    return [pair for pair in said if pair[1]]


def picture(frozen: Frozen) -> Part:
    """Score bars, and the exposure against the line in force."""
    state = frozen.today
    limit = "unlimited" if state.state == "unlimited" else (state.line.amount if state.line else None)
    context: dict[str, Any] = {
        "evaluation": frozen.evaluation,
        "currency": frozen.request.currency,
        "limit": limit,
        "proposed": None if state.state == "unlimited" else frozen.request.amount,
        "frozen": state.frozen,
    }
    if credit_variants.is_special(frozen.asked):
        context |= credit_variants.picture(frozen)
    return Part("workflows/credit_picture.html", context)


def outcome(frozen: Frozen) -> str:
    """Whether the line that was granted is the one in force."""
    if credit_variants.is_special(frozen.asked) and (said := credit_variants.outcome(frozen)):
        return said
    held = frozen.today.line
    granted = frozen.request.state == "approved" and held is not None and held.request_no == frozen.request.no
    return _("The line is in force.") if granted else ""


def evidence(frozen: Frozen) -> Part:
    """The whole evaluation with its derivations."""
    return Part("workflows/credit_evidence.html", {"evaluation": frozen.evaluation})

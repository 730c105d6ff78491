"""A submitted special price: lines against what holds today, the waterfall, evidence, earlier prices."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.language import pick
from accounts.templatetags.formats import day, decimal, grouped, money, percent
from accounts.templatetags.waterfalls import price_words
from audit.clock import db_now
from policies.rules.calendar import business_date
from pricing.choices import Basis, Consideration, Mode, Obtained, PriceReason, PromiseKind
from pricing.models import AgreementLine, PriceAgreement
from workflows.pages import Frozen, Line, Part, Row

HIGH: Final = 5  # points beyond the tier band from which it stands out
WORDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "reason_code": dict(PriceReason.choices),
    "consideration": dict(Consideration.choices),
    "kind": dict(PromiseKind.choices),
    "basis": dict(Basis.choices),
    "how": dict(Obtained.choices),
}
Prices = Mapping[str, AgreementLine]


def todays(rows: Sequence[Frozen]) -> dict[int, Prices]:
    """Granted prices in force today by product code, for each request's customer; one statement."""
    if not rows:
        return {}
    on = business_date(db_now(), rows[0].request.unit.time_zone)
    customers = {row.request.customer_id for row in rows}
    running = PriceAgreement.objects.on(on).filter(customer__in=customers)
    found: dict[int | None, dict[str, AgreementLine]] = {}
    for held in AgreementLine.objects.filter(agreement__in=running).select_related("agreement", "product"):
        found.setdefault(held.customer_id, {})[held.product.code] = held
    return {row.request.pk: found.get(row.request.customer_id, {}) for row in rows}


def word(name: str, code: object) -> str:
    """The word for a code, as far as there is one."""
    return str(WORDS[name].get(str(code or ""), code or ""))


def line(frozen: Frozen) -> Line:
    """Reason, concession, and the points beyond the tier band."""
    facts = frozen.facts
    points, lowest = decimal(facts.get("extra_points")), decimal(facts.get("pocket_margin"))
    conceded = decimal(facts.get("concession_own"))
    over = points is not None and points > 0
    figure = _("%(points)s points") % {"points": grouped(round(points, 1))} if over and points else _("within the tier")
    return Line(
        what=f"{word('reason_code', frozen.asked.get('reason_code'))} · {frozen.asked.get('products') or ''}",
        below=_("concession %(amount)s") % {"amount": grouped(conceded or Decimal(0), 0)},
        figure=figure,
        measure=_("beyond the tier") if over else "",
        tone=tone(points),
        badge="" if lowest is None else _("Margin %(margin)s") % {"margin": f"{grouped(round(lowest, 1))} %"},
    )


def tone(points: Decimal | None) -> str:
    """How much extra points stand out."""
    if points is None or points <= 0:
        return "muted"
    return "high" if points > HIGH else "some"


def rows(frozen: Frozen) -> list[Row]:
    """Each price against the one that holds today: granted before, or the tier's."""
    shown, held = frozen.evaluation, frozen.today or {}
    found = [_row(each, held) for each in shown["lines"] if each["waterfall"]]
    whole = shown["metrics"]
    margin, earlier = decimal(whole["pocket_margin_lowest"]), decimal(whole["concession_earlier"])
    added = _("%(amount)s from the 30 days before") % {"amount": grouped(earlier, 0)} if earlier else ""
    valid = format_html("{} – {}", day(frozen.terms["valid_from"]), day(frozen.terms["valid_to"]))
    return [
        *found,
        Row(_("Concession"), money(whole["concession_routed"], decimals=0), change=added, tone="some"),
        Row(_("Impact on a year"), money(whole["annual_impact"], decimals=0)),
        Row(_("Lowest pocket margin"), _percent(margin), change=_below(whole), tone="high"),
        Row(_("Valid"), valid, change=_("%(days)s days") % {"days": shown["validity_days"]}, tone="muted"),
    ]


def _below(whole: Mapping[str, Any]) -> str:
    """The worst that is true of some line."""
    if whole["below_cost"]:
        return _("below cost")
    if whole["below_floor"]:
        return _("below the floor")
    return _("below target") if whole["below_target"] else ""


def _row(each: Mapping[str, Any], held: Prices) -> Row:
    granted = held.get(each["product_code"])
    today = granted.net_price if granted else decimal(each["tier_price"]) or Decimal(0)
    source = granted.agreement.number if granted else _("tier price")
    points = decimal(each["extra_points"])
    change = _("%(points)s points") % {"points": grouped(points or Decimal(0), 2, signed=True)}
    price = price_words(decimal(each["net_price"]) or Decimal(0))
    return Row(
        label=f"{each['product_code']} {pick(each['name_zh'], each['name_en'])}",
        asked=format_html("{} × {} {}", price, grouped(decimal(each["quantity"]) or Decimal(0)), each["unit"]),
        today=format_html('{} <span class="meta">{}</span>', price_words(today), source),
        change=change,
        tone=tone(points),
    )


def _percent(value: Decimal | None) -> Any:
    return _("below cost") if value is None else percent(value, places=1)


def details(frozen: Frozen) -> list[tuple[str, str]]:
    """What is asked besides prices and days."""
    asked = frozen.asked
    said = [
        (_("Price list"), asked.get("price_list") or ""),
        (_("Main reason"), word("reason_code", asked.get("reason_code"))),
        (_("Expected sales a year"), money(asked.get("annual_expected"), frozen.request.currency)),
        (_("Sales a year at best"), money(asked.get("annual_best"), frozen.request.currency)),
        (_("Besides the price"), word("consideration", asked.get("consideration"))),
    ]
    said += [(word("kind", each["kind"]), promise_words(each)) for each in frozen.evaluation["promises"]]
    if frozen.evaluation["replaces"]:
        said.append((_("Replaces"), ", ".join(frozen.evaluation["replaces"])))
    return said


def promise_words(each: Mapping[str, Any]) -> str:
    """`2 % of the net price, at best 8 %`."""
    if each["mode"] == Mode.TOTAL:
        values = {name: grouped(decimal(each[name]) or Decimal(0), 2) for name in ("expected", "best")}
        return _("%(expected)s for the whole request, at best %(best)s") % values
    values = {name: f"{grouped(decimal(each[name]) or Decimal(0))} %" for name in ("expected", "best")}
    return _("%(expected)s %(basis)s, at best %(best)s") % {**values, "basis": word("basis", each["basis"])}


def words(frozen: Frozen) -> list[tuple[str, str]]:
    """The submitter's own words."""
    text = frozen.asked.get("reason_text") or ""
    return [(word("reason_code", frozen.asked.get("reason_code")), text)] if text else []


def shown(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """The evaluation as the templates want it: words for the codes, lines that were judged apart."""
    return {
        "evaluation": evaluation,
        "currency": evaluation["currency"],
        "lines": [each for each in evaluation["lines"] if each["waterfall"]],
        "evidence": [
            {**each, "how_words": word("how", each["how"]), "price_words": price_words(Decimal(each["price"]))}
            for each in evaluation["evidence"]
        ],
        "promises": [
            {"label": word("kind", each["kind"]), "words": promise_words(each), "note": each["note"]}
            for each in evaluation["promises"]
        ],
    }


def picture(frozen: Frozen) -> Part:
    """The lines with their waterfalls, what a competitor asks, and earlier prices."""
    return Part("workflows/special_price/picture.html", shown(frozen.evaluation))


def evidence(frozen: Frozen) -> Part:
    """Everything that was known when it was sent."""
    return Part("workflows/special_price/evidence.html", shown(frozen.evaluation))


def outcome(frozen: Frozen) -> str:
    """Whether the granted prices are in force."""
    held = {row.agreement.request_no for row in (frozen.today or {}).values()}
    granted = frozen.request.state == "approved" and frozen.request.no in held
    return _("The prices are in force.") if granted else ""

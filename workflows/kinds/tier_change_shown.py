"""A submitted tier change: what is asked against the stars in force, and the pictures that belong to it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.language import pick
from accounts.templatetags.formats import day, decimal, grouped, money
from audit.clock import db_now
from customers.models import Lever, ListChange, TierReason
from customers.queries_tiers import TierState, tiers_in_force
from policies.rules.calendar import business_date
from workflows.pages import Frozen, Line, Part, Row

WORDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "reason_code": dict(TierReason.choices),
    "list_change": dict(ListChange.choices),
    "levers": dict(Lever.choices),
}


def stars(tier: object) -> str:
    """★★★, or a word for no stars."""
    return "★" * int(str(tier)) if tier else _("no stars")


def word(name: str, code: object) -> str:
    """The word for a code, as far as there is one."""
    return str(WORDS[name].get(str(code or ""), code or ""))


def todays(rows: Sequence[Frozen]) -> dict[int, TierState]:
    """The stars in force today of each request's customer; one statement."""
    if not rows:
        return {}
    on = business_date(db_now(), rows[0].request.unit.time_zone)
    states = tiers_in_force({row.request.customer for row in rows if row.request.customer}, on)
    return {row.request.pk: states[row.request.customer_id] for row in rows if row.request.customer_id in states}


def direction(facts: Mapping[str, Any]) -> str:
    """What kind of change it is, in words."""
    step = decimal(facts.get("star_change")) or 0
    if facts.get("emergency"):
        return _("Emergency measure")
    if facts.get("exit"):
        return _("End of the relationship")
    if step:
        return _("Upgrade") if step > 0 else _("Downgrade")
    if facts.get("key_account_entry"):
        return _("Entry into the key-account list")
    if facts.get("key_account_removal"):
        return _("Removal from the key-account list")
    return _("First rating") if facts.get("provisional_confirmed") else _("Benefits")


def line(frozen: Frozen) -> Line:
    """From which stars to which, and the score against the entry score."""
    facts = frozen.facts
    score, entry, grade = facts.get("score"), decimal(facts.get("entry_score")), facts.get("grade")
    return Line(
        what=direction(facts),
        headline=f"{stars(facts.get('current_star'))} → {stars(facts.get('new_star'))}",
        below=_("Sales %(amount)s") % {"amount": f"{frozen.request.currency} {grouped(frozen.request.amount, 0)}"},
        figure=_("%(score)s points") % {"score": score} if score is not None else _("no score"),
        measure=_("entry from %(score)s") % {"score": entry} if entry else "",
        tone="high" if facts.get("below_band") else "muted",
        badge=_("Grade %(grade)s") % {"grade": grade} if grade else "",
    )


def rows(frozen: Frozen) -> list[Row]:
    """What is asked, against the stars in force today."""
    asked, facts, rating = frozen.asked, frozen.facts, frozen.evaluation["rating"]
    now: TierState = frozen.today or TierState(None, False, False)
    proposed = frozen.evaluation["proposed"]
    yes, no = _("yes"), _("no")
    score, entry = rating["score"]["score"], decimal(facts.get("entry_score"))
    provisional = f" ({_('provisional')})" if now.provisional else ""
    found = [
        Row(_("Stars"), stars(asked.get("proposed_tier")), stars(now.tier) + provisional, direction(facts),
            "some" if frozen.evaluation["override"] else ""),
        Row(_("On the key-account list"), yes if proposed["key_account"] else no, yes if now.key_account else no),
        Row(_("Takes effect on"), day(frozen.terms["effective_on"])),
        Row(_("Tier score"), score or _("not known"), "",
            _("entry from %(score)s") % {"score": entry} if entry else "",
            "high" if facts.get("below_band") else "muted"),
        Row(_("By the rules"), stars(rating["earned"]) if rating["earned"] else _("not known")),
        Row(_("Rated again on"), day(frozen.terms["rerate_on"])),
        Row(_("Sales of twelve months"), money(frozen.request.amount, decimals=0)),
    ]  # fmt: skip
    if proposed["levers"] or now.levers:
        held = ", ".join(word("levers", code) for code in now.levers)
        found.insert(2, Row(_("Levers"), ", ".join(word("levers", code) for code in proposed["levers"]) or no, held))
    return found


def details(frozen: Frozen) -> list[tuple[str, str]]:
    """What is asked besides stars and day."""
    asked = frozen.asked
    said = [(_("Reason"), word("reason_code", asked.get("reason_code")))]
    if asked.get("influence") is not None:
        said.append((_("Industry influence (0–5)"), str(asked["influence"])))
    if asked.get("proactivity") is not None:
        said.append((_("Proactivity and business mind (0–10)"), str(asked["proactivity"])))
    if asked.get("exit"):
        said.append((_("The business relationship ends"), _("yes")))
    if asked.get("sponsor_informed"):
        said.append((_("The executive sponsor has been informed"), _("yes")))
    return said


def words(frozen: Frozen) -> list[tuple[str, str]]:
    """The submitter's own words."""
    asked = frozen.asked
    said = [
        (word("reason_code", asked.get("reason_code")), asked.get("reason_text")),
        (_("Reason for the exception"), asked.get("override_reason")),
        (_("Evidence for the influence"), asked.get("influence_evidence")),
        (_("Evidence for the proactivity"), asked.get("proactivity_evidence")),
    ]
    return [(label, text) for label, text in said if text]


def shown(evaluation: Mapping[str, Any], *, everything: bool) -> dict[str, Any]:
    """The context of the pictures.

    Args:
        everything: all benefits and every derivation; else what differs.
    """
    rating = evaluation["rating"]
    benefits = [row for row in evaluation["benefits"] if everything or row["changed"]]
    return {
        "evaluation": evaluation,
        "rating": rating,
        "bars": bars(evaluation["lines"]),
        "benefits": benefits,
        "before": stars(evaluation["current"]["tier"]),
        "after": stars(evaluation["proposed"]["tier"]),
        "flags": [test for test in rating["tests"]["tests"] if test["state"] in ("flag", "amber")],
        "months": [{"month": date.fromisoformat(month), "value": amount} for month, amount in evaluation["months"]],
    }


def bars(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The factors of the scorecard as bars."""
    return [
        {
            "label": pick(each["zh"], each["en"]),
            "score": None
            if each["points"] is None
            else 100 * (decimal(each["points"]) or 0) / (decimal(each["max"]) or 1),
            "points": each["points"],
            "scorable": each["max"],
        }
        for each in lines
    ]


def _percent(points: object, most: object) -> Decimal | None:
    earned, top = decimal(points), decimal(most)
    return 100 * earned / top if earned is not None and top else None


def picture(frozen: Frozen) -> Part:
    """Benefits that change, and whatever speaks against the change."""
    return Part("workflows/tier_change/picture.html", shown(frozen.evaluation, everything=False))


def evidence(frozen: Frozen) -> Part:
    """Score, gates, tests, levers and all benefits, with their derivations."""
    return Part("workflows/tier_change/evidence.html", shown(frozen.evaluation, everything=True))


def outcome(frozen: Frozen) -> str:
    """Whether the stars that were granted are the ones in force."""
    record = frozen.today.record if frozen.today else None
    if frozen.request.state != "approved":
        return ""
    if record is not None and record.request_no == frozen.request.no:
        return _("The stars are in force.")
    if date.fromisoformat(frozen.terms["effective_on"]) > business_date(db_now(), frozen.request.unit.time_zone):
        return _("The stars take effect on %(day)s.") % {"day": frozen.terms["effective_on"]}
    return ""

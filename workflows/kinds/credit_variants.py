"""How the variants of a credit application are shown: temporary limits, decreases, freezes and closings."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.formats import day, decimal, grouped, money, percent
from accounts.templatetags.states import look
from credit.rules.variants import TEMPORARY, asks_for, is_reduction
from workflows.pages import Frozen, Line, Row


def is_special(asked: Mapping[str, Any]) -> bool:
    """Whether this is a variant that is shown in its own way."""
    return not asks_for(str(asked.get("req_type") or ""), "req_term")


def line(frozen: Frozen, what: str, badge: str) -> Line:
    """One line of the queue: what share for how long, or that it is in force at once."""
    if frozen.asked.get("req_type") == TEMPORARY:
        return Line(
            what=what,
            below=length(frozen.facts),
            figure=percent(frozen.facts.get("temporary_share_pct"), places=1),
            measure=_("of the limit in force"),
            badge=badge,
        )
    held = frozen.today.line
    today = grouped(held.amount, 0) if held is not None and held.amount is not None else ""
    below = _("%(amount)s today") % {"amount": today} if today else str(look(frozen.today.state, "line").label)
    return Line(what=what, below=below, figure=_("at once"), measure=_("when it is decided"), badge=badge)


def length(facts: Mapping[str, Any]) -> str:
    """How long a temporary limit lasts."""
    days = int(str(facts.get("temporary_days") or 0))
    return ngettext("for %(count)s day", "for %(count)s days", days) % {"count": days}


def rows(frozen: Frozen, what: str) -> list[Row]:
    """What is asked, against the line in force when it was sent and today."""
    if frozen.asked.get("req_type") == TEMPORARY:
        return _temporary(frozen, what)
    state = frozen.today
    held = state.line
    now = money(held.amount, decimals=0) if state.state in ("amount", "zero") else str(look(state.state, "line").label)
    becomes = {
        "decrease": money(frozen.request.amount, decimals=0),
        "freeze": _("frozen: nothing more may be drawn"),
        "close": _("closed: every line ends"),
    }[str(frozen.asked["req_type"])]
    until = format_html("{} {}", _("until"), day(held.valid_to)) if held is not None and held.valid_to else ""
    return [
        Row(_("Limit"), becomes, now, _("at once"), "some"),
        Row(_("Payment term (days)"), str(frozen.terms["term_days"]), str(held.term_days) if held else "",
            _("unchanged"), "muted"),
        Row(_("Valid"), "", until),
    ]  # fmt: skip


def _temporary(frozen: Frozen, what: str) -> list[Row]:
    base, facts = frozen.evaluation["trade_now"], frozen.facts
    valid = format_html("{} – {}", day(frozen.terms["valid_from"]), day(frozen.terms["valid_to"]))
    share = percent(facts.get("temporary_share_pct"), places=1)
    said = _("%(share)s of the limit in force") % {"share": share}
    return [
        Row(what, money(frozen.request.amount, decimals=0), money(base["amount"], decimals=0), said, "some"),
        Row(_("Valid"), valid, "", length(facts)),
        Row(_("Payment term (days)"), str(frozen.terms["term_days"]), str(base["term_days"]), _("unchanged"), "muted"),
        Row(_("Temporary limits granted in the last 12 months"), str(facts.get("temporary_in_12m") or 0)),
        Row(_("Longest overdue (days)"), str(facts.get("overdue_days") or 0)),
    ]


def picture(frozen: Frozen) -> dict[str, Any]:
    """The bar of exposure: what the limit becomes, as of the submission."""
    base = frozen.evaluation["trade_now"]
    limit = "unlimited" if base["state"] == "unlimited" else base["amount"]
    proposed = None
    if frozen.asked.get("req_type") == "decrease":
        proposed = frozen.request.amount
    if frozen.asked.get("req_type") == TEMPORARY and base["amount"] is not None:
        proposed = frozen.request.amount + (decimal(base["amount"]) or 0)
    return {"limit": limit, "proposed": proposed, "frozen": base["frozen"]}


def outcome(frozen: Frozen) -> str:
    """What became of a measure that was agreed."""
    if not is_reduction(str(frozen.asked.get("req_type") or "")):
        return ""
    if frozen.request.state == "approved":
        return _("It is in force.")
    return _("It was undone: the line is as it was.") if frozen.request.effective_at else ""

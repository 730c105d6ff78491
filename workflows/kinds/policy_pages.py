"""A policy change on the pages: what changes in the tables, whose authority it raises, what it would have meant."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.language import pick
from accounts.models import User
from accounts.roles import Role
from accounts.templatetags.formats import day
from customers.models import Customer
from policies.change_forms import PolicyChangeForm
from policies.models import MAKERS, PolicyChange, PolicyVersion
from policies.services import changes, drafts
from workflows.kinds.policy import KIND
from workflows.kinds.policy_notice import policy_notice
from workflows.pages import Frozen, Line, Pages, Part, Row
from workflows.preview import Preview

PLACES: Final[Mapping[str, str]] = {
    "PL-BL-CHECK": "#check",
    "PL-BL-SAME": "#tables",
    "PL-BL-REPLAY": "#replay",
    "PL-BL-SOON": "#id_effective_from",
    "PL-BL-DAY": "#id_effective_from",
}
LIVE_LINES: Final = 12


def letters(user: User) -> Any:
    """Drafts and returned changes that the user may see."""
    return PolicyChange.objects.drafts().visible_to(user).select_related("unit", "created_by", "version__based_on")


def begin(customer: Customer | None, user: User) -> PolicyChange:
    """The user's own draft that nobody has asked for yet; else a new one with the tables in force."""
    free = PolicyVersion.objects.filter(state__in=["draft", "checked"], created_by=user)
    asked_for = PolicyChange.objects.filter(discarded_at__isnull=True).values("version")
    known = free.exclude(pk__in=asked_for).order_by("-number").first()
    version = known or drafts.start_draft(user)
    return changes.begin_change(version.number, user)


def keep(letter: PolicyChange, form: PolicyChangeForm, user: User) -> None:
    """Save what was written."""
    changes.save_change(letter, form.cleaned_data, user)


def change_words(number: int) -> str:
    """How much changes, in words."""
    return ngettext("%(n)d row of the tables changes", "%(n)d rows of the tables change", number) % {"n": number}


def _shown(evaluation: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The evaluation in the reader's language."""
    replay = evaluation["replay"]
    return {
        "where": where,
        "version": evaluation["version"],
        "base": evaluation["base"],
        "tables": [{**each, "title": pick(each["zh"], each["en"])} for each in evaluation["tables"]],
        "lines": [(mark, pick(zh, en)) for mark, zh, en in evaluation["lines"]],
        "more": evaluation["more"],
        "findings": [{**each, "text": pick(each["zh"], each["en"])} for each in evaluation["findings"]],
        "raised": [
            {"role": Role(role).label, "reasons": [pick(one["zh"], one["en"]) for one in reasons]}
            for role, reasons in evaluation["raised"].items()
        ],
        "replay": {**replay, "said": [pick(zh, en) for zh, en in replay["lines"]]} if replay else None,
    }


def live(letter: PolicyChange, shown: Preview, user: User) -> Part:
    """What the comparison says at this moment."""
    evaluation = shown.content["evaluation"]
    number = int(shown.assessment.facts["policy_changes"])
    context = _shown(evaluation, "live") | {"words": change_words(number), "unit": letter.unit}
    context["lines"] = context["lines"][:LIVE_LINES]
    return Part("workflows/policy_live.html", context)


def below(letter: PolicyChange, shown: Preview, user: User) -> list[Part]:
    """The tables with what changes in them, the check, and what it would have meant for earlier requests."""
    return [Part("workflows/policy_tables.html", _shown(shown.content["evaluation"], "below") | {"editing": True})]


def line(frozen: Frozen) -> Line:
    """Version, ordinary or emergency, from when."""
    asked = frozen.asked
    number = int(frozen.facts.get("policy_changes") or 0)
    return Line(
        what=_("Emergency change") if asked["emergency"] else _("New version"),
        headline=f"v{asked['version']}",
        below=_begins(asked) if asked["emergency"] else _from(asked["effective_from"]),
        figure=str(number),
        measure=ngettext("row that changes", "rows that change", number),
        tone="high" if asked["emergency"] else "some",
    )


def rows(frozen: Frozen) -> list[Row]:
    """What is asked against the version that it follows."""
    evaluation, asked = frozen.evaluation, frozen.asked
    base, number = evaluation["base"], int(frozen.facts.get("policy_changes") or 0)
    raised = [str(Role(role).label) for role in evaluation["raised"]]
    return [
        Row(_("Version"), f"v{asked['version']}", f"v{base['number']}" if base else _("none")),
        Row(_("Digest"), asked["digest"][:12], base["digest"][:12] if base else ""),
        Row(_("In force from"), _begins(asked), day(base["effective_from"]) if base else ""),
        Row(_("Kind of change"), _("Emergency change") if asked["emergency"] else _("New version"), "", "",
            "high" if asked["emergency"] else "muted"),
        Row(_("Tables"), ", ".join(one["code"] for one in evaluation["tables"]) or _("all as before"), "",
            change_words(number), "some" if number else "muted"),
        Row(_("Decided by the people of"), frozen.request.unit.name, "", _("the policy holds for the whole group")),
        Row(_("Authority rises for"), ", ".join(raised) or _("nobody"), "", "", "high" if raised else "muted"),
    ]  # fmt: skip


def _begins(asked: Mapping[str, Any]) -> str:
    return _("at once, for 30 days") if asked["emergency"] else str(day(asked["effective_from"]))


def _from(first: str) -> str:
    """Its first day in a sentence, written as every day is."""
    return format_html(_("from %(day)s") % {"day": "{}"}, day(first))


def words(frozen: Frozen) -> list[tuple[str, str]]:
    """The maker's own words."""
    return [("", frozen.asked.get("change_note") or "")]


def picture(frozen: Frozen) -> Part:
    """What changes, line by line, and what it would have meant: what the decider reads first."""
    return Part("workflows/policy_tables.html", _shown(frozen.evaluation, "panel"))


def evidence(frozen: Frozen) -> Part:
    """The same on the page of the request."""
    return Part("workflows/policy_tables.html", _shown(frozen.evaluation, "evidence"))


def summary(letter: PolicyChange, evaluation: Mapping[str, Any]) -> str:
    """How much changes."""
    number = sum(max(1, sum(table["rows"].values())) for table in evaluation["tables"])
    return format_html("<strong>{}</strong>", change_words(number))


def outcome(frozen: Frozen) -> str:
    """What became of the version."""
    number = frozen.asked["version"]
    version = PolicyVersion.objects.dated().filter(number=number).first()
    if frozen.request.state != "approved" or version is None:
        return ""
    first, last = day(version.effective_from), version.last_on
    if last is None:
        return format_html(_("Version %(n)s is in force from %(first)s.") % {"n": number, "first": "{}"}, first)
    said = _("Version %(n)s is in force from %(first)s to %(last)s.") % {"n": number, "first": "{}", "last": "{}"}
    return format_html(said, first, day(last))


PAGES = Pages(
    kind=KIND,
    icon="adjustments",
    writers=tuple(MAKERS),
    letters=letters,
    begin=begin,
    form=lambda letter, user, data, files: PolicyChangeForm(data, instance=letter),
    keep=keep,
    discard=changes.discard_change,
    by_customer=False,
    single=False,
    live=live,
    below=below,
    summary=summary,
    places=PLACES,
    line=line,
    rows=rows,
    words=words,
    picture=picture,
    evidence=evidence,
    outcome=outcome,
    subject=lambda frozen: _("Emergency change") if frozen.asked["emergency"] else _("New version"),
    notice=policy_notice,
)

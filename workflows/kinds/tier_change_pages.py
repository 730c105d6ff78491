"""The tier change on the pages: its form with the live rating, what is asked against the stars in force."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.queries import has_role
from accounts.roles import Role
from customers.forms_tiers import TierChangeForm
from customers.models import Customer, TierChange
from customers.services import tier_changes
from workflows.kinds import tier_change_shown
from workflows.kinds.tier_change import CODE, KIND
from workflows.kinds.tier_change_notice import tier_change_notice, tier_change_sheet
from workflows.letter_papers import papers_of
from workflows.pages import Pages, Part
from workflows.preview import Preview

PLACES: Final[Mapping[str, str]] = {
    "BL-TC-SAME": "#id_proposed_tier", "BL-TC-STAR": "#id_proposed_tier", "BL-TC-RISE": "#id_proposed_tier",
    "BL-TC-PAST": "#id_effective_on", "BL-TC-REASON": "#id_reason_text", "BL-TC-LEVERS": "#id_levers_0",
    "BL-TC-LEVER": "#id_levers_0", "BL-TC-SIGNAL": "#id_source", "BL-TC-LISTS": "#id_list_change",
    "BL-TC-SPONSOR": "#id_sponsor_informed", "BL-TC-RISE-EXIT": "#id_proposed_tier",
    "BL-TC-RISE-LIST": "#id_list_change",
}  # fmt: skip
PAPER_KINDS: Final = (
    ("evidence", gettext_lazy("Evidence")),
    ("minutes", gettext_lazy("Minutes of a visit or meeting")),
    ("other", gettext_lazy("Other")),
)


def letters(user: User) -> Any:
    """Drafts and returned changes that the user may see."""
    around = ("customer__unit", "customer__region", "customer__owner", "customer__group", "created_by")
    return TierChange.objects.drafts().visible_to(user).select_related(*around)


def begin(customer: Customer | None, user: User) -> TierChange:
    """A new change with what is known."""
    if customer is None:
        raise Http404
    return tier_changes.start_tier_change(customer, user)


def keep(letter: TierChange, form: TierChangeForm, user: User) -> None:
    """Save what was typed right; only credit control says that it is an emergency."""
    values = dict(form.cleaned_data)
    if not has_role(user, Role.CC) or not values.get("source"):
        values.pop("source", None)
    tier_changes.save_tier_change(letter.customer, values, user, letter)


def notes(letter: TierChange, evaluation: Mapping[str, Any]) -> dict[str, str]:
    """What the stars are today, and what the rules would give."""
    rating, now = evaluation["rating"], evaluation["current"]
    earned = rating["earned"]
    said = {"now": tier_change_shown.stars(now["tier"]), "earned": tier_change_shown.stars(earned)}
    sentence = _("Today %(now)s; by the rules %(earned)s.") if earned else _("Today %(now)s; not enough figures.")
    return {"proposed_tier": sentence % said}


def live(letter: TierChange, preview: Preview, user: User) -> Part:
    """The rating as of this moment, and what would change for the customer."""
    evaluation = preview.content["evaluation"]
    return Part("workflows/tier_change/live.html", tier_change_shown.shown(evaluation, everything=False))


def summary(letter: TierChange, evaluation: Mapping[str, Any]) -> str:
    """From which stars to which, and the score."""
    now, then = evaluation["current"]["tier"], evaluation["proposed"]["tier"]
    score = evaluation["rating"]["score"]["score"]
    points = f" · {score}" if score else ""
    return f"{tier_change_shown.stars(now)} → {tier_change_shown.stars(then)}{points}"


PAGES = Pages(
    kind=KIND,
    icon="star",
    writers=tier_changes.MAY_WRITE,
    letters=letters,
    begin=begin,
    form=lambda letter, user, data, files: TierChangeForm(data, instance=letter),
    keep=keep,
    discard=tier_changes.discard_tier_change,
    papers=papers_of(CODE, kinds=PAPER_KINDS),
    notes=notes,
    live=live,
    summary=summary,
    places=PLACES,
    hidden=lambda user: () if has_role(user, Role.CC) else ("source",),
    line=tier_change_shown.line,
    rows=tier_change_shown.rows,
    details=tier_change_shown.details,
    words=tier_change_shown.words,
    picture=tier_change_shown.picture,
    evidence=tier_change_shown.evidence,
    todays=tier_change_shown.todays,
    outcome=tier_change_shown.outcome,
    notice=tier_change_notice,
    sheet_tables=tier_change_sheet,
)

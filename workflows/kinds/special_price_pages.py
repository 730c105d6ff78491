"""The special price on the pages: its form with lines, evidence and promises, the live waterfall, what is granted."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.http import Http404
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.templatetags.formats import grouped
from customers.models import Customer
from pricing.forms import SpecialPriceForm
from pricing.models import SpecialPrice
from pricing.services import special_prices
from workflows.kinds import special_price_shown
from workflows.kinds.special_price import CODE, KIND
from workflows.kinds.special_price_notice import sheet_tables, special_price_notice
from workflows.letter_papers import papers_of
from workflows.pages import Pages, Part
from workflows.preview import Preview

PLACES: Final[Mapping[str, str]] = {
    "SP-BL-days": "#id_valid_to", "SP-BL-cap": "#id_lines", "SP-BL-reason": "#id_reason_code",
    "SP-BL-source": "#id_evidence", "SP-BL-evidence": "#id_evidence",
}  # fmt: skip
PAPER_KINDS: Final = (
    ("evidence", gettext_lazy("Evidence of a competitor's price")),
    ("offer", gettext_lazy("Offer or enquiry")),
    ("tender", gettext_lazy("Tender documents")),
    ("other", gettext_lazy("Other")),
)


def letters(user: User) -> Any:
    """Drafts and returned requests that the user may see."""
    return SpecialPrice.objects.drafts().visible_to(user).select_related(*special_prices.AROUND, "created_by")


def begin(customer: Customer | None, user: User) -> SpecialPrice:
    """A new request with what is usual."""
    if customer is None:
        raise Http404
    return special_prices.start_draft(customer, user)


def unfit(customers: Sequence[Customer | None], user: User) -> dict[int | None, str]:
    """Without a price list there is nothing to deviate from."""
    return special_prices.without_list([each for each in customers if each is not None])


def keep(letter: SpecialPrice, form: SpecialPriceForm, user: User) -> None:
    """Save what was typed right."""
    special_prices.save_draft(
        letter.customer, form.cleaned_data, user, letter,
        lines=form.lines.values(), considerations=form.considerations.values(), evidence=form.evidence.values(),
    )  # fmt: skip


def notes(letter: SpecialPrice, evaluation: Mapping[str, Any]) -> dict[str, str]:
    """What the tier gives without asking, and what the sales figures are for."""
    tier = evaluation["tier"]
    return {
        "price_list": _("The customer's tier gives %(share)s %% off the list price.") % {"share": tier["discount_pct"]},
        "annual_expected": _("Sales of these products in a year; the impact on a year is worked out from it."),
    }


def live(letter: SpecialPrice, preview: Preview, user: User) -> Part:
    """The three tests and the waterfall of each line as of this moment."""
    return Part("workflows/special_price/live.html", special_price_shown.shown(preview.content["evaluation"]))


def summary(letter: SpecialPrice, evaluation: Mapping[str, Any]) -> str:
    """The largest extra discount and the lowest margin."""
    whole = evaluation["metrics"]
    if whole["extra_max"] is None:
        return ""
    lowest = whole["pocket_margin_lowest"]
    margin = _("below cost") if lowest is None else _("margin %(margin)s %%") % {"margin": lowest}
    points = _("%(points)s points") % {"points": grouped(Decimal(whole["extra_max"]), 2, signed=True)}
    return format_html("<strong>{}</strong> · {}", points, margin)


PAGES: Final = Pages(
    kind=KIND,
    icon="tag",
    writers=special_prices.MAY_WRITE,
    letters=letters,
    begin=begin,
    unfit=unfit,
    form=lambda letter, user, data, files: SpecialPriceForm(letter, Part, data),
    keep=keep,
    discard=special_prices.discard_draft,
    papers=papers_of(CODE, kinds=PAPER_KINDS),
    notes=notes,
    live=live,
    summary=summary,
    places=PLACES,
    line=special_price_shown.line,
    rows=special_price_shown.rows,
    details=special_price_shown.details,
    words=special_price_shown.words,
    picture=special_price_shown.picture,
    evidence=special_price_shown.evidence,
    todays=special_price_shown.todays,
    outcome=special_price_shown.outcome,
    notice=special_price_notice,
    sheet_tables=sheet_tables,
)

"""The credit application on the pages: its form with the live score, what is asked against the line in force."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.queries import has_role
from accounts.roles import Role
from accounts.templatetags.formats import decimal, grouped
from credit import services as credit
from credit.choices import AttachmentKind, LineKind
from credit.forms import CreditApplicationForm
from credit.models import Attachment, CaseForm, CreditApplication
from credit.queries import latest_forms
from credit.services.case_forms import may_file
from credit.services.drafts import CHANGED_BY_CREDIT_ONLY, MAY_WRITE
from credit.views import attachment_response
from customers.models import Customer
from workflows.kinds import credit_shown
from workflows.kinds.credit import KIND
from workflows.kinds.credit_notice import credit_notice
from workflows.pages import Pages, Papers, Part
from workflows.preview import Preview

# Where a block of the policy is cured; blocks of the letter name their field.
PLACES: Final[Mapping[str, str]] = {
    "BL-DOCUMENTS": "#papers", "BL-FILE": "#evidence", "BL-STATEMENTS": "#evidence",
    "BL-NEW": "#id_security_type", "BL-KNOCKOUT": "#id_security_type", "BL-GRADE": "#id_security_type",
}  # fmt: skip


def letters(user: User) -> Any:
    """Drafts and returned applications that the user may see."""
    around = ("customer__unit", "customer__region", "customer__owner", "customer__group", "created_by")
    return CreditApplication.objects.drafts().visible_to(user).select_related(*around)


def begin(customer: Customer | None, user: User) -> CreditApplication:
    """A new application with what is known."""
    if customer is None:
        raise Http404
    return credit.start_draft(customer, user)


def keep(letter: CreditApplication, form: CreditApplicationForm, user: User) -> None:
    """Save what was typed right."""
    credit.save_draft(letter.customer, form.kept, user, letter)


def notes(letter: CreditApplication, evaluation: Mapping[str, Any]) -> dict[str, str]:
    """Where a value comes from, or what it is measured by, with its date."""
    now, terms, currency = evaluation["limit_now"], evaluation["terms"], evaluation["currency"]
    base = evaluation["trade_now"]["amount"]
    if letter.kind == LineKind.TEMPORARY:
        on_top = _("Comes on top of the limit in force: %(amount)s.") % {"amount": _rounded(base, currency)}
        return {"req_limit": on_top if base is not None else _("In force today: none.")}
    found = {
        "req_limit": _("In force today: none."),
        "req_term": _("Standard for the tier: %(standard)s days; longest: %(longest)s days.") % terms,
    }
    if now["state"] == "unlimited":
        found["req_limit"] = _("In force today: unlimited.")
    elif now["amount"] is not None:
        said = {"amount": _rounded(now["amount"], currency), "days": now["term_days"]}
        found["req_limit"] = _("In force today: %(amount)s, %(days)s days.") % said
    monthly = evaluation["figures"].get("monthly") or {}
    if monthly.get("value") is not None:
        said = {"amount": _rounded(monthly["value"], currency), "day": monthly.get("as_of") or evaluation["on"]}
        found["forecast_month"] = _("Monthly average so far: %(amount)s (invoices, %(day)s).") % said
    return found


def _rounded(amount: object, currency: str) -> str:
    number = decimal(amount)
    return f"{currency} {grouped(number, 0)}" if number is not None else ""


def live(letter: CreditApplication, shown: Preview, user: User) -> Part:
    """Score, limit and exposure as of this moment."""
    evaluation = shown.content["evaluation"]
    told = {reason["code"] for reason in (*evaluation["caps"], *evaluation["knock_outs"])}
    flags = [flag for flag in evaluation["flags"] if flag["code"] not in told]
    return Part("workflows/credit_live.html", {"letter": letter, "evaluation": evaluation, "flags": flags})


def below(letter: CreditApplication, shown: Preview, user: User) -> list[Part]:
    """The forms behind the score: filed when and by whom, and whether the user may file them."""
    customer = letter.customer
    filed = latest_forms(customer, date.fromisoformat(shown.content["evaluation"]["on"]))
    forms = [
        {
            "title": CaseForm.Form(number).label,
            "url": reverse("credit:case_form", args=[customer.pk, number]),
            "filed": filed.get(number),
            "allowed": may_file(number, customer, user),
        }
        for number in (CaseForm.Form.SURVEY, CaseForm.Form.ANALYSIS, CaseForm.Form.POTENTIAL)
    ]
    return [Part("workflows/credit_forms.html", {"forms": forms})]


def summary(letter: CreditApplication, evaluation: Mapping[str, Any]) -> str:
    """Grade and points."""
    points = f" · {evaluation['score']}" if evaluation["score"] else ""
    return format_html("{} <strong>{}</strong>{}", _("Grade"), evaluation["grade"], points)


def submitted_paper(letter: int, pk: int) -> HttpResponse:
    """The file of a paper that was submitted."""
    return attachment_response(get_object_or_404(Attachment, pk=pk, application_id=letter))


def detach(letter: CreditApplication, pk: int, user: User) -> None:
    """Take a paper out."""
    credit.remove_attachment(get_object_or_404(letter.attachments.present(), pk=pk), user)


PAPERS = Papers(
    kinds=AttachmentKind.choices,
    attached=lambda letter: letter.attachments.present(),
    attach=credit.add_attachment,
    detach=detach,
    address=lambda paper: reverse("credit:attachment", args=[paper.pk]),
    submitted=submitted_paper,
    needed=lambda letter, evaluation: evaluation["documents"],
)
PAGES = Pages(
    kind=KIND,
    icon="coin",
    writers=MAY_WRITE,
    letters=letters,
    begin=begin,
    form=lambda letter, user, data, files: CreditApplicationForm(data, instance=letter),
    keep=keep,
    discard=credit.discard_draft,
    papers=PAPERS,
    notes=notes,
    live=live,
    below=below,
    summary=summary,
    places=PLACES,
    hidden=lambda user: () if has_role(user, Role.CC) else CHANGED_BY_CREDIT_ONLY,
    line=credit_shown.line,
    rows=credit_shown.rows,
    details=credit_shown.details,
    words=credit_shown.words,
    picture=credit_shown.picture,
    evidence=credit_shown.evidence,
    todays=credit_shown.todays,
    outcome=credit_shown.outcome,
    subject=lambda frozen: credit_shown.word("req_type", frozen.asked),
    notice=credit_notice,
    # Stored JSON does not keep an order; a reader follows the computation from its inputs to the result.
    figures=("monthly", "need", "fin", "sec", "formula", "recommended", "cost_of_credit"),
)

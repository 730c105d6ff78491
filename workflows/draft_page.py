"""The page before submission: form, live panel, papers, and what is still missing with where to go for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.forms.boundfield import BoundField
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.fields import MoneyField
from accounts.language import pick
from accounts.models import User
from accounts.queries import has_role
from accounts.roles import Role
from accounts.templatetags.formats import decimal, grouped
from credit.choices import AttachmentKind
from credit.forms import CreditApplicationForm
from credit.models import Attachment, CaseForm, CreditApplication
from credit.queries import latest_forms
from credit.services.case_forms import may_file
from credit.services.drafts import CHANGED_BY_CREDIT_ONLY
from policies.rules.tables import Reason
from workflows.credit_letter import KIND
from workflows.drafts import path_step, working_days
from workflows.models import Request
from workflows.preview import Preview, preview

WIDE: Final = {"reason_text", "give_get", "competitor", "override_reason", "confidential"}
# Where a block of the policy is cured; blocks of the letter name their field.
PLACES: Final[Mapping[str, str]] = {"BL-DOCUMENTS": "#papers", "BL-FILE": "#evidence", "BL-STATEMENTS": "#evidence",
    "BL-NEW": "#id_security_type", "BL-KNOCKOUT": "#id_security_type", "BL-GRADE": "#id_security_type"}  # fmt: skip


@dataclass(frozen=True)
class Block:
    """One sentence why it cannot be sent yet, and where to do something about it."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Entry:
    """One field of the form, with the source of its value."""

    field: BoundField
    prefix: str
    note: str
    wide: bool


def live_panel(application: CreditApplication, user: User) -> dict[str, Any]:
    """Score, limit, cost, reasons, path and time as of this moment; nothing is stored."""
    returned = Request.objects.open().filter(kind=KIND.code, letter_id=application.pk).first()
    shown = preview(KIND, application, user, returned)
    blocks, evaluation = _blocks(shown, application), shown.content["evaluation"]
    told = {reason["code"] for reason in (*evaluation["caps"], *evaluation["knock_outs"])}
    return {
        "application": application,
        "customer": application.customer,
        "preview": shown,
        "evaluation": evaluation,
        "steps": [path_step(step) for step in shown.steps],
        "days": working_days(shown),
        "blocks": blocks,
        "flags": [flag for flag in evaluation["flags"] if flag["code"] not in told],
        "state": _state(blocks),
    }


def _state(blocks: list[Block]) -> str:
    if not blocks:
        return _("Ready to send")
    return ngettext("%(n)d thing is missing", "%(n)d things are missing", len(blocks)) % {"n": len(blocks)}


def _blocks(shown: Preview, application: CreditApplication) -> list[Block]:
    """Every reason once; what only follows from an empty field is left out while that field is empty."""
    reasons = [*shown.assessment.blocks, *shown.plan.blocks]
    empty = any(reason.code == "BL-FIELD" for reason in reasons)
    found = {pick(reason.zh, reason.en): reason for reason in reasons}
    listed = []
    for sentence in shown.blocks:
        reason = found.get(sentence)
        if reason is None or not (empty and reason.code == "BL-UNKNOWN"):
            listed.append(Block(sentence, _place(reason, application) if reason else ""))
    return listed or [Block(sentence) for sentence in shown.blocks]


def _place(reason: Reason, application: CreditApplication) -> str:
    if name := reason.values.get("field"):
        return f"#id_{name}"
    if reason.code in {"BL-LICENCE", "BL-OVERDUE"}:
        return reverse("customers:detail", args=[application.customer_id])
    return PLACES.get(reason.code, "")


def form_sections(form: CreditApplicationForm, user: User, evaluation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The form in short sections; who may not propose another grade does not see that field."""
    hidden = () if has_role(user, Role.CC) else CHANGED_BY_CREDIT_ONLY
    notes = _notes(evaluation)
    sections = []
    for title, fields in form.sections:
        entries = [_entry(field, notes, evaluation["currency"]) for field in fields
                   if field.name not in hidden]  # fmt: skip
        if entries:
            sections.append({"title": title, "entries": entries, "optional": not any(_needed(e) for e in entries)})
    return sections


def page(application: CreditApplication, user: User, form: CreditApplicationForm) -> dict[str, Any]:
    """Everything on the page of a draft."""
    shown = live_panel(application, user)
    evaluation = shown["evaluation"]
    return {
        **shown,
        **papers(application, evaluation["documents"]),
        "form": form,
        "sections": form_sections(form, user, evaluation),
        "evidence": evidence(application, user, date.fromisoformat(evaluation["on"])),
    }


def _entry(field: BoundField, notes: Mapping[str, str], currency: str) -> Entry:
    prefix = currency if isinstance(field.field, MoneyField) else ""
    return Entry(field, prefix, notes.get(field.name, ""), field.name in WIDE)


def _needed(entry: Entry) -> bool:
    return entry.field.name in {"req_limit", "reason_code"}


def _notes(evaluation: Mapping[str, Any]) -> dict[str, str]:
    """Where a value comes from, or what it is measured by, with its date."""
    now, terms, currency = evaluation["limit_now"], evaluation["terms"], evaluation["currency"]
    notes = {
        "req_limit": _("In force today: none."),
        "req_term": _("Standard for the tier: %(standard)s days; longest: %(longest)s days.") % terms,
    }
    if now["state"] == "unlimited":
        notes["req_limit"] = _("In force today: unlimited.")
    elif now["amount"] is not None:
        said = {"amount": _money(now["amount"], currency), "days": now["term_days"]}
        notes["req_limit"] = _("In force today: %(amount)s, %(days)s days.") % said
    monthly = evaluation["figures"].get("monthly") or {}
    if monthly.get("value") is not None:
        said = {"amount": _money(monthly["value"], currency), "day": monthly.get("as_of") or evaluation["on"]}
        notes["forecast_month"] = _("Monthly average so far: %(amount)s (invoices, %(day)s).") % said
    return notes


def _money(amount: object, currency: str) -> str:
    number = decimal(amount)
    return f"{currency} {grouped(number, 0)}" if number is not None else ""


def evidence(application: CreditApplication, user: User, on: date) -> list[dict[str, Any]]:
    """The forms behind the score: filed when and by whom, and whether the user may file them."""
    customer = application.customer
    filed = latest_forms(customer, on)
    return [
        {
            "title": CaseForm.Form(number).label,
            "url": reverse("credit:case_form", args=[customer.pk, number]),
            "filed": filed.get(number),
            "allowed": may_file(number, customer, user),
        }
        for number in (CaseForm.Form.SURVEY, CaseForm.Form.ANALYSIS, CaseForm.Form.POTENTIAL)
    ]


def papers(application: CreditApplication, documents: list[dict[str, Any]]) -> dict[str, Any]:
    """The papers that the amount asks for with what is there, and everything else that was attached."""
    attached: dict[str, list[Attachment]] = {}
    for paper in application.attachments.present():
        attached.setdefault(paper.kind, []).append(paper)
    labels = dict(AttachmentKind.choices)
    required = [{**each, "papers": attached.pop(each["document"], [])} for each in documents]
    other = [{"label": labels.get(kind, kind), "papers": found} for kind, found in attached.items()]
    taken = {each["document"] for each in documents}
    return {
        "required_papers": required,
        "papers_mark": ",".join(f"{each['document']}:{each['present']:d}" for each in documents),
        "missing_papers": sum(not each["present"] for each in required),
        "other_papers": other,
        "other_kinds": [choice for choice in AttachmentKind.choices if choice[0] not in taken],
    }

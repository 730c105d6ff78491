"""The page before submission: form, live panel, papers, and what is still missing with where to go for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.fields import MoneyField
from accounts.language import pick
from accounts.models import User
from policies.rules.tables import Reason
from workflows.drafts import path_step, working_days
from workflows.models import Request
from workflows.pages import Pages, Part
from workflows.preview import Preview, preview


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


@dataclass(frozen=True)
class Section:
    """Some fields under a title; `part` follows them, still inside the form, such as a table of lines."""

    title: Any
    entries: list[Entry]
    part: Part | None
    optional: bool


def live_panel(pages: Pages, letter: Any, user: User) -> dict[str, Any]:
    """Evidence, reasons, path and time as of this moment; nothing is stored."""
    returned = Request.objects.open().filter(kind=pages.code, letter_id=letter.pk).first()
    shown = preview(pages.kind, letter, user, returned)
    blocks = _blocks(pages, shown, letter)
    return {
        "pages": pages,
        "letter": letter,
        "customer": letter.customer,
        "preview": shown,
        "steps": [path_step(step) for step in shown.steps],
        "days": working_days(shown),
        "blocks": blocks,
        "state": _state(blocks),
        "picture": pages.live(letter, shown, user),
        "summary": pages.summary(letter, shown.content["evaluation"]),
        **papers(pages, letter, shown.content["evaluation"]),
    }


def _state(blocks: list[Block]) -> str:
    if not blocks:
        return _("Ready to send")
    return ngettext("%(n)d thing is missing", "%(n)d things are missing", len(blocks)) % {"n": len(blocks)}


def _blocks(pages: Pages, shown: Preview, letter: Any) -> list[Block]:
    """Every reason once; what only follows from an empty field is left out while that field is empty."""
    reasons = [*shown.assessment.blocks, *shown.plan.blocks]
    empty = any(reason.code == "BL-FIELD" for reason in reasons)
    found = {pick(reason.zh, reason.en): reason for reason in reasons}
    listed = []
    for sentence in shown.blocks:
        reason = found.get(sentence)
        if reason is None or not (empty and reason.code == "BL-UNKNOWN"):
            listed.append(Block(sentence, _place(pages, reason, letter) if reason else ""))
    return listed or [Block(sentence) for sentence in shown.blocks]


def _place(pages: Pages, reason: Reason, letter: Any) -> str:
    if name := reason.values.get("field"):
        return f"#id_{name}"
    if reason.code in {"BL-LICENCE", "BL-OVERDUE"} and letter.customer is not None:
        return reverse("customers:detail", args=[letter.customer.pk])
    return pages.places.get(reason.code, "")


def form_sections(pages: Pages, form: Any, letter: Any, user: User, shown: Preview) -> list[Section]:
    """The form in short sections, without the fields that this user does not fill in."""
    hidden = pages.hidden(user)
    notes = pages.notes(letter, shown.content["evaluation"])
    needed = {str(reason.values.get("field") or "") for reason in shown.assessment.blocks}
    sections = []
    for title, fields, *rest in form.sections:
        entries = [_entry(field, notes, shown.assessment.currency) for field in fields if field.name not in hidden]
        part = rest[0] if rest else None
        if entries or part:
            optional = not part and not any(_needed(entry.field, needed) for entry in entries)
            sections.append(Section(title, entries, part, optional))
    return sections


def _needed(field: BoundField, needed: set[str]) -> bool:
    """Required, or asked for while it is empty, or filled in already."""
    return field.field.required or field.name in needed or bool(field.value())


def page(pages: Pages, letter: Any, user: User, form: Any) -> dict[str, Any]:
    """Everything on the page of a draft."""
    shown = live_panel(pages, letter, user)
    return {
        **shown,
        "form": form,
        "sections": form_sections(pages, form, letter, user, shown["preview"]),
        "below": pages.below(letter, shown["preview"], user),
    }


def _entry(field: BoundField, notes: Mapping[str, str], currency: str) -> Entry:
    prefix = currency if isinstance(field.field, MoneyField) else ""
    wide = isinstance(field.field.widget, forms.Textarea | forms.CheckboxInput | forms.CheckboxSelectMultiple)
    return Entry(field, prefix, notes.get(field.name, ""), wide)


def papers(pages: Pages, letter: Any, evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """The papers that are asked for with what is there, and everything else that was attached."""
    box = pages.papers
    if box is None:
        return {"papers_mark": ""}
    attached: dict[str, list[dict[str, Any]]] = {}
    for paper in box.attached(letter):
        file = {"pk": paper.pk, "file_name": paper.file_name, "size": paper.size, "url": box.address(paper)}
        attached.setdefault(paper.kind, []).append(file)
    needed: Sequence[Mapping[str, Any]] = box.needed(letter, evaluation)
    labels = dict(box.kinds)
    required = [{**each, "papers": attached.pop(each["document"], [])} for each in needed]
    taken = {each["document"] for each in needed}
    return {
        "has_papers": True,
        "required_papers": required,
        "papers_mark": ",".join(f"{each['document']}:{each['present']:d}" for each in needed),
        "missing_papers": sum(not each["present"] for each in needed),
        "other_papers": [{"label": labels.get(kind, kind), "papers": found} for kind, found in attached.items()],
        "other_kinds": [choice for choice in box.kinds if choice[0] not in taken],
    }

"""A new template version on the pages: its file with what was found in it, what changes, who owns the clauses."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.templatetags.formats import day
from contracts import template_presentation as presentation
from contracts.models import ContractTemplate, Language, TemplateVersion
from contracts.models.clauses import readable_units
from contracts.services import templates
from contracts.template_evaluation import LAYOUT, NEW, NOTHING, TEXT
from contracts.template_forms import UploadForm, VersionForm
from customers.models import Customer
from workflows.kinds.contract_template import KIND
from workflows.kinds.contract_template_notice import template_notice
from workflows.pages import Frozen, Line, Pages, Part, Row
from workflows.preview import Preview

PLACES: Final[Mapping[str, str]] = {"TP-BL-CHECK": "#file", "TP-BL-SAME": "#file", "TP-BL-STALE": "#file"}


def letters(user: User) -> Any:
    """Drafts and returned versions that the user may see."""
    around = ("template__unit", "base", "created_by")
    return TemplateVersion.objects.drafts().visible_to(user).select_related(*around)


def _of(user: User) -> Any:
    units = [unit.pk for unit in readable_units(user) if templates.may_write(unit, user)]
    return ContractTemplate.objects.filter(unit__in=units, versions__published_at__isnull=False).distinct()


def unfit(customers: Sequence[Customer | None], user: User) -> dict[int | None, str]:
    """Without a published version there is nothing to begin with here."""
    if _of(user).exists():
        return {}
    return {None: _("Upload the first version on the page of the contract templates.")}


def begin(customer: Customer | None, user: User) -> TemplateVersion:
    """A new version of the template in the user's language, with the published file; others begin at their page."""
    found = list(_of(user))
    mine = next((template for template in found if template.language == user.language), found[0])
    return templates.start_version(mine, user)


def keep(letter: TemplateVersion, form: VersionForm, user: User) -> None:
    """Save what was written."""
    templates.save_draft(letter, form.cleaned_data, user)


def change_words(change: str, number: int) -> str:
    """What kind of change it is, in words."""
    if change == TEXT:
        return ngettext("Words of %(n)d clause change", "Words of %(n)d clauses change", number) % {"n": number}
    words = {NEW: _("New template"), LAYOUT: _("Layout only"), NOTHING: _("No change yet")}
    return str(words[change])


def live(letter: TemplateVersion, shown: Preview, user: User) -> Part:
    """What the comparison says at this moment."""
    evaluation = shown.content["evaluation"]
    context = {
        "evaluation": evaluation,
        "words": change_words(evaluation["change"], len(evaluation["changes"])),
        "changes": presentation.redline(evaluation["changes"], {}),
        "errors": sum(one["severity"] == "error" for one in evaluation["findings"]),
    }
    return Part("contracts/parts/template_live.html", context)


def below(letter: TemplateVersion, shown: Preview, user: User) -> list[Part]:
    """The file with its findings, another upload, and the changes word by word."""
    evaluation = shown.content["evaluation"]
    context = {
        "version": letter,
        "template": letter.template,
        "form": UploadForm(),
        "sound": letter.is_sound and bool(letter.clauses),
        "same": evaluation["change"] == NOTHING,
        "changes": presentation.redline(evaluation["changes"], {}) if letter.base else [],
    }
    return [Part("contracts/parts/template_file.html", context)]


def line(frozen: Frozen) -> Line:
    """Template, language, version and what kind of change it is."""
    asked = frozen.asked
    changes = int(frozen.facts.get("text_changes") or 0)
    return Line(
        what=change_words(asked["change"], changes),
        headline=f"{asked['template']} v{asked['number']}",
        below=str(Language(asked["language"]).label),
        figure=str(changes) if changes else "",
        measure=_("clauses to read") if changes else "",
        tone="some" if changes else "muted",
    )


def rows(frozen: Frozen) -> list[Row]:
    """What is asked against the published version."""
    evaluation, asked = frozen.evaluation, frozen.asked
    new, old = evaluation["version"], evaluation["base"]
    changes = evaluation["changes"]
    found = [
        Row(_("Template"), f"{asked['template']} · {Language(asked['language']).label}"),
        Row(_("Version"), f"v{new['number']}", f"v{old['number']}" if old else _("none")),
        Row(_("Kind of change"), change_words(asked["change"], len(changes)), "", "",
            "high" if asked["change"] in (NEW, TEXT) else "muted"),
        Row(_("Clauses"), ", ".join(one["code"] for one in changes) or _("all as before")),
        Row(_("Valid from"), day(frozen.terms["valid_from"]), day(old["valid_from"]) if old else ""),
        Row(_("Pages"), str(new["pages"] or ""), str(old["pages"] or "") if old else ""),
    ]  # fmt: skip
    for label, paths in ((_("New fields"), "fields_added"), (_("Fields gone"), "fields_removed")):
        if evaluation[paths]:
            found.append(Row(label, ", ".join(evaluation[paths]), tone="some"))
    return found


def words(frozen: Frozen) -> list[tuple[str, str]]:
    """The drafter's own words."""
    return [("", frozen.asked.get("change_note") or "")]


def picture(frozen: Frozen) -> Part:
    """The changes clause by clause: what the decider reads first."""
    return Part("contracts/parts/template_changes.html", _changes(frozen) | {"where": "panel"})


def evidence(frozen: Frozen) -> Part:
    """Changes, findings, files."""
    return Part("contracts/parts/template_evidence.html", _changes(frozen) | {"where": "evidence"})


def _changes(frozen: Frozen) -> dict[str, Any]:
    evaluation = frozen.evaluation
    return {"evaluation": evaluation, "changes": presentation.redline(evaluation["changes"], {})}


def summary(letter: TemplateVersion, evaluation: Mapping[str, Any]) -> str:
    """The kind of change."""
    return format_html("<strong>{}</strong>", change_words(evaluation["change"], len(evaluation["changes"])))


def outcome(frozen: Frozen) -> str:
    """Whether it was published."""
    return _("The version is published.") if frozen.request.state == "approved" else ""


PAGES = Pages(
    kind=KIND,
    icon="file-text",
    writers=templates.MAY_WRITE,
    letters=letters,
    begin=begin,
    form=lambda letter, user, data, files: VersionForm(data, instance=letter),
    keep=keep,
    discard=templates.discard_draft,
    by_customer=False,
    single=False,
    unfit=unfit,
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
    subject=lambda frozen: change_words(frozen.asked["change"], int(frozen.facts.get("text_changes") or 0)),
    notice=template_notice,
)

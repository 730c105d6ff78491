"""The report on segregation of duties, for finance and audit."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.access import access, roles
from audit.models import READERS
from workflows.segregation import report

RULES: dict[str, Any] = {
    "S1": _("Nobody decides what he asked for, wrote, or looks after."),
    "S2": _("One natural person decides one step of a request."),
    "S3": _("Whoever decides for somebody else has a delegation that is in force."),
    "S4": _("Whoever drafts a policy does not decide it."),
    "S5": _("Only the role of the step gives authority."),
    "S6": _("Nobody holds two roles that must stay apart."),
    "S7": _("A step goes only to somebody who may take it."),
    "S8": _("Every decision was made by a person."),
}


@access(roles(*READERS))
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    found = report()
    rows = [
        {"finding": each, "who": [found.names.get(person, "?") for person in each.persons], "words": RULES[each.rule]}
        for each in found.findings
    ]
    broken = {each.rule for each in found.findings}
    pairs = [{"names": [found.names.get(p, "?") for p in (x.one, x.two)], "n": x.approvals} for x in found.pairs]
    kept = [{"rule": rule, "words": words, "broken": rule in broken} for rule, words in RULES.items()]
    context = {"report": found, "rows": rows, "pairs": pairs, "kept": kept}
    return render(request, "workflows/segregation.html", context)

"""A new version of a contract template as a kind of request: what changes, who countersigns, publication."""

from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from contracts.models import TemplateVersion
from contracts.services import templates
from contracts.template_evaluation import evaluate
from policies.rules.pack import Pack
from workflows.assessed import assessed, locked
from workflows.flows.contract_template import ContractTemplateFlow
from workflows.kind import Assessment, Effect, Kind
from workflows.models import Request

CODE: Final = "contract_template"


def assess(letter: TemplateVersion, policy: Pack, on: date) -> Assessment:
    """Compare the version with the published one and say what stands against it."""
    found = evaluate(letter, on, other_in_review=_other_in_review(letter))
    authority = Decimal(found.facts["text_changes"])
    terms = {"valid_from": letter.valid_from or on, "notes": ()}
    return assessed(
        letter,
        kind=CODE,
        title=f"{letter.template.code} v{letter.number} · {letter.template.title_zh} / {letter.template.title_en}",
        amount=Decimal(0),
        currency=letter.unit.currency,
        facts=found.facts,
        asked={
            "template": letter.template.code,
            "language": letter.template.language,
            "number": letter.number,
            "change": found.change,
            "change_note": letter.change_note,
            "valid_from": letter.valid_from,
            "sha256": letter.sha256,
        },
        papers=(),
        evaluation=found.to_json(),
        terms=terms,
        authority=authority,
        blocks=found.blocks,
        on=on,
    )


def _other_in_review(letter: TemplateVersion) -> bool:
    """Whether a request about another version of the template waits for its decision."""
    others = letter.template.versions.exclude(pk=letter.pk).values("pk")
    return Request.objects.open().filter(kind=CODE, letter_id__in=others).exists()


def take_effect(letter: TemplateVersion, effect: Effect) -> None:
    """Publish the version from its day on."""
    templates.publish(letter, request_no=effect.no, today=effect.today, actor=effect.actor)


KIND = Kind(
    code=CODE,
    prefix="TP",
    authority_metric="text_changes",
    name=_("Contract template"),
    flow=ContractTemplateFlow,
    # Two versions of a template are decided one after the other.
    lock=locked(TemplateVersion, "template__unit", "created_by", also="template"),
    assess=assess,
    submitted=lambda letter, actor: templates.mark_submitted(letter, actor=actor),
    reopened=lambda letter, actor: templates.reopen(letter, actor=actor),
    withdrawn=lambda letter, actor: templates.release(letter, actor=actor),
    take_effect=take_effect,
    fixed=("sha256",),
)

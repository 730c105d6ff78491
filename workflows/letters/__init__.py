"""What the papers of a request say, gathered from its frozen submission, its decisions and its trail."""

from collections.abc import Mapping
from typing import Any

from django.utils import translation

from contracts.models import Document
from contracts.services import order_document
from workflows.letters.case import Case, read_case
from workflows.letters.notice import decision_notice
from workflows.letters.sheet import approval_sheet, asked_terms

LANGUAGES = ("zh-hans", "en")


def order(request_id: int) -> None:
    """Order the decision notice, if the kind has one, and the approval sheet, in both languages.

    What is ratified afterwards gets its notice when it takes effect and its sheet at the end; a second notice says
    that it was taken back, if it was.
    """
    from workflows.kinds.pages import PAGES  # here, because the pages of a kind say what its papers say

    case = read_case(request_id)
    pages = PAGES[case.request.kind]
    ended = case.request.closed_at is not None
    told = ended and case.ratified_later and case.approved and _told(case)
    for language in LANGUAGES:
        with translation.override(language):
            said = pages.notice(case) if pages.notice else None
            notice = decision_notice(case, said) if said else None
            if notice and not told:
                _order(case, "decision_notice", language, notice)
            if ended:
                terms = notice["terms"] if notice else asked_terms(case, pages)
                _order(case, "approval_sheet", language, approval_sheet(case, pages, terms))


def _told(case: Case) -> bool:
    """Whether the notice went out when it took effect; a late job finds it ratified already, and no notice."""
    return Document.objects.filter(request_no=case.request.no, kind="decision_notice").exists()


def _order(case: Case, kind: str, language: str, snapshot: Mapping[str, Any]) -> None:
    order_document(
        kind,
        language=language,
        request_no=case.request.no,
        customer=case.request.customer,
        unit=case.request.unit,
        snapshot=snapshot,
        actor=None,
        confidential=case.request.confidential,
        viewers=case.readers,
    )

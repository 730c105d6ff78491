"""What the papers of a request say, gathered from its frozen submission, its decisions and its trail."""

from django.utils import translation

from contracts.services import order_document
from workflows.letters.case import Case, read_case
from workflows.letters.notice import decision_notice
from workflows.letters.sheet import approval_sheet

LANGUAGES = ("zh-hans", "en")
BUILDERS = {"decision_notice": decision_notice, "approval_sheet": approval_sheet}


def order(request_id: int) -> None:
    """Order the decision notice and the approval sheet of a decided request, in both languages."""
    case = read_case(request_id)
    for language in LANGUAGES:
        with translation.override(language):
            for kind, build in BUILDERS.items():
                _order(case, kind, language, build(case))


def _order(case: Case, kind: str, language: str, snapshot: object) -> None:
    order_document(
        kind,
        language=language,
        request_no=case.request.no,
        customer=case.request.customer,
        snapshot=snapshot,  # type: ignore[arg-type]  # a TypedDict is a mapping
        actor=None,
        confidential=case.request.confidential,
        viewers=case.readers,
    )

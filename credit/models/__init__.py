"""Credit: what is asked (application), what is known (case forms), what is in force (lines)."""

from credit.models.amounts import LARGEST, bounded
from credit.models.application import Attachment, CreditApplication
from credit.models.case_forms import CaseForm
from credit.models.lines import CreditLine, LineCondition, LineMeasure

__all__ = [
    "LARGEST",
    "Attachment",
    "CaseForm",
    "CreditApplication",
    "CreditLine",
    "LineCondition",
    "LineMeasure",
    "bounded",
]

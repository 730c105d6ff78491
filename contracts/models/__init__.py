"""Papers of the house: sealed documents, the clause library and the contract templates."""

from contracts.models.clauses import Category, Clause, ClauseVersion, Need
from contracts.models.documents import Document, DocumentUserObjectPermission, Kind, NumberSeries, State
from contracts.models.templates import ContractTemplate, Language, TemplateState, TemplateVersion

__all__ = [
    "Category",
    "Clause",
    "ClauseVersion",
    "ContractTemplate",
    "Document",
    "DocumentUserObjectPermission",
    "Kind",
    "Language",
    "Need",
    "NumberSeries",
    "State",
    "TemplateState",
    "TemplateVersion",
]

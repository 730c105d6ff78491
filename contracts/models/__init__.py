"""Papers of the house: sealed documents, the clause library and the contract templates."""

from contracts.models.clauses import Category, Clause, ClauseVersion, Need
from contracts.models.contract import Contract, SealEntry, SealType, SignedCopy
from contracts.models.contract_letter import (
    CompanyAccount,
    ContractDeviation,
    ContractLetter,
    ContractLine,
    Dispute,
    Freight,
    Payment,
)
from contracts.models.documents import Document, DocumentUserObjectPermission, Kind, NumberSeries, State
from contracts.models.templates import ContractTemplate, Language, TemplateState, TemplateVersion

__all__ = [
    "Category",
    "Clause",
    "ClauseVersion",
    "CompanyAccount",
    "Contract",
    "ContractDeviation",
    "ContractLetter",
    "ContractLine",
    "ContractTemplate",
    "Dispute",
    "Document",
    "DocumentUserObjectPermission",
    "Freight",
    "Kind",
    "Language",
    "Need",
    "NumberSeries",
    "Payment",
    "SealEntry",
    "SealType",
    "SignedCopy",
    "State",
    "TemplateState",
    "TemplateVersion",
]

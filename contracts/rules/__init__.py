"""Words and numbers of business documents, the fields of contracts, and what a template may contain."""

from contracts.rules.wording import (
    SERIES,
    chinese_capitals,
    document_number,
    masked_name,
    new_verify_code,
    read_verify_code,
    spaced,
)

__all__ = [
    "SERIES",
    "chinese_capitals",
    "document_number",
    "masked_name",
    "new_verify_code",
    "read_verify_code",
    "spaced",
]

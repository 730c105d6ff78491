"""The registry of request kinds: one line each."""

from workflows import credit_letter
from workflows.kind import Kind

REGISTRY: dict[str, Kind] = {kind.code: kind for kind in [credit_letter.KIND]}

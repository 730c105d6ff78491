"""The registry of request kinds: one line each."""

from workflows.kind import Kind
from workflows.kinds import credit

REGISTRY: dict[str, Kind] = {kind.code: kind for kind in [credit.KIND]}

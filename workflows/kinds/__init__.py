"""The registry of request kinds: one line each.

A kind is the module of that name with `KIND`; `<name>_pages` beside it has `PAGES` (see `workflows.kinds.pages`).
"""

from importlib import import_module
from typing import Final

from workflows.kind import Kind

KINDS: Final = (
    "credit",
    "tier_change",
    "special_price",
    "contract_template",
    "contract",
    "policy",
)
REGISTRY: dict[str, Kind] = {name: import_module(f"{__name__}.{name}").KIND for name in KINDS}

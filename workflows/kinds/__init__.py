"""The registry of request kinds: one line each."""

from workflows.kind import Kind
from workflows.kinds import contract, contract_template, credit, special_price, tier_change

REGISTRY: dict[str, Kind] = {
    kind.code: kind
    for kind in [credit.KIND, tier_change.KIND, special_price.KIND, contract_template.KIND, contract.KIND]
}

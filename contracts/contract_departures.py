"""What differs in a contract, for pages and papers: figures beside the approved ones, clauses word by word."""

from collections.abc import Mapping
from typing import Any

from accounts.roles import Role
from contracts.models import Category
from contracts.rules.redline import lines as redline


def count(evaluation: Mapping[str, Any]) -> int:
    """How many figures and clauses are not the approved or published ones."""
    return len(evaluation.get("differences", ())) + len(evaluation.get("deviations", ()))


def departures(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """The context of contracts/contract_departures.html, from the frozen evaluation of a contract."""
    categories = dict(Category.choices)
    clauses = [
        {
            **each,
            "subject": categories.get(each["category"], each["category"]),
            "lines": [{"pieces": pieces} for pieces in redline(each["standard"], each["proposed"])],
            "removed": not each["proposed"],
            "people": [str(Role(role).label) for role in each["owners"]],
        }
        for each in evaluation["deviations"]
    ]
    return {"evaluation": evaluation, "clauses": clauses, "departures": count(evaluation)}

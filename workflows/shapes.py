"""What every procedure has in common; each call makes new nodes, because a node belongs to one flow."""

from typing import Any

from viewflow import this
from viewflow.workflow import flow

from workflows import engine, nodes, routing
from workflows.models import ApprovalProcess


class ApprovalFlow(flow.Flow):  # type: ignore[misc]  # Viewflow has no types
    """A flow without nodes: whose process it is, and that its row is locked."""

    process_class = ApprovalProcess
    lock_impl = nodes.ROW_LOCK


def asked(*outcomes: str) -> tuple[Any, nodes.Router, nodes.HumanStep, nodes.HumanStep]:
    """How a flow begins: `submitted` → `route` ⟲ `approve`, and `revise` for what was returned.

    Args:
        outcomes: names of the nodes that the router may open besides `finish` and `rejected`.
    """
    ways = [getattr(this, name) for name in ("approve", "revise", "finish", "rejected", *outcomes)]
    return (
        flow.StartHandle(engine.begin).Next(this.route),
        nodes.Router(routing.moves).To(*ways),
        nodes.HumanStep().Next(this.route),
        nodes.HumanStep().Next(this.route),
    )


def ended() -> tuple[nodes.Perform, nodes.Perform, nodes.Finish]:
    """How a flow ends: `finish` and `rejected` order the papers, `done` is the end."""
    return (
        nodes.Perform(engine.order_documents).Next(this.done),
        nodes.Perform(engine.order_documents).Next(this.done),
        nodes.Finish(),
    )

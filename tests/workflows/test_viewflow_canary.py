"""What we use of Viewflow beyond its documentation still works the way we use it."""

from importlib.metadata import version

from viewflow.workflow import Activation, flow
from viewflow.workflow.base import Node

from workflows import nodes
from workflows.flows.credit import CreditFlow
from workflows.kinds import REGISTRY


def test_viewflow_is_the_version_that_was_measured() -> None:
    assert version("django-viewflow").startswith("2.4.")


def test_private_names_exist() -> None:
    assert callable(Node._create)
    assert callable(flow.Switch._resolve)
    assert callable(flow.Switch._outgoing)
    assert callable(Activation.status.super)


def test_every_flow_locks_its_row() -> None:
    assert all(kind.flow.lock_impl is nodes.ROW_LOCK for kind in REGISTRY.values())
    assert nodes.ROW_LOCK.nowait is False
    assert nodes.ROW_LOCK.attempts == 1


def test_flows_own_their_nodes() -> None:
    owned = [id(node) for kind in REGISTRY.values() for node in kind.flow.instance.nodes()]
    assert len(owned) == len(set(owned))
    assert all(node.flow_class is kind.flow for kind in REGISTRY.values() for node in kind.flow.instance.nodes())


def test_the_credit_flow_reads_as_the_procedure() -> None:
    ways = {(edge.src.name, edge.dst.name) for node in CreditFlow.instance.nodes() for edge in node._outgoing()}
    assert ways == {
        ("submitted", "route"),
        ("route", "approve"),
        ("route", "revise"),
        ("route", "apply"),
        ("route", "undo"),
        ("route", "finish"),
        ("route", "rejected"),
        ("approve", "route"),
        ("revise", "route"),
        ("apply", "route"),
        ("undo", "finish"),
        ("finish", "done"),
        ("rejected", "done"),
    }

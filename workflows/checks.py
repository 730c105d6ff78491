"""System check: a flow that does not lock its row would let two people decide at once."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import Error, register

from workflows import kinds, nodes


@register("workflows")
def every_flow_locks_its_row(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[Error]:
    return [
        Error(
            f"{kind.flow.__name__} must use nodes.ROW_LOCK.",
            hint="Viewflow's default lock is none: two approvals at once would both take effect.",
            id="workflows.E001",
        )
        for kind in kinds.REGISTRY.values()
        if kind.flow.lock_impl is not nodes.ROW_LOCK
    ]

"""What happened to a version, as an event of the policy's own chain."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from audit.services import record
from policies.models import PolicyVersion


def note(action: str, version: PolicyVersion, actor: User | None, **facts: Any) -> None:
    """Write `policy.<action>` with the version's number and digest; an actor of None is the system."""
    record(
        f"policy.{action}",
        stream="policy",
        actor=actor,
        object_type="policy_version",
        object_id=str(version.number),
        object_label=str(version),
        policy={"number": version.number, "digest": version.digest},
        **facts,
    )

"""Jobs for the fault tests; imported by the tests and by the workers they start. An effect is an audit event."""

import os
import time
from pathlib import Path

from audit import services
from audit.actions import register
from jobs.claims import Claim
from jobs.registry import handler

PATIENCE = 30.0
register("test.took_effect", "测试生效", "Test took effect")


@handler("faults.effect")
def effect(claim: Claim) -> None:
    """Take effect at once."""
    with claim.commit():
        _take_effect(claim)


@handler("faults.slow")
def slow(claim: Claim) -> None:
    """Say that the work has begun, and end it when the test says so."""
    folder = Path(claim.payload["folder"])
    (folder / f"started-{claim.attempt}").write_text(str(os.getpid()))
    deadline = time.monotonic() + PATIENCE
    while not (folder / "go").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    with claim.commit():
        _take_effect(claim)


@handler("faults.poison", max_attempts=2)
def poison(claim: Claim) -> None:
    """Fail every time."""
    raise RuntimeError("poison")


def _take_effect(claim: Claim) -> None:
    services.record("test.took_effect", stream=f"test:{claim.key}", actor=None, object_type="test", object_id=claim.key)

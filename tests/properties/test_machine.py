"""Whatever people, policy, time and crashes do to requests: what must hold, holds (``make soak``: 10,000 steps)."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.crew import World
from tests.properties.machine import Requests

STEPS = int(os.environ.get("SOAK_STEPS", "0"))
AT_A_TIME = 50


@pytest.mark.django_db
def test_no_order_of_events_breaks_a_request() -> None:
    """No approval without every requirement, nobody decides twice or for himself, and the trail tells it all."""
    Requests.world = World()
    walk = settings(
        max_examples=STEPS // AT_A_TIME or 5,
        stateful_step_count=AT_A_TIME,
        derandomize=not STEPS,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # a story of fifty steps is read faster than it is shortened
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Requests, settings=walk)

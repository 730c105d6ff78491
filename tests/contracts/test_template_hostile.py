"""Whatever is uploaded as a template: refused with the reason, or stopped at the limits, and we go on."""

import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context

import django
import pytest

from contracts.letters.contract import library_clauses
from contracts.template_examination import MEMORY, SECONDS, Examined, examine
from tests.contracts.hostile import FILES, GOOD

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def worker() -> Iterator[ProcessPoolExecutor]:
    """A small process of its own: a child counts what its parent occupied when it was born, and tests occupy a lot."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"), initializer=django.setup) as pool:
        yield pool


def examined_in_worker(name: str) -> tuple[Examined, float, int]:
    """What was found, in how many seconds, and the bytes of the largest child that the process has had."""
    data = FILES[name][0]()
    begun = time.monotonic()
    examined = examine(data, "zh-hans", library_clauses(), at=AT)
    took = time.monotonic() - begun
    return examined, took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_within_its_limits(name: str, worker: ProcessPoolExecutor) -> None:
    code = FILES[name][1]
    examined, took, largest = worker.submit(examined_in_worker, name).result()
    codes = [one["code"] for one in examined.findings]
    if code == "too_slow":  # slow or large: either limit may be the first to end it
        assert codes[0] in ("too_slow", "too_much_memory")
    else:
        assert code in [one["code"] for one in examined.findings if one["severity"] == "error"], codes
    assert not examined.sound
    assert examined.pdf == b""
    assert took < SECONDS + 1
    assert largest < MEMORY


def test_the_shipped_contract_passes_without_a_finding() -> None:
    examined = examine(GOOD, "zh-hans", library_clauses(), at=AT)
    assert examined.findings == []
    assert examined.pdf.startswith(b"%PDF-")
    assert examined.pages == 4

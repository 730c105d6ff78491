"""Whatever is uploaded as a template: refused with the reason, or stopped at the limits, and we go on."""

import resource
import time
from datetime import UTC, datetime

import pytest

from contracts.letters.contract import library_clauses
from contracts.template_examination import MEMORY, SECONDS, examine
from tests.contracts.hostile import FILES, GOOD

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_within_its_limits(name: str) -> None:
    make, code = FILES[name]
    data = make()
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    begun = time.monotonic()
    examined = examine(data, "zh-hans", library_clauses(), at=AT)
    took = time.monotonic() - begun
    codes = [one["code"] for one in examined.findings]
    if code == "too_slow":  # slow or large: either limit may be the first to end it
        assert codes[0] in ("too_slow", "too_much_memory")
    else:
        assert code in [one["code"] for one in examined.findings if one["severity"] == "error"], codes
    assert not examined.sound
    assert examined.pdf == b""
    assert took < SECONDS + 1
    # The largest child so far; a browser of another test may have been larger than any of ours.
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert largest == before or largest * 1024 < MEMORY


def test_the_shipped_contract_passes_without_a_finding() -> None:
    examined = examine(GOOD, "zh-hans", library_clauses(), at=AT)
    assert examined.findings == []
    assert examined.pdf.startswith(b"%PDF-")
    assert examined.pages == 4

"""Letters of an invented company in both languages, as the lead's builders will hand them in."""

from copy import deepcopy
from typing import Any

from tests.contracts.sample_notices import notice_en, notice_zh
from tests.contracts.sample_sheets import sheet_en, sheet_zh

SAMPLES = {
    ("decision_notice", "zh-hans"): notice_zh,
    ("decision_notice", "en"): notice_en,
    ("approval_sheet", "zh-hans"): sheet_zh,
    ("approval_sheet", "en"): sheet_en,
}

IDENTITY = {
    "number": "DN-202611-0042",
    "issued_on": "2026-11-22",
    "snapshot_sha256": "a3c1" * 16,
    "verify_code": "K7QX M2R0 8VTE 3NPA 55ZD",
    "verify_url": "https://countersign.example.com/v/K7QXM2R08VTE3NPA55ZD",
}


def snapshot(kind: str = "decision_notice", language: str = "zh-hans", **changes: Any) -> dict[str, Any]:
    """A sample letter with some fields changed."""
    return {**deepcopy(SAMPLES[kind, language]()), **changes}

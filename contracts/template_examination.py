"""Looking at contract templates in a process with limits: 10 seconds and 512 MB, whatever was uploaded."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from contracts.pipeline.produce import ProductionError, ask
from contracts.rules.findings import ERROR, finding
from contracts.rules.template_check import LibraryClause

MEMORY: Final = 512 * 1024**2
SECONDS: Final = 10
CHILD: Final = "contracts.pipeline.template_child"
WATERMARKS: Final = {
    "zh-hans": "样张 不具效力",
    "en": "SAMPLE – NOT VALID",
    "bilingual": "样张 不具效力 SAMPLE",
}
NOWHERE: Final = "https://countersign.example/v/00000000000000000000"


@dataclass(frozen=True)
class Examined:
    """What was found in a file; the sample PDF is there when nothing forbids its use."""

    findings: list[dict[str, str]]
    clauses: list[dict[str, Any]] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    pdf: bytes = b""
    pages: int | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing forbids the use of the file."""
        return not any(one["severity"] == ERROR for one in self.findings)


@dataclass(frozen=True)
class Preview:
    """A watermarked, unsealed PDF."""

    pdf: bytes
    pages: int


def examine(data: bytes, language: str, library: Sequence[LibraryClause], *, at: datetime) -> Examined:
    """Check an uploaded template and set it with sample values. Never raises for a bad file.

    Args:
        language: of the template; library: the clauses that it is compared with.
        at: the moment that the sample PDF states.
    """
    task = _task("check", data, WATERMARKS[language], at)
    task |= {"language": language, "library": [asdict(clause) for clause in library]}
    try:
        answer = ask(CHILD, task, SECONDS)
    except ProductionError as error:
        # A process that died of its limits does not always come to say so.
        slow = error.code == "engine_timeout" or "exit -24" in str(error) or "exit -9" in str(error)
        code, detail = ("too_slow", SECONDS) if slow else ("too_much_memory", "")
        return Examined([finding(code, detail=detail).to_json()])
    if "findings" not in answer:
        return Examined([finding("too_much_memory").to_json()])
    pdf = base64.b64decode(answer["pdf"])
    return Examined(answer["findings"], answer["clauses"], answer["fields"], pdf, answer["pages"])


def preview(template: bytes, context: Mapping[str, Any], language: str, *, at: datetime) -> Preview:
    """Fill a published template with the values of a draft contract, marked as not valid.

    Raises ProductionError when there is no PDF, naming the reason.
    """
    task = _task("preview", template, WATERMARKS[language], at) | {"context": dict(context)}
    answer = ask(CHILD, task, SECONDS)
    if "pdf" not in answer:
        raise ProductionError(answer.get("code", "engine_crash"), answer.get("detail", "no answer"))
    return Preview(base64.b64decode(answer["pdf"]), answer["pages"])


def _task(do: str, docx: bytes, watermark: str, at: datetime) -> dict[str, Any]:
    return {
        "do": do,
        "docx": base64.b64encode(docx).decode(),
        "watermark": watermark,
        "verify_url": NOWHERE,
        "created_at": at.isoformat(),
        "memory": MEMORY,
        "seconds": SECONDS,
    }

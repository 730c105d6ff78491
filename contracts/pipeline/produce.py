"""From data to PDF in a child process with limits on memory and time, so that no letter hurts the worker."""

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

MEMORY = 2 * 1024**3
CPU_SECONDS = 60
WALL_SECONDS = 90
PROJECT = Path(__file__).resolve().parents[2]


class ProductionError(RuntimeError):
    """There is no PDF; `code` says why. `retryable` is whether another attempt can succeed."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        super().__init__(f"{code}: {detail}"[:500])

    @property
    def retryable(self) -> bool:
        return self.code in ("engine_timeout", "engine_crash", "engine_missing", "no_pdf")


@dataclass(frozen=True)
class Produced:
    """The filled-in Word file and the PDF made from it."""

    docx: bytes
    pdf: bytes


def produce(
    template: bytes,
    context: Mapping[str, object],
    *,
    pictures: Mapping[str, bytes],
    engine: str,
    created_at: datetime,
    memory: int = MEMORY,
    wall_seconds: float = WALL_SECONDS,
) -> Produced:
    """Fill the template and convert it. Raises ProductionError naming the reason when there is no PDF.

    memory: address space of the child in bytes; wall_seconds: after which its whole process group is killed.
    """
    task = {
        "template": base64.b64encode(template).decode(),
        "context": dict(context),
        "pictures": {name: base64.b64encode(data).decode() for name, data in pictures.items()},
        "engine": engine,
        "created_at": created_at.isoformat(),
        "memory": memory,
        "seconds": CPU_SECONDS,
    }
    answer = ask("contracts.pipeline.child", task, wall_seconds)
    if "pdf" not in answer:
        raise ProductionError(answer.get("code", "engine_crash"), answer.get("detail", "no answer"))
    return Produced(base64.b64decode(answer["docx"]), base64.b64decode(answer["pdf"]))


def ask(module: str, task: Mapping[str, Any], wall_seconds: float) -> dict[str, Any]:
    """Give a task to a child process that runs the module, and read its answer.

    Raises ProductionError "engine_timeout" or "engine_crash" when there is none; everything it started is ended.
    """
    environment = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", module]
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603
        command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=PROJECT, env=environment, start_new_session=True
    ) as process:
        try:
            output, errors = process.communicate(json.dumps(task).encode(), timeout=wall_seconds)
        except subprocess.TimeoutExpired:
            raise ProductionError("engine_timeout", f"no answer after {wall_seconds:g} s") from None
        finally:
            _kill_group(process)
    try:
        answer: dict[str, Any] = json.loads(output)
    except ValueError:
        last = errors.decode(errors="replace").strip().splitlines()[-1:] or ["no output"]
        raise ProductionError("engine_crash", f"exit {process.returncode}: {last[0]}") from None
    return answer


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and everything it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()

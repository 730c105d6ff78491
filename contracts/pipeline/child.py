"""The child process that renders and converts one letter under limits: `python -m contracts.pipeline.child`.

Reads one JSON task on stdin and answers with one JSON object on stdout: the .docx and the PDF, or the reason
why there is none. It has no database, no keys and no settings.
"""

import base64
import json
import resource
import sys
from datetime import datetime
from typing import Any

import typst
from lxml import etree

from contracts.pipeline import engines
from contracts.pipeline.package import PackageError
from contracts.pipeline.render import RenderError, render
from contracts.pipeline.wordml import UnsupportedError


def main() -> None:
    """Do the task on stdin."""
    task: dict[str, Any] = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (task["memory"], task["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (task["seconds"], task["seconds"]))
    json.dump(_answer(task), sys.stdout)


def _answer(task: dict[str, Any]) -> dict[str, str]:
    pictures = {name: base64.b64decode(data) for name, data in task["pictures"].items()}
    try:
        docx = render(base64.b64decode(task["template"]), task["context"], pictures)
        pdf = engines.convert(task["engine"], docx, datetime.fromisoformat(task["created_at"]))
    except (RenderError, PackageError, UnsupportedError, engines.EngineError) as error:
        return {"code": getattr(error, "code", "unsupported"), "detail": str(error)}
    except (typst.TypstError, etree.XMLSyntaxError) as error:
        return {"code": "typesetting", "detail": str(error)}
    except MemoryError:
        return {"code": "memory", "detail": "the letter needs more memory than allowed"}
    return {"docx": base64.b64encode(docx).decode(), "pdf": base64.b64encode(pdf).decode()}


if __name__ == "__main__":
    main()

"""The child process that looks at an uploaded contract template under limits.

`python -m contracts.pipeline.template_child` reads one JSON task on stdin: {"do": "check"} answers with findings,
clauses, fields and a PDF with sample values; {"do": "preview"} fills a template that was checked before. It has no database, no keys and no settings.
"""

import base64
import json
import resource
import sys
from datetime import datetime
from typing import Any

import typst
from lxml import etree

from contracts.pipeline import typst_engine
from contracts.pipeline.check import CheckError, check
from contracts.pipeline.package import PackageError
from contracts.pipeline.qr import qr_png
from contracts.pipeline.render import RenderError, render
from contracts.pipeline.wordml import UnsupportedError
from contracts.rules import fields
from contracts.rules.constructs import described
from contracts.rules.findings import Finding, finding
from contracts.rules.template_check import check_template, from_json

_NO_PDF = (RenderError, PackageError, typst.TypstError, etree.XMLSyntaxError, ValueError, KeyError)


def main() -> None:
    """Do the task on stdin."""
    task: dict[str, Any] = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (task["memory"], task["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (task["seconds"], task["seconds"]))
    json.dump(_answer(task), sys.stdout)


def _answer(task: dict[str, Any]) -> dict[str, Any]:
    try:
        return _checked(task) if task["do"] == "check" else _preview(task)
    except MemoryError:
        return {"code": "memory", "detail": "more memory than allowed"}


def _checked(task: dict[str, Any]) -> dict[str, Any]:
    """Check the file; what passed is filled with sample values, set, and looked at once more."""
    data = base64.b64decode(task["docx"])
    checked = check_template(data, task["language"], from_json(task["library"]))
    answer: dict[str, Any] = {
        "clauses": [clause.to_json() for clause in checked.clauses],
        "fields": checked.fields,
        "pdf": "",
        "pages": None,
    }
    found = list(checked.findings)
    if checked.sound:
        context = fields.only(fields.sample(task["language"]), checked.fields)
        problem = _set(task, data, context, answer)
        found = [problem, *found] if problem else found
    answer["findings"] = [one.to_json() for one in found]
    return answer


def _set(task: dict[str, Any], data: bytes, context: dict[str, Any], answer: dict[str, Any]) -> Finding | None:
    """Make the sample PDF; what is in the way is one more finding."""
    try:
        pdf = _pdf(task, data, context)
        answer["pages"] = check(pdf, context).pages
    except UnsupportedError as error:
        return finding("unsupported", **described(str(error).split(" ", 1)[0]))
    except CheckError as error:
        return finding("pdf", detail=str(error))
    except _NO_PDF as error:
        return finding("render", detail=str(error).splitlines()[0] if str(error) else type(error).__name__)
    answer["pdf"] = base64.b64encode(pdf).decode()
    return None


def _preview(task: dict[str, Any]) -> dict[str, Any]:
    """Fill a template with the values of a real contract."""
    try:
        pdf = _pdf(task, base64.b64decode(task["docx"]), task["context"])
        pages = check(pdf, task["context"]).pages
    except (*_NO_PDF, UnsupportedError, CheckError) as error:
        return {"code": getattr(error, "code", "unsupported"), "detail": str(error)}
    return {"pdf": base64.b64encode(pdf).decode(), "pages": pages}


def _pdf(task: dict[str, Any], data: bytes, context: dict[str, Any]) -> bytes:
    docx = render(data, context, {fields.QR: qr_png(task["verify_url"])})
    return typst_engine.convert(docx, datetime.fromisoformat(task["created_at"]), task["watermark"])


if __name__ == "__main__":
    main()

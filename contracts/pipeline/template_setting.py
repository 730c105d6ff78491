"""Setting a contract template with values, inside the limited child process of template_child."""

import base64
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
from contracts.rules.findings import FILE, Finding, finding

_NO_PDF = (RenderError, PackageError, typst.TypstError, etree.XMLSyntaxError, ValueError, KeyError)


def set_sample(task: dict[str, Any], data: bytes, context: dict[str, Any], answer: dict[str, Any]) -> Finding | None:
    """Make the sample PDF; what is in the way is one more finding."""
    try:
        pdf = _pdf(task, data, context)
        answer["pages"] = check(pdf, context).pages
    except UnsupportedError as error:
        return finding("unsupported", FILE, **described(str(error).split(" ", 1)[0]))
    except CheckError as error:
        return finding("pdf", detail=str(error))
    except _NO_PDF as error:
        return finding("render", detail=str(error).splitlines()[0] if str(error) else type(error).__name__)
    answer["pdf"] = base64.b64encode(pdf).decode()
    return None


def preview(task: dict[str, Any]) -> dict[str, Any]:
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

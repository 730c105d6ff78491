"""Filling a .docx template with plain strings: nothing is executed, repaired or left out in silence."""

import io
import unicodedata
from collections.abc import Mapping

import jinja2
import lxml.etree
from docxtpl import DocxTemplate
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from contracts.pipeline.package import parse_xml, read, write
from contracts.pipeline.pictures import named_pictures

MAX_ROWS = 2000
MAX_VALUE = 20_000
# The sandbox alone does not stop 'x' * 10**9: a template may only name fields, loop and compare.
ALLOWED_NODES = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.For,
    nodes.If,
    nodes.Const,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)


class RenderError(ValueError):
    """The template or the data can't be printed; `code` says why, the text names the place."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        super().__init__(f"{code}: {detail}")


class _StrictTemplate(DocxTemplate):  # type: ignore[misc]
    """docxtpl repairs broken XML by dropping what follows; here broken XML is an error."""

    def fix_tables(self, xml: str) -> lxml.etree._Element:
        parse_xml(xml)
        return super().fix_tables(xml)  # type: ignore[no-any-return]


class _StrictEnvironment(ImmutableSandboxedEnvironment):
    """No globals, filters or tests; a missing field is an error; every value is escaped."""

    def __init__(self) -> None:
        super().__init__(undefined=jinja2.StrictUndefined, autoescape=True)
        self.globals.clear()
        self.filters.clear()
        self.tests.clear()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _check_nodes(tree)
        return tree


def render(template: bytes, context: Mapping[str, object], pictures: Mapping[str, bytes]) -> bytes:
    """Fill the template and return a .docx with the same bytes for the same input.

    context: dicts, lists and strings only. pictures: new bytes for each picture of the template, by its name.
    Raises RenderError for templates that do more than print fields, and for missing or unprintable values;
    PackageError for a template that is no .docx.
    """
    check_values(context)
    read(template)
    document = _StrictTemplate(io.BytesIO(template))
    output = io.BytesIO()
    try:
        document.render(_inert(dict(context)), _StrictEnvironment(), autoescape=True)
        document.save(output)
    except jinja2.TemplateError as error:
        raise RenderError("template", str(error)) from error
    except (lxml.etree.XMLSyntaxError, KeyError) as error:
        raise RenderError("broken_document", str(error)) from error
    parts = read(output.getvalue())
    _place_pictures(parts, pictures)
    return write(parts)


def check_values(value: object, path: str = "context") -> None:
    """Refuse everything but dicts, lists and visible strings. Raises RenderError naming the field."""
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, dict):
        for name, member in value.items():
            check_values(member, f"{path}.{name}")
    elif isinstance(value, list):
        if len(value) > MAX_ROWS:
            raise RenderError("too_many_rows", f"{path}: {len(value)} rows, at most {MAX_ROWS}; use an annex")
        for number, member in enumerate(value):
            check_values(member, f"{path}[{number}]")
    else:
        raise RenderError("not_text", f"{path}: {type(value).__name__}")


def _check_text(text: str, path: str) -> None:
    if len(text) > MAX_VALUE:
        raise RenderError("too_long", f"{path}: {len(text)} characters")
    for char in text:
        if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            raise RenderError("unprintable", f"{path}: U+{ord(char):04X}")


def _inert(value: object) -> object:
    """Escape for XML, and braces too: docxtpl looks for its marks once more after rendering."""
    if isinstance(value, dict):
        return {name: _inert(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_inert(member) for member in value]
    text = str(escape(str(value)))
    return Markup(text.replace("{", "&#123;").replace("}", "&#125;"))  # noqa: S704 - escaped above


def _check_nodes(node: nodes.Node) -> None:
    for child in node.iter_child_nodes():
        if not isinstance(child, ALLOWED_NODES):
            raise RenderError("template", f"line {child.lineno}: {type(child).__name__} is not allowed")
        if isinstance(child, nodes.Getattr) and not isinstance(child.node, nodes.Name | nodes.Getattr):
            raise RenderError("template", f"line {child.lineno}: attribute of an expression")
        name = child.attr if isinstance(child, nodes.Getattr) else getattr(child, "name", "")
        if str(name).startswith("_"):
            raise RenderError("template", f"line {child.lineno}: private name {name}")
        _check_nodes(child)


def _place_pictures(parts: dict[str, bytes], pictures: Mapping[str, bytes]) -> None:
    """Give the template's named pictures their bytes. Raises RenderError for a name without a picture."""
    places = named_pictures(parts)
    for name, data in pictures.items():
        if name not in places:
            raise RenderError("template", f"no picture named {name}")
        parts[places[name]] = data

"""Reading the template marks of a .docx: fields, conditions and loops, nothing that computes or reaches further.

The sandbox of the renderer refuses the same things once more; here each is found at its place and explained.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from contracts.rules.fields import FIELDS, LISTS
from contracts.rules.findings import FILE, Finding, Place, finding

_TAG = re.compile(r"\{%[-+]?\s*(?:(p|tr|tc|r)\s+)?(\w*)(.*?)[-+]?%\}")
_ODD = re.compile(r"\{_\{|\}_\}|\{\{\s*[rp]\s+\S|\{#|\{%[-+]|[-+]%\}|\{\{[-+]|\{%\s*(?:raw|vm|hm|cellbg|colspan)\b")
_ENDS: Final = {"endif": "if", "endfor": "for"}
_MIDDLE: Final = ("else", "elif")
_LOOP_NAMES: Final = frozenset({"index", "first", "last"})
_STATEMENTS: Final = (
    nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends,
    nodes.Block, nodes.Assign, nodes.AssignBlock, nodes.With, nodes.ExprStmt, nodes.Break, nodes.Continue,
    nodes.Scope, nodes.ScopedEvalContextModifier, nodes.EvalContextModifier,
)  # fmt: skip
_PLAIN: Final = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.Compare, nodes.Operand, nodes.And,
                 nodes.Or, nodes.Not, nodes.Const)  # fmt: skip


@dataclass
class Marks:
    """The fields that a text prints, with the clause of each use, and what is wrong with its marks."""

    uses: list[tuple[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_marks(lines: Iterable[tuple[str, Place]]) -> Marks:
    """Check the marks in the lines of one part, in order. A mark may span lines, never parts."""
    numbered = [(" ".join(text.splitlines()), place) for text, place in lines]
    reader = _Reader([place for _, place in numbered])
    for text, place in numbered:
        reader.found += [finding("mark_form", place, detail=match[0]) for match in _ODD.finditer(text)]
    reader.found += _balance(numbered)
    source = "\n".join(_TAG.sub(_plain, text) for text, _ in numbered)
    try:
        tree = _environment().parse(source)
        reader.visit(tree, {})
    except jinja2.TemplateSyntaxError as error:
        if not any(one.code == "unbalanced" for one in reader.found):
            reader.found.append(finding("syntax", reader.place(error.lineno), detail=error.message or ""))
    except (RecursionError, OverflowError):
        reader.found.append(finding("too_complex"))
    return Marks(reader.uses, reader.found)


def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined)


def _plain(match: re.Match[str]) -> str:
    """The mark as Jinja knows it, without the letter that tells docxtpl what to remove around it."""
    return f"{{% {match[2]}{match[3]}%}}"


def _balance(lines: list[tuple[str, Place]]) -> Iterator[Finding]:
    """Every if and for ends in the form in which it began; without a form it ends in its own paragraph."""
    stack: list[tuple[str, str, int, str, Place]] = []
    for number, (text, place) in enumerate(lines):
        for match in _TAG.finditer(text):
            form, word = match[1] or "", match[2]
            if form and text.strip() != match[0]:
                yield finding("mark_form", place, detail=match[0])
            if word in ("if", "for"):
                stack.append((word, form, number, match[0], place))
            elif word in _ENDS or word in _MIDDLE:
                if not stack or (word in _ENDS and stack[-1][0] != _ENDS[word]):
                    yield finding("unbalanced", place, detail=match[0])
                    return
                _, opened, line, _, start = stack[-1]
                # Of a contract a whole clause may be replaced: what begins in it has to end in it.
                if opened != form or (not form and line != number) or start.clause != place.clause:
                    yield finding("mark_form", place, detail=match[0])
                if word in _ENDS:
                    stack.pop()
    for _, _, _, said, place in stack:
        yield finding("unbalanced", place, detail=said)


class _Reader:
    """Walks the parsed text; `names` maps the names of loops to the lists they run over."""

    def __init__(self, places: list[Place]) -> None:
        self._places = places
        self.uses: list[tuple[str, str]] = []
        self.found: list[Finding] = []

    def place(self, line: int) -> Place:
        """Where a line of the joined text stands."""
        return self._places[line - 1] if 0 < line <= len(self._places) else FILE

    def visit(self, node: nodes.Node, names: dict[str, str]) -> None:
        """Check a node and everything below it."""
        if isinstance(node, nodes.For):
            self._loop(node, names)
        elif isinstance(node, nodes.Name | nodes.Getattr):
            self._field(node, names)
        elif isinstance(node, _PLAIN):
            for child in node.iter_child_nodes():
                self.visit(child, names)
        else:
            self._refuse(node, names)

    def _loop(self, node: nodes.For, names: dict[str, str]) -> None:
        place, source = self.place(node.lineno), _path(node.iter)
        if names:
            self.found.append(finding("nested_loop", place, detail=source or "for"))
        if node.recursive or node.test is not None or not isinstance(node.target, nodes.Name):
            self.found.append(finding("statement", place, detail="for … recursive, if, or several names"))
            return
        if source not in LISTS:
            lists = ", ".join(sorted(LISTS))
            self.found.append(finding("loop_source", place, detail=source or "expression", lists=lists))
            return
        self.uses.append((source, place.clause))
        inner = {**names, node.target.name: f"{source}[]"}
        for child in [*node.body, *node.else_]:
            self.visit(child, inner)

    def _field(self, node: nodes.Name | nodes.Getattr, names: dict[str, str]) -> None:
        place, path = self.place(node.lineno), _path(node)
        if path is None:
            self._refuse(node, names)
            return
        private = next((part for part in path.split(".") if part.startswith("_")), None)
        if private is not None:
            self.found.append(finding("private", place, detail=private))
            return
        first, _, rest = path.partition(".")
        if names and first == "loop" and rest in _LOOP_NAMES:
            return
        full = f"{names[first]}.{rest}" if first in names else path
        if full in FIELDS or full in LISTS:
            self.uses.append((full, place.clause))
        else:
            self.found.append(finding("unknown_field", place, detail=path, **_hint(full, names)))

    def _refuse(self, node: nodes.Node, names: dict[str, str]) -> None:
        place = self.place(node.lineno)
        name = type(node).__name__
        if isinstance(node, nodes.Call):
            self.found.append(finding("call", place, detail=_path(node.node) or name))
        elif isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            self.found.append(finding("private", place, detail=node.attr))
        elif isinstance(node, nodes.Filter | nodes.Test):
            self.found.append(finding("filter", place, detail=node.name))
        elif isinstance(node, _STATEMENTS):
            self.found.append(finding("statement", place, detail=name.lower()))
        else:
            self.found.append(finding("expression", place, detail=name.lower()))
        for child in node.iter_child_nodes():
            if not isinstance(child, nodes.Name | nodes.TemplateData | nodes.Const):
                self.visit(child, names)


def _path(node: nodes.Node | None) -> str | None:
    """The dotted name that a node is, None when it is anything else."""
    parts: list[str] = []
    while isinstance(node, nodes.Getattr):
        parts.append(node.attr)
        node = node.node
    if not isinstance(node, nodes.Name):
        return None
    return ".".join([node.name, *reversed(parts)])


def _hint(path: str, names: dict[str, str]) -> dict[str, str]:
    """The known field that was probably meant, in words; nothing when none is near."""
    known = [one for one in FIELDS if "[]" not in one or names]
    near = difflib.get_close_matches(path, known, n=1, cutoff=0.6)
    if not near:
        return {"hint_zh": "", "hint_en": ""}
    told = FIELDS[near[0]]
    written = next((near[0].replace(source, alias) for alias, source in names.items() if source in near[0]), near[0])
    return {"hint_zh": f"是否指 {written}（{told.zh}）？", "hint_en": f"Did you mean {written} ({told.en})?"}

"""Comparing two texts of a contract: clause by clause, line by line, word by word."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Op = Literal["same", "insert", "delete"]
State = Literal["same", "changed", "added", "removed", "moved"]
# One Chinese character, a field, a word with its figures, or a single mark.
_TOKENS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|[\u3400-\u9fff]|[A-Za-z0-9]+(?:[.,'’-][A-Za-z0-9]+)*|\s+|.")
# Two lines are versions of one another when at least this share agrees.
_ALIKE: Final = 0.45


@dataclass(frozen=True)
class Piece:
    """A run of text that both have, or only one of them."""

    op: Op
    text: str


@dataclass(frozen=True)
class ClauseChange:
    """What became of a clause; each line is a list of pieces."""

    code: str
    title: str
    state: State
    lines: tuple[tuple[Piece, ...], ...]

    @property
    def inserted(self) -> int:
        """Characters that are new."""
        return self._count("insert")

    @property
    def deleted(self) -> int:
        """Characters that are gone."""
        return self._count("delete")

    def _count(self, op: Op) -> int:
        return sum(len(piece.text) for line in self.lines for piece in line if piece.op == op)

    def to_json(self) -> dict[str, Any]:
        """As plain data, to be frozen with a request."""
        lines = [[{"op": piece.op, "text": piece.text} for piece in line] for line in self.lines]
        return {
            "code": self.code,
            "title": self.title,
            "state": self.state,
            "lines": lines,
            "inserted": self.inserted,
            "deleted": self.deleted,
        }


def words(old: str, new: str) -> tuple[Piece, ...]:
    """The differences of two lines: deleted before inserted, equal neighbours joined."""
    before, after = _TOKENS.findall(old), _TOKENS.findall(new)
    pieces: list[Piece] = []
    for op, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if op == "equal":
            pieces.append(Piece("same", "".join(before[a:b])))
            continue
        if b > a:
            pieces.append(Piece("delete", "".join(before[a:b])))
        if d > c:
            pieces.append(Piece("insert", "".join(after[c:d])))
    return tuple(pieces)


def lines(old: Sequence[str], new: Sequence[str]) -> tuple[tuple[Piece, ...], ...]:
    """Two texts line by line: changed lines beside their old form, others as wholly new or gone."""
    result: list[tuple[Piece, ...]] = []
    for op, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal":
            result += [(Piece("same", line),) for line in old[a:b]]
        else:
            result += _block(list(old[a:b]), list(new[c:d]))
    return tuple(result)


def _block(old: list[str], new: list[str]) -> list[tuple[Piece, ...]]:
    """Pair the lines of a changed stretch in order, as long as they are alike."""
    result: list[tuple[Piece, ...]] = []
    for line in new:
        match = next((number for number, other in enumerate(old) if _similar(other, line)), None)
        if match is None:
            result.append((Piece("insert", line),))
            continue
        result += [(Piece("delete", gone),) for gone in old[:match]]
        result.append(words(old[match], line))
        old = old[match + 1 :]
    return [*result, *((Piece("delete", gone),) for gone in old)]


def _similar(one: str, other: str) -> bool:
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def by_clause(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> list[ClauseChange]:
    """What became of each clause, in the order of the new text; removed ones at the end.

    A clause that says the same but stands elsewhere among its neighbours is "moved". The heading counts as a line.
    """
    before = {clause["code"]: clause for clause in old}
    after = {clause["code"] for clause in new}
    kept_before = [clause["code"] for clause in old if clause["code"] in after]
    kept_after = [clause["code"] for clause in new if clause["code"] in before]
    changes = []
    for clause in new:
        code = clause["code"]
        if code not in before:
            whole = tuple((Piece("insert", line),) for line in _lines(clause))
            changes.append(ClauseChange(code, clause["title"], "added", whole))
        else:
            compared = lines(_lines(before[code]), _lines(clause))
            same = all(piece.op == "same" for line in compared for piece in line)
            moved = kept_before.index(code) != kept_after.index(code)
            state: State = ("moved" if moved else "same") if same else "changed"
            changes.append(ClauseChange(code, clause["title"], state, compared))
    for code in (code for code in before if code not in after):
        gone = tuple((Piece("delete", line),) for line in _lines(before[code]))
        changes.append(ClauseChange(code, before[code]["title"], "removed", gone))
    return changes


def only_layout(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> bool:
    """Whether two texts say the same in the same order with the same fields: then only the layout differs (CT-T2)."""
    return [_said(clause) for clause in old] == [_said(clause) for clause in new]


def _said(clause: Mapping[str, Any]) -> tuple[Any, ...]:
    return (clause["code"], clause["title"], list(clause["lines"]), sorted(clause["fields"]))


def _lines(clause: Mapping[str, Any]) -> list[str]:
    return [*([clause["title"]] if clause["title"] else []), *clause["lines"]]

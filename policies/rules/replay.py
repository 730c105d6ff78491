"""What a policy version would have asked for submissions of the past, beside the version in force.

Pure: stored facts in, paths out. Each case is judged by `compile_plan` itself, once for all cases in which the same
rows hold: a year of submissions has far fewer such groups than submissions, and most cases are known by where their
figures stand among the thresholds, before any row is looked at.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeVar

from policies.rules.cells import NUMBER_KINDS, Fact, PolicyError
from policies.rules.facts import CREDIT, DERIVED, NUMBERS
from policies.rules.pack import KindRules, Pack
from policies.rules.plan import PlanStep, compile_plan, known_facts
from policies.rules.tables import Facts, Table

# Memory stays bounded however many different cases there are.
MOST_GROUPS: Final = 50_000
_Found = TypeVar("_Found")
# What is said about a request and made sure of afterwards.
_GIVEN: Final = frozenset({"decrease", "by_controller", "temporary"})

SAME, BLOCKED, UNBLOCKED = "same", "blocked", "unblocked"
AUTOMATIC, ASKED, SHORTER, LONGER, OTHERS, ORDER = "automatic", "asked", "shorter", "longer", "others", "order"
# From what eases to what tightens; the rest asks neither more nor less.
CHANGES: Final = (AUTOMATIC, SHORTER, UNBLOCKED, OTHERS, ORDER, LONGER, ASKED, BLOCKED)
EASED: Final = frozenset({AUTOMATIC, SHORTER, UNBLOCKED})
TIGHTENED: Final = frozenset({LONGER, ASKED, BLOCKED})


class NotJudged(Exception):
    """A version cannot say what it would have asked: `why` is ``fact``, ``unreadable``, ``kind`` or ``tables``."""

    def __init__(self, why: str, name: str) -> None:
        super().__init__(why, name)
        self.why, self.name = why, name


class Asked(NamedTuple):
    """A role that is asked: how it takes part, and how many of it decide together (of a whole pool at least one)."""

    role: str
    mode: str
    panel: str = ""
    decisions: int = 1


@dataclass(frozen=True)
class Path:
    """Whom a version asks, stage by stage; blocks stop the submission altogether."""

    stages: tuple[tuple[Asked, ...], ...]
    blocks: tuple[str, ...]
    hours: int

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """Everybody who is asked, once for each decision; nobody when it is blocked."""
        asked = () if self.blocks else (each for stage in self.stages for each in stage)
        return tuple(each.role for each in asked for _ in range(each.decisions))

    @property
    def automatic(self) -> bool:
        """Nobody has to agree."""
        return not self.blocks and not self.stages

    @property
    def words(self) -> str:
        """In the notation of the policy tables, ``SM → (RD ∥ CC)``; blocks by their codes."""
        if self.blocks:
            return " ".join(self.blocks)
        stages = (" ∥ ".join(each.role + each.panel for each in stage) for stage in self.stages)
        return " → ".join(f"({stage})" if "∥" in stage else stage for stage in stages)


def change(before: Path, after: Path) -> str:
    """How a case fares under the second path, one of `CHANGES` or ``same``."""
    if before.blocks or after.blocks:
        return SAME if before.blocks and after.blocks else BLOCKED if after.blocks else UNBLOCKED
    if before.stages == after.stages:
        return SAME
    if before.automatic or after.automatic:
        return ASKED if before.automatic else AUTOMATIC
    old, new = before.roles, after.roles
    if len(old) != len(new):
        return SHORTER if len(new) < len(old) else LONGER
    return ORDER if set(old) == set(new) else OTHERS


class Judge:
    """One version, asked about many stored cases.

    Args: `since` is the version that stands for how facts were collected: a fact that it asks for, too, and that a case
    does not have was unknown then; one that only this version asks for was never collected.
    """

    def __init__(self, pack: Pack, since: Pack) -> None:
        self._pack = pack
        self._readers = {kind: _Reader(kind, rules, since.kinds.get(kind)) for kind, rules in pack.kinds.items()}
        self._seen: dict[tuple[Any, ...], Path | NotJudged] = {}
        self._paths: dict[tuple[Any, ...], Path | NotJudged] = {}

    def path(self, kind: str, stored: Mapping[str, Any]) -> Path:
        """Whom the version asks about a request of `kind` with these facts, as a submission stores them.

        Raises NotJudged naming what is missing or cannot be read.
        """
        reader = self._readers.get(kind)
        if reader is None:
            raise NotJudged("kind", kind)
        facts = reader.facts(stored)
        known = known_facts(self._pack, kind, facts)
        place = reader.place(known)
        found = self._seen.get(place)
        if found is None:
            found = _remember(self._seen, place, self._path(reader, kind, facts, known))
        if isinstance(found, NotJudged):
            raise found
        return found

    def _path(self, reader: _Reader, kind: str, facts: Facts, known: Facts) -> Path | NotJudged:
        held = reader.held(known)
        found = self._paths.get(held)
        return found if found is not None else _remember(self._paths, held, self._compiled(kind, facts))

    def _compiled(self, kind: str, facts: Mapping[str, Fact]) -> Path | NotJudged:
        try:
            plan = compile_plan(self._pack, kind, facts)
        except PolicyError as error:
            return NotJudged("tables", str(error)[:120])
        blocks = tuple(dict.fromkeys(block.code for block in plan.blocks))
        return Path(tuple(tuple(map(_asked, stage.steps)) for stage in plan.stages), blocks, plan.expected_hours)


def _remember(known: dict[tuple[Any, ...], _Found], key: tuple[Any, ...], found: _Found) -> _Found:
    if len(known) >= MOST_GROUPS:
        known.clear()
    known[key] = found
    return found


def _asked(step: PlanStep) -> Asked:
    rule = step.panel
    if rule is None:
        return Asked(step.role, step.mode)
    if rule.mode == "vote":
        veto = "" if rule.reject_policy == "counted" else f" {rule.reject_policy}"
        return Asked(step.role, step.mode, f"[{rule.needed}/{rule.seats}{veto}]", rule.needed)
    return Asked(step.role, step.mode, f"[{rule.mode}]")


class _Reader:
    """Stored facts of one kind as the tables want them, and which cases the tables that decide answer alike."""

    def __init__(self, kind: str, rules: KindRules, since: KindRules | None) -> None:
        metrics = rules.metrics
        derived = (DERIVED if kind == CREDIT else frozenset()) | (metrics.names if metrics else frozenset())
        collected = frozenset() if since is None else frozenset(since.columns)
        self._kind = kind
        self._tables = tuple(table for table in rules.tables if table.use != "notice")  # a notice asks nobody
        asked = {column.key for table in self._tables for column in table.columns}
        wanted = asked | (set(metrics.columns) if metrics else set())
        inputs = [column for column in rules.columns.values() if column.key not in derived]
        self._dropped = tuple(key for key in sorted(derived) if key not in _GIVEN)  # worked out again
        self._needed = tuple(c.key for c in inputs if c.required or (c.key in wanted and c.key not in collected))
        self._required = tuple(column.key for column in rules.columns.values() if column.required)
        kinds = {column.key: column.kind for column in inputs}
        if kind == CREDIT:
            kinds = dict.fromkeys(NUMBERS, "number") | kinds
        self._columns = tuple((key, each in NUMBER_KINDS, each) for key, each in kinds.items())
        marked = {key: _mark(key, rules.columns[key].kind, self._tables) for key in sorted(asked)}
        self._marks = tuple((key, mark) for key, mark in marked.items() if mark is not None)
        marks = frozenset(key for key, _mark in self._marks)
        self._flags = tuple(sorted({table.only for table in self._tables} - {""} - marks))
        self._only_required = tuple(sorted(set(self._required) - marks))

    def facts(self, stored: Mapping[str, Any]) -> dict[str, Fact]:
        """Typed facts. Raises NotJudged."""
        for key in self._needed:
            if key not in stored:
                raise NotJudged("fact", key)
        facts = dict(stored)
        for key in self._dropped:
            facts.pop(key, None)
        for key, number, kind in self._columns:
            value = stored.get(key)
            if value is None:
                continue
            if number:
                facts[key] = _number(key, value)
            elif type(value) is not (bool if kind == "flag" else str):
                raise NotJudged("unreadable", key)
        return facts

    def place(self, known: Facts) -> tuple[Any, ...]:
        """Equal for cases that no cell, required fact or flag tells apart."""
        get = known.get
        return (
            self._kind,
            *[mark(get(key)) for key, mark in self._marks],
            *[get(key) is None for key in self._only_required],
            *[get(flag) is True for flag in self._flags],
        )

    def held(self, known: Facts) -> tuple[Any, ...]:
        """Which rows hold and which required facts are missing: all that a path can depend on."""
        return (
            self._kind,
            *[
                tuple(row.code for row in table.rows if row.holds(known))
                for table in self._tables
                if not table.only or known.get(table.only) is True
            ],
            tuple(table.code for table in self._tables if table.only and known.get(table.only) is not True),
            tuple(key for key in self._required if known.get(key) is None),
        )


def _number(key: str, value: Any) -> Decimal:
    if type(value) is str or type(value) is int:
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            return number
    raise NotJudged("unreadable", key)


def _mark(key: str, kind: str, tables: Iterable[Table]) -> Callable[[Any], Any] | None:
    """Where a value stands among everything that the cells of its column compare it with; None without such cells."""
    cells = [cell for table in tables for row in table.rows for column, cell in row.conditions if column.key == key]
    if not cells:
        return None
    if kind == "flag":
        return lambda value: value
    if kind == "text":
        named = frozenset(value for cell in cells for value in cell.values)
        return lambda value: value if value in named else value is None
    ends = {end for cell in cells for each in cell.intervals for end in (each.low, each.high) if end is not None}
    marks = sorted(ends)

    def place(value: Any) -> int:
        if value is None:
            return -1
        at = bisect_left(marks, value)
        return 2 * at + (at < len(marks) and marks[at] == value)

    return place

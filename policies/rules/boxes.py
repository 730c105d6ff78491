"""Exact set algebra over the rows of decision tables: every column cut into the regions that cells can tell apart.

A region is a bit; a cell is a mask of bits; a row is a box, one mask for each column. The same rows hold for all facts
of a region, so what is true of the regions is true of all facts, and one point of a region is a counter-example.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise

from policies.rules.cells import NUMBER_KINDS, Cell, Fact
from policies.rules.tables import Column, Row

WHOLE_NUMBERS = frozenset({"days", "count"})
# What no cell of a text column names.
OTHER = "…"

Box = tuple[int, ...]


@dataclass(frozen=True)
class Axis:
    """A column with one point for each of its regions, numbers in ascending order."""

    column: Column
    points: tuple[Fact, ...]

    @property
    def all(self) -> int:
        """The mask of every region."""
        return (1 << len(self.points)) - 1

    def mask(self, cell: Cell | None) -> int:
        """The regions in which a cell holds; no cell asks nothing."""
        if cell is None:
            return self.all
        return sum(1 << number for number, point in enumerate(self.points) if cell.test(point))


@dataclass(frozen=True)
class Space:
    """The columns of the tables that are looked at together."""

    axes: tuple[Axis, ...]

    @classmethod
    def of(cls, columns: Sequence[Column], rows: Iterable[Row]) -> Space:
        """Cut the columns at every bound and value that a cell of the rows mentions."""
        cells: dict[str, list[Cell]] = {column.key: [] for column in columns}
        for row in rows:
            for column, cell in row.conditions:
                cells[column.key].append(cell)
        return cls(tuple(Axis(column, tuple(_points(column, cells[column.key]))) for column in columns))

    @property
    def whole(self) -> Box:
        """Everything."""
        return tuple(axis.all for axis in self.axes)

    def box(self, row: Row) -> Box:
        """Where a row holds."""
        asked = {column.key: cell for column, cell in row.conditions}
        return tuple(axis.mask(asked.get(axis.column.key)) for axis in self.axes)

    def example(self, box: Box) -> dict[str, Fact]:
        """One fact for each column, inside the box; known values before others."""
        return {axis.column.key: _point(axis, mask) for axis, mask in zip(self.axes, box, strict=True)}


def _points(column: Column, cells: Iterable[Cell]) -> Iterator[Fact]:
    if column.kind == "flag":
        yield from (False, True)
    elif column.kind in NUMBER_KINDS:
        yield from _numbers(cells, column.kind in WHOLE_NUMBERS, Decimal(0) if column.kind == "count" else column.least)
    else:
        yield from dict.fromkeys(value for cell in cells for value in cell.values)
        yield OTHER


def _numbers(cells: Iterable[Cell], whole: bool, least: Decimal | None) -> list[Decimal]:
    """A point below, at, between and above all bounds, none below the least; of whole numbers only whole ones."""
    bounds = {
        bound for cell in cells for each in cell.intervals for bound in (each.low, each.high) if bound is not None
    }
    if least is not None or not bounds:
        bounds.add(least or Decimal(0))
    ordered = sorted(bounds)
    if whole:
        near = {bound.to_integral_value(rounding) for bound in ordered for rounding in (ROUND_FLOOR, ROUND_CEILING)}
        found = near | {number + step for number in near for step in (-1, 1)}
    else:
        found = {ordered[0] - 1, *ordered, *((one + other) / 2 for one, other in pairwise(ordered)), ordered[-1] + 1}
    return sorted(number for number in found if least is None or number >= least)


def _point(axis: Axis, mask: int) -> Fact:
    inside = [point for number, point in enumerate(axis.points) if mask >> number & 1]
    return next((point for point in inside if point != OTHER), inside[0])


def meet(first: Box, second: Box) -> Box | None:
    """What both boxes have in common; None for nothing."""
    common = tuple(one & other for one, other in zip(first, second, strict=True))
    return common if all(common) else None


def without(box: Box, taken: Box) -> list[Box]:
    """The box without another: disjoint boxes."""
    if meet(box, taken) is None:
        return [box]
    pieces = []
    inside = list(box)
    for number, (mask, other) in enumerate(zip(box, taken, strict=True)):
        if outside := mask & ~other:
            pieces.append((*inside[:number], outside, *inside[number + 1 :]))
        inside[number] = mask & other
    return pieces


def uncovered(box: Box, cover: Iterable[Box]) -> list[Box]:
    """What of a box no box of the cover holds: disjoint boxes, none when it is covered."""
    left = [box]
    for each in cover:
        left = [piece for rest in left for piece in without(rest, each)]
        if not left:
            break
    return left

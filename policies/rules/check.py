"""What is wrong with the tables of a policy version before it is in force, each finding with a counter-example.

All columns are looked at together, exactly (`policies.rules.boxes`): gaps, overlaps, rows that never count, bands that
nothing leads to, chains in which nobody may approve, and tables in which worse facts ask for less.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from policies.rules.boxes import OTHER, Box, Space, meet, uncovered
from policies.rules.cells import Fact
from policies.rules.pack import KindRules, Pack
from policies.rules.tables import Row, Table, plain, priority

# Enough to understand what is wrong; a table with a hundred gaps is mended one by one.
MOST = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where, and the facts that show it; `blocking` keeps the version from being activated."""

    code: str
    table: str
    rows: tuple[str, ...]
    zh: str
    en: str
    blocking: bool = True
    example: Mapping[str, str] = dataclasses.field(default_factory=dict)
    # The field of the row (`policies.rules.grid`), where one field alone is wrong.
    field: str = ""

    @property
    def sentence(self) -> str:
        """The finding in one English line, for logs, commands and errors."""
        rows = f" {', '.join(self.rows)}" if self.rows else ""
        facts = ", ".join(f"{key} = {value}" for key, value in self.example.items())
        return f"{self.table}{rows}: {self.en}" + (f" Example: {facts}." if facts else "")


def check(pack: Pack) -> list[Finding]:
    """Every finding of a version, in the order of its kinds and tables."""
    found: list[Finding] = []
    for kind in pack.kinds.values():
        found.extend(_gaps(kind))
        for table in kind.tables:
            found.extend(check_table(table))
        found.extend(_unreachable(kind))
        found.extend(_nobody_approves(pack, kind))
    return found


def check_table(table: Table) -> list[Finding]:
    """Overlaps, rows that never count, and worse facts that ask for less, inside one table."""
    space = Space.of(table.columns, table.rows)
    boxes = [space.box(row) for row in table.rows]
    found = [*_never(table, boxes), *_overlaps(table, space, boxes)]
    if table.use == "band":
        found.extend(_eased(table, space, boxes))
    return found


def _gaps(kind: KindRules) -> Iterator[Finding]:
    """Facts for which no table of a subject says anything; a table for one case only has to cover that case itself."""
    for subject in dict.fromkeys(table.subject for table in kind.bands):
        tables = [table for table in kind.bands if table.subject == subject]
        together = [table for table in tables if not table.only]
        for group in [*([table] for table in tables if table.only), *([together] if together else [])]:
            yield from _gaps_of(group, " ".join(table.code for table in group))


def _gaps_of(tables: Sequence[Table], named: str) -> Iterator[Finding]:
    columns = list({column.key: column for table in tables for column in table.columns}.values())
    rows = [row for table in tables for row in table.rows]
    space = Space.of(columns, rows)
    for box in uncovered(space.whole, (space.box(row) for row in rows))[:MOST]:
        example = space.example(box)
        yield Finding(
            "gap",
            named,
            (),
            "没有任何一行适用于这种情况。",
            "No row covers this case.",
            blocking=OTHER not in example.values(),
            example=_said(example),
        )


def _never(table: Table, boxes: Sequence[Box]) -> Iterator[Finding]:
    """Rows whose cells exclude each other, and rows that earlier ones, or more important ones, leave nothing to."""
    for row, box, before in _in_turn(table, boxes):
        if not all(box):
            yield Finding("empty", table.code, (row.code,), "该行永远不成立。", "This row never holds.")
        elif before and not uncovered(box, [each for _row, each in before]):
            hiding = tuple(other.code for other, each in before if meet(each, box))
            zh, en = ("优先级更高", "More important") if table.hit_policy == "priority" else ("前面", "Earlier")
            yield Finding(
                "shadowed",
                table.code,
                (row.code, *hiding),
                f"该行被{zh}的行完全遮盖，永远不会生效。",
                f"{en} rows leave nothing to this one: it never counts.",
            )


def _overlaps(table: Table, space: Space, boxes: Sequence[Box]) -> Iterator[Finding]:
    if table.hit_policy not in ("unique", "any"):
        return
    found = 0
    pairs = combinations(zip(table.rows, boxes, strict=True), 2)
    for (first, box), (second, other) in pairs:
        common = meet(box, other)
        if common is None or (table.hit_policy == "any" and first.outputs == second.outputs):
            continue
        found += 1
        if found > MOST:
            return
        code = "overlap" if table.hit_policy == "unique" else "conflict"
        yield Finding(
            code,
            table.code,
            (first.code, second.code),
            "两行同时成立。" if code == "overlap" else "两行同时成立而结果不同。",
            "Both rows hold." if code == "overlap" else "Both rows hold and say different things.",
            example=_said(space.example(common)),
        )


def _eased(table: Table, space: Space, boxes: Sequence[Box]) -> Iterator[Finding]:
    """For each column that says which direction is worse: no worse value may ask for a lower band."""
    effective = list(_effective(table, boxes))
    covered = [box for _row, box in effective]
    for position, axis in enumerate(space.axes):
        if not axis.column.worse:
            continue
        for level in range(1, len(table.ladder)):
            asking = [(row, box) for row, box in effective if table.ladder.index(row.outputs["band"]) >= level]
            finding = _eased_at(table, space, position, asking, covered)
            if finding is not None:
                yield finding
                break


def _eased_at(
    table: Table, space: Space, position: int, asking: list[tuple[Row, Box]], covered: list[Box]
) -> Finding | None:
    axis = space.axes[position]
    up = axis.column.worse == "higher"
    cover = [box for _row, box in asking]
    for row, box in asking:
        mask = box[position]
        best = mask & -mask if up else 1 << mask.bit_length() - 1
        worse = (axis.all & ~(2 * best - 1) if up else best - 1) & ~mask
        if not worse:
            continue
        for rest in uncovered((*box[:position], worse, *box[position + 1 :]), cover):
            eased = next((common for each in covered if (common := meet(rest, each))), None)
            if eased is None:
                continue  # a gap, which is reported as one
            label = axis.column
            return Finding(
                "eased",
                table.code,
                (row.code,),
                f"「{label.zh}」更差时，要求的审批反而更低。",
                f"With a worse value of “{label.en}” less approval is asked for than by this row.",
                example=_said(space.example(eased)),
            )
    return None


def _effective(table: Table, boxes: Sequence[Box]) -> Iterator[tuple[Row, Box]]:
    """Where each row counts: in a table of the hit policies `first` and `priority` only where none before it holds."""
    for row, box, before in _in_turn(table, boxes):
        yield from ((row, piece) for piece in uncovered(box, [each for _row, each in before]) if all(piece))


def _in_turn(table: Table, boxes: Sequence[Box]) -> Iterator[tuple[Row, Box, list[tuple[Row, Box]]]]:
    """Each row with those that take precedence over it, in the order of precedence."""
    ordered = list(zip(table.rows, boxes, strict=True))
    if table.hit_policy == "priority":
        ordered.sort(key=lambda each: -priority(each[0]))
    decides = table.hit_policy in ("first", "priority")
    for number, (row, box) in enumerate(ordered):
        yield row, box, ordered[:number] if decides else []


def _unreachable(kind: KindRules) -> Iterator[Finding]:
    """Bands of a ladder that no row asks for and no escalator leads to."""
    subjects = dict.fromkeys(table.subject for table in kind.bands)
    for number, subject in enumerate(subjects):
        cap = sum(_most(table) for table in kind.escalators) if number == 0 else 0
        for table in (each for each in kind.bands if each.subject == subject):
            asked = {table.ladder.index(row.outputs["band"]) for row in table.rows}
            reached = {level + more for level in asked for more in range(cap + 1)}
            for level, band in enumerate(table.ladder):
                if level not in reached:
                    zh, en = f"没有规则会得出 {band}。", f"No rule leads to {band}."
                    yield Finding("unreachable", table.code, (band,), zh, en)


def _most(escalators: Table) -> int:
    """How many bands a table of escalators may raise by."""
    each_once = len({row.outputs.get("code") or row.code for row in escalators.rows})
    return each_once if escalators.cap is None else min(each_once, escalators.cap)


def _nobody_approves(pack: Pack, kind: KindRules) -> Iterator[Finding]:
    """Chains that end without anybody who may approve: they could never be granted."""
    for table in kind.bands:
        approving = pack.approving[table.request_kind]
        for band in table.ladder:
            roles = {role for stage in pack.chains[band].stages for role in stage}
            if roles and not roles & approving:
                zh = f"{band} 的审批链中没有人有审批权限。"
                en = f"Nobody in the chain of {band} has the authority to approve."
                yield Finding("no_authority", table.code, (band,), zh, en)


def _said(example: Mapping[str, Fact]) -> dict[str, str]:
    return {key: plain(value) for key, value in example.items()}

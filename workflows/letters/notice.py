"""The decision notice: what the kind says, in the shape that the paper prints."""

from accounts.language import pick
from contracts.letters import context as paper
from contracts.letters.context import NOTHING, SHAPES_OF_TABLES
from workflows.letters.case import VERBS, Case, conditions_in_words, signed
from workflows.pages import Box, Notice, Table
from workflows.written import role

UNDONE = (
    "该项决定已先行生效，但未获追认，现予撤销。",
    "The decision was in force already, but it was not ratified: it has been taken back.",
)
CELLS = ("c1", "c2", "c3", "c4", "c5", "c6")


def decision_notice(case: Case, said: Notice) -> paper.DecisionNotice:
    """批复通知书 / Decision notice of a decided request of any kind."""
    granted = case.granted.get("notes", ()) if case.approved else ()
    return {
        "unit": case.unit(),  # type: ignore[typeddict-item]
        "customer": case.customer(),  # type: ignore[typeddict-item]
        "title": said.title,
        "request_no": case.request.no,
        "request_kind": said.subject,
        "opening": said.opening,
        "headline": pick(*UNDONE) if case.undone else said.headline,
        "boxes": [_band(said.boxes)] if said.boxes else [],
        "terms": [
            {"label": label, "requested": asked, "approved": given if case.approved else NOTHING}
            for label, asked, given in said.terms
        ],
        "conditions": [*said.conditions, *granted],
        "assessment": [{"label": label, "value": value} for label, value in said.facts],
        "tables": [open_table(table) for table in said.tables],
        "pictures": [{"title": each.title, "words": each.words, "svg": each.svg} for each in said.pictures[:1]],
        "approvals": _approvals(case),
        "closing": said.closing if case.approved else "",
        "policy_version": case.policy(),
    }


def _band(boxes: tuple[Box, ...]) -> paper.Boxes:
    first, second, third = (*boxes, *(Box("", ""),) * 3)[:3]
    return {"first": _box(first), "second": _box(second), "third": _box(third)}


def _box(box: Box) -> paper.Box:
    return {"label": box.label, "value": box.value, "below": box.below}


def open_table(table: Table) -> paper.Table:
    """A table in the shape that the paper prints. Raises ValueError when it has not two to six columns."""
    shape = f"{'figures' if table.figures else 'words'}{len(table.columns)}"
    if shape not in SHAPES_OF_TABLES:
        raise ValueError(f"{table.title}: a table has two to six columns")
    rows = {name: [_cells(row) for row in table.rows] if name == shape else [] for name in SHAPES_OF_TABLES}
    return {"title": table.title, "heads": _cells(table.columns), **rows}  # type: ignore[typeddict-item]


def _cells(row: tuple[str, ...]) -> paper.Cells:
    return dict(zip(CELLS, (*row, *("",) * len(CELLS)), strict=False))  # type: ignore[return-value]


def _approvals(case: Case) -> list[paper.Approval]:
    return [
        {
            "role": role(decision.role),
            "name": signed(decision),
            "decision": pick(*VERBS[decision.verb]),
            "decided_at": case.time(decision.decided_at)[:16],
            "comment": "; ".join(
                filter(None, [decision.reason, *conditions_in_words(case.kind, decision.conditions, case.currency)])
            )
            or NOTHING,
        }
        for decision in case.last_round
    ]

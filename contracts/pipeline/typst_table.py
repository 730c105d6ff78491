"""Setting a Word table: widths, merged cells, borders, shading, repeated header rows."""

from dataclasses import dataclass

from contracts.pipeline.typst_text import UNSPLIT_CHARACTERS, TextSetter
from contracts.pipeline.wordml import Element, children, colour, nearest, points, switch, tag, value

SIDES = ("top", "bottom", "left", "right")
# Word's own default cell margins, in points.
MARGINS = {"top": 0.0, "bottom": 0.0, "left": 5.4, "right": 5.4}


@dataclass(frozen=True)
class Place:
    """Where a cell stands in the grid."""

    row: int
    column: int
    span: int
    depth: int
    rows: int
    columns: int


def set_table(setter: TextSetter, table: Element) -> str:
    """Set a table and the paragraphs in it."""
    layers = setter.word.table_layers(table)
    rows = [row for kind, row in children(table) if kind == "tr"]
    grid = [points(column.get(tag("w"))) for column in table.iter(tag("gridCol"))]
    header: list[str] = []
    cells: list[str] = []
    for index, row in enumerate(rows):
        properties = row.find(tag("trPr"))
        unsplit = (
            switch(properties, "cantSplit")
            and sum(len(text.text or "") for text in row.iter(tag("t"))) < UNSPLIT_CHARACTERS
        )
        repeated = switch(properties, "tblHeader") and not cells
        (header if repeated else cells).extend(_row(setter, layers, rows, index, grid, bool(unsplit)))
    columns = ", ".join(f"{width:g}pt" for width in grid)
    head = f"table.header({', '.join(header)}),\n" if header else ""
    align = {"center": "center", "right": "right"}.get(nearest(layers, "jc") or "", "left")
    return (
        f"#align({align})[#block(above: 0pt, below: 0pt)[#table(columns: ({columns},), inset: 0pt,"
        f" stroke: none,\n{head}{', '.join(cells)})]]"
    )


def _row(
    setter: TextSetter,
    layers: list[Element],
    rows: list[Element],
    index: int,
    grid: list[float],
    unsplit: bool,
) -> list[str]:
    cells, column = [], 0
    for kind, cell in children(rows[index]):
        if kind != "tc":
            continue
        span = int(value(cell.find(tag("tcPr")), "gridSpan") or 1)
        if _merge(cell) != "continue":
            depth = _depth(rows, index, column)
            place = Place(index, column, span, depth, len(rows), len(grid))
            width = sum(grid[column : column + span])
            cells.append(_cell(setter, layers, cell, place, width, unsplit))
        column += span
    return cells


def _cell(setter: TextSetter, layers: list[Element], cell: Element, place: Place, width: float, unsplit: bool) -> str:
    properties = cell.find(tag("tcPr"))
    if properties is not None:
        list(children(properties))
    inset = {side: _margin(layers, properties, side) for side in SIDES}
    outer, setter.width = setter.width, width - inset["left"] - inset["right"]
    body = "\n".join(setter.paragraph(child) for kind, child in children(cell) if kind == "p")
    setter.width = outer
    stroke = ", ".join(f"{side}: {_border(layers, properties, place, side)}" for side in SIDES)
    padding = ", ".join(f"{side}: {length:g}pt" for side, length in inset.items())
    options = [f"stroke: ({stroke})", f"inset: ({padding})"]
    options += [f"colspan: {place.span}"] if place.span > 1 else []
    options += [f"rowspan: {place.depth}"] if place.depth > 1 else []
    options += ["breakable: false"] if unsplit else []
    fill = colour(value(properties, "shd", "fill"))
    options += [f'fill: rgb("#{fill}")'] if fill else []
    vertical = {"center": "horizon", "bottom": "bottom"}.get(value(properties, "vAlign") or "")
    options += [f"align: {vertical}"] if vertical else []
    return f"table.cell({', '.join(options)})[{body}]"


def _merge(cell: Element) -> str | None:
    """Vertical merging: "restart", "continue" or None."""
    properties = cell.find(tag("tcPr"))
    merge = None if properties is None else properties.find(tag("vMerge"))
    return None if merge is None else merge.get(tag("val"), "continue")


def _depth(rows: list[Element], index: int, column: int) -> int:
    depth = 1
    for row in rows[index + 1 :]:
        below, position = None, 0
        for cell in row.findall(tag("tc")):
            if position == column:
                below = cell
            position += int(value(cell.find(tag("tcPr")), "gridSpan") or 1)
        if below is None or _merge(below) != "continue":
            break
        depth += 1
    return depth


def _margin(layers: list[Element], properties: Element | None, side: str) -> float:
    own = None if properties is None else properties.find(tag("tcMar"))
    sources = [own, *(layer.find(tag("tblCellMar")) for layer in layers)]
    for source in sources:
        stated = value(source, side, "w")
        if stated is not None:
            return points(stated)
    return MARGINS[side]


def _border(layers: list[Element], properties: Element | None, place: Place, side: str) -> str:
    """The cell's own border, else the table's: outer at the edge, inner between cells."""
    own = None if properties is None else properties.find(tag("tcBorders"))
    if own is not None and own.find(tag(side)) is not None:
        return _stroke(own.find(tag(side)))
    at_edge = {
        "top": place.row == 0,
        "bottom": place.row + place.depth >= place.rows,
        "left": place.column == 0,
        "right": place.column + place.span >= place.columns,
    }[side]
    name = side if at_edge else ("insideH" if side in ("top", "bottom") else "insideV")
    for layer in layers:
        borders = layer.find(tag("tblBorders"))
        if borders is not None:
            return _stroke(borders.find(tag(name)))
    return "none"


def _stroke(border: Element | None) -> str:
    kind = None if border is None else border.get(tag("val"))
    if border is None or kind in (None, "nil", "none"):
        return "none"
    width = max(0.25, float(border.get(tag("sz"), "4")) / 8)
    return f'{width:g}pt + rgb("#{colour(border.get(tag("color"))) or "000000"}")'

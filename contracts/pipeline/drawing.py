"""Drawings of letters: an SVG made by our own code becomes a picture with the packaged fonts only."""

import tempfile
from pathlib import Path

import typst

from contracts.pipeline import fonts

# Twice as wide as high, 200 dots to the inch at the width of the text.
WIDTH, HEIGHT, DPI = 168, 84, 200


def raster(svg: str) -> bytes:
    """The drawing as PNG; equal input gives equal bytes. Raises typst.TypstError for what is no SVG."""
    page = f'#set page(width: {WIDTH}mm, height: {HEIGHT}mm, margin: 0mm)\n#image("drawing.svg", width: 100%)'
    return _draw(page, svg)


def blank() -> bytes:
    """An empty picture for the place in the template."""
    return _draw("#set page(width: 4mm, height: 2mm, margin: 0mm)\n", None)


def _draw(page: str, svg: str | None) -> bytes:
    with tempfile.TemporaryDirectory(prefix="drawing-") as folder:
        if svg is not None:
            (Path(folder) / "drawing.svg").write_text(svg, encoding="utf-8")
        main = Path(folder) / "main.typ"
        main.write_text(page, encoding="utf-8")
        drawn: bytes = typst.compile(
            str(main), root=folder, font_paths=fonts.directories(), ignore_system_fonts=True, format="png", ppi=DPI
        )
    return drawn

"""The pictures of a .docx that have a name, by which their bytes can be replaced."""

from contracts.pipeline.package import R, Relations, parse_xml

WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def named_pictures(parts: dict[str, bytes]) -> dict[str, str]:
    """The part of each picture in the text by its name. Raises PackageError for a broken reference."""
    links = Relations.of(parts, "word/document.xml")
    found: dict[str, str] = {}
    for inline in parse_xml(parts["word/document.xml"]).iter(f"{{{WP}}}inline"):
        properties, blip = inline.find(f"{{{WP}}}docPr"), next(inline.iter(f"{{{A}}}blip"), None)
        if properties is not None and blip is not None:
            found[properties.get("name", "")] = links[blip.get(f"{{{R}}}embed", "")]
    return found

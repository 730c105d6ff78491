"""The XML of a DMN file: safely parsed, and its elements by their names in any edition of the standard."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from lxml import etree

from policies.rules.cells import PolicyError

_MODEL: Final = re.compile(r"\{(?:https?://www\.omg\.org/spec/DMN/\d{8}/(?:MODEL/?|dmn\d?\.xsd))\}(\w+)")


class NotDmn(PolicyError):
    """A file that is something else than DMN."""


def root_of_file(data: bytes) -> Any:
    """The definitions of a DMN file; entities, other files and document types are not followed.

    Raises NotDmn for what is no XML or no DMN, PolicyError for a document type and for the same id twice.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, LookupError, ValueError) as error:
        raise NotDmn(f"The file is not XML: {error}.", f"文件不是格式正确的 XML：{error}。") from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # the stubs do not know it
        raise PolicyError("A DMN file has no document type declaration.", "DMN 文件不得含有文档类型声明。")
    if name_of(root) != "definitions":
        said = f"The file is not DMN: it is a {root.tag}, not the definitions of a DMN namespace."
        raise NotDmn(said, f"文件不是 DMN：它是 {root.tag}，不是 DMN 命名空间的 definitions。")
    ids = (each.get("id") or "" for each in root.iter(etree.Element) if name_of(each))
    once((known for known in ids if known), "The id {} is there twice.", "标识 {} 出现了两次。")
    return root


def name_of(element: Any) -> str:
    """The name of an element of the standard; empty for any other."""
    found = _MODEL.fullmatch(element.tag) if isinstance(element.tag, str) else None
    return found[1] if found else ""


def children(element: Any, name: str) -> Iterator[Any]:
    """Children of the standard that are called so."""
    return (each for each in element if name_of(each) == name)


def child(element: Any, name: str) -> Any:
    """The first of these, or None."""
    return next(children(element, name), None)


def text_of(element: Any) -> str:
    """What its element `text` says; empty where there is none."""
    return said(child(element, "text"))


def said(element: Any) -> str:
    """Its own text. Raises PolicyError when other elements stand in it."""
    if element is None:
        return ""
    if len(element):
        raise PolicyError(f"a text contains the element {element[0].tag}.", f"文本中含有元素 {element[0].tag}。")
    return (element.text or "").strip()


def once(names: Iterable[str], en: str, zh: str) -> None:
    """Raise PolicyError with the message, in both languages, when a name comes twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise PolicyError(en.format(name), zh.format(name))
        seen.add(name)

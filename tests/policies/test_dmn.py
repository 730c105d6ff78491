"""Decision tables in DMN: the cases of its compatibility kit, every edition of the standard, and hostile files."""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from lxml import etree

from policies.rules.cells import PolicyError
from policies.rules.dmn import LARGEST, read, read_model
from policies.rules.dmn_feel import condition_of, value_of
from tests.policies.dmn_files import definitions, table

KIT = Path(__file__).parent / "dmn_tck"
CASES = sorted(KIT.glob("*/*-test-*.xml"))
XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"


def local(element: Any) -> str:
    return str(etree.QName(element).localname)


def typed(node: Any) -> Any:
    """The value of a test case: a literal, a structure, or a list."""
    children = {local(child): child for child in node}
    if "list" in children:
        return [typed(item) for item in children["list"]]
    if "component" in children:
        return {child.get("name"): typed(child) for child in node if local(child) == "component"}
    value = children.get("value")
    if value is None or value.get("{http://www.w3.org/2001/XMLSchema-instance}nil") == "true":
        return None
    kind = (value.get(XSI) or "xsd:string").split(":")[-1]
    text = value.text or ""
    if kind in ("decimal", "double", "integer"):
        return Decimal(text)
    if kind == "date":
        return date.fromisoformat(text)
    return text == "true" if kind == "boolean" else text


def kit() -> list[Any]:
    """(file, case, facts, decision, expected) of every result that the kit states."""
    found = []
    for path in CASES:
        root = etree.parse(path).getroot()
        for case in (each for each in root if local(each) == "testCase"):
            facts = {each.get("name"): typed(each) for each in case if local(each) == "inputNode"}
            for result in (each for each in case if local(each) == "resultNode"):
                expected = next(child for child in result if local(child) == "expected")
                name = f"{path.parent.name}-{case.get('id')}"
                found.append(pytest.param(path, facts, result.get("name"), typed(expected), id=name))
    return found


@pytest.mark.parametrize(("path", "facts", "decision", "expected"), kit())
def test_the_compatibility_kit(path: Path, facts: dict[str, Any], decision: str, expected: Any) -> None:
    [model] = path.parent.glob("*.dmn")
    assert read_model(model.read_bytes()).evaluate(decision, facts) == expected


def test_the_kit_is_there() -> None:
    assert len(CASES) >= 6
    assert len(kit()) >= 18


@pytest.mark.parametrize("feel", ["1 + 1", "now()", "[1,2]", '"a" + "b"', "{a: 1}"])
def test_an_expression_is_no_result(feel: str) -> None:
    with pytest.raises(PolicyError):
        value_of(feel)


BOMB = b"""<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="&b;"/>"""


@pytest.mark.parametrize(
    "data",
    [b"", b"no xml", b"<a/>", BOMB, b"<definitions/>", b"x" * (LARGEST + 1),
     b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'],
    ids=["empty", "text", "other", "entities", "no namespace", "large", "external"],
)  # fmt: skip
def test_hostile_files_are_refused(data: bytes) -> None:
    with pytest.raises(PolicyError):
        read(data)


D13 = "https://www.omg.org/spec/DMN/20191111/MODEL/"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<?xml version='1.0' encoding='nope'?><a/>", "Unsupported encoding"),
        (b"<?xml version='1.0' encoding='UTF-16'?><a/>", "is not XML"),
        (b"<?xml version='1.0' encoding='UTF-8'?><a>\xff</a>", "is not XML"),
        (b"<a>\0</a>", "is not XML"),
        (b"<a>" * 5000 + b"</a>" * 5000, "Excessive depth"),
        (definitions(namespace="http://www.trisotech.com/definitions/_1"), "not DMN: it is a .*trisotech"),
        (definitions(namespace="https://www.omg.org/spec/DMN/20191111/DMNDI/"), "not DMN"),
        (definitions(table("d", [], ["r"], []), table("d", [], ["r"], [])), "decision d is there twice"),
        (definitions("<inputData id='x'/>", "<decision id='x'/>"), "id x is there twice"),
        (definitions(table("d", ["a"], ["r"], [["-", "<b/>"]]).replace("&lt;b/&gt;", "<b/>")), "contains the element .*b"),
        (definitions(table("d", ["a"], ["r"], [["-", "1"]]), attributes='expressionLanguage="juel"'), "in juel are not"),
    ],
)  # fmt: skip
def test_broken_files_are_refused_with_the_place(data: bytes, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        read(data)


def test_comments_and_instructions_do_not_cut_a_text_short() -> None:
    drawn = table("d", ["a:number"], ["r"], [["> 1<!-- -->5", "4<?pi x?>2"]]).replace("&lt;", "<").replace("&gt;", ">")
    [decision] = read(definitions(drawn))
    assert decision.evaluate({"a": 16}) == 42
    assert decision.evaluate({"a": 14}) is None


def test_an_external_inclusion_is_not_followed() -> None:
    inclusion = '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    assert read(definitions(inclusion, table("d", [], ["r"], [["1"]])))[0].evaluate({}) == 1


@pytest.mark.parametrize(
    "namespace",
    ["http://www.omg.org/spec/DMN/20151101/dmn.xsd", "http://www.omg.org/spec/DMN/20180521/MODEL/", D13,
     "https://www.omg.org/spec/DMN/20211108/MODEL/", "https://www.omg.org/spec/DMN/20230324/MODEL/"],
    ids=["1.1", "1.2", "1.3", "1.4", "1.5"],
)  # fmt: skip
def test_every_edition_of_the_standard_is_read(namespace: str) -> None:
    drawn = table("d", ["a:feel:number"], ["r"], [["<5", "1"], ["", "2"]], "FIRST")
    [decision] = read(definitions(drawn, namespace=namespace))
    assert [decision.evaluate({"a": value}) for value in (4, 5, None)] == [1, 2, 2]


@pytest.mark.parametrize("text", ['"\\' * 4900, "[" + "." * 9900 + "]", "not(" * 2400, '"' * 9999, "1," * 4900])
def test_a_long_condition_is_read_or_refused_at_once(text: str) -> None:
    started = process_time()
    with suppress(PolicyError):
        condition_of(text)
    assert process_time() - started < 1


def test_what_is_longer_than_anybody_writes_is_refused() -> None:
    with pytest.raises(PolicyError, match="at most 10000 characters"):
        condition_of("1" * 10_001)
    with pytest.raises(PolicyError, match="at most 34 digits"):
        value_of("9" * 900_000)

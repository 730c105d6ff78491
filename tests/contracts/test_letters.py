"""The house letters: complete, deterministic and readable in both languages, whatever the data."""

import io
from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

from contracts.letters import templates
from contracts.letters.build import build_letter
from contracts.letters.context import SHAPES, SnapshotError, fit
from contracts.pipeline import libreoffice, typst_engine
from contracts.pipeline.check import Checked, CheckError, check
from contracts.pipeline.produce import ProductionError, produce
from contracts.pipeline.qr import qr_png
from contracts.pipeline.render import render
from contracts.pipeline.typst_source import typst_source
from contracts.pipeline.wordml import UnsupportedError
from tests.contracts.samples import IDENTITY, SAMPLES, snapshot
from tests.contracts.test_render import template

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LONG = "上海市浦东新区超长名称" * 8 + "有限公司"
CASES = sorted(SAMPLES)


def letter(kind: str, language: str, **changes: Any) -> tuple[bytes, dict[str, Any]]:
    context = {**fit(kind, snapshot(kind, language, **changes)), "document": IDENTITY}
    pictures = {"qr": qr_png(IDENTITY["verify_url"])}
    docx = render(templates.load(kind, language).data, context, pictures)
    return typst_engine.convert(docx, AT), context


def checked(kind: str, language: str, **changes: Any) -> Checked:
    pdf, context = letter(kind, language, **changes)
    return check(pdf, context)


@pytest.mark.parametrize(("kind", "language"), CASES)
def test_the_committed_template_is_the_one_that_the_builder_makes(kind: str, language: str) -> None:
    assert templates.template_path(kind, language).read_bytes() == build_letter(kind, language)


@pytest.mark.parametrize(("kind", "language"), CASES)
def test_every_value_is_on_paper(kind: str, language: str) -> None:
    assert checked(kind, language).pages <= 3


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_ordinary_notice_is_one_page(language: str) -> None:
    assert checked("decision_notice", language).pages == 1


@pytest.mark.parametrize(("kind", "language"), CASES)
def test_the_same_data_give_the_same_pdf(kind: str, language: str) -> None:
    assert letter(kind, language)[0] == letter(kind, language)[0]


@pytest.mark.parametrize(("kind", "language"), CASES)
def test_long_names_stay_on_the_page(kind: str, language: str) -> None:
    customer = {"name": LONG, "code": "C" * 60, "uscc": "9" * 18}
    unit = {
        "name": LONG,
        "second_name": "Extraordinarilylongcompanynamewithoutanyspaces" * 3,
        "address": LONG,
        "uscc": "x",
    }
    checked(kind, language, customer=customer, unit=unit)


@pytest.mark.parametrize(
    "text",
    [
        "{{7*7}}",
        "<w:t>x</w:t> & 1 < 2",
        "#eval(1) $ \\ ` * _ @ =",
        "]]>",
        '"] #panic("x") ["',
        "=1+1",
        "👍 𠮷 \u202e\u0007 ok",
    ],
)
def test_hostile_comments_are_printed_and_nothing_else_happens(text: str) -> None:
    approvals = [{"role": text, "name": text, "decision": text, "decided_at": text, "comment": text * 20}]
    checked("decision_notice", "zh-hans", approvals=approvals, conditions=[text], headline=text)


def test_a_missing_glyph_is_named_and_not_lost() -> None:
    pdf, _context = letter("decision_notice", "zh-hans", headline="𠮷野家 👍")
    page = pypdfium2.PdfDocument(pdf)[0]
    assert "〔U+20BB7〕野家〔U+1F44D〕" in page.get_textpage().get_text_range().replace(" ", "")


def test_two_hundred_events_run_over_several_pages_with_their_heading() -> None:
    row = {
        "position": "1",
        "at": "2026-11-19 16:01:07",
        "actor": "王晓峰",
        "action": "已提交",
        "detail": "x",
        "hash": "ab",
    }
    events = [{**row, "position": str(number)} for number in range(200)]
    pdf, context = letter("approval_sheet", "zh-hans", events=events)
    assert check(pdf, context).pages >= 5
    for page in list(pypdfium2.PdfDocument(pdf))[2:5]:
        assert "记录哈希" in page.get_textpage().get_text_range()


def test_a_comment_longer_than_a_page_is_printed_in_full() -> None:
    comment = "".join(f"第{number}句意见。" for number in range(900))
    approvals = [{"role": "CFO", "name": "周", "decision": "批准", "decided_at": "x", "comment": comment}]
    assert checked("decision_notice", "zh-hans", approvals=approvals).pages > 2


def test_empty_lists_leave_their_headings_out() -> None:
    pdf, _context = letter("decision_notice", "zh-hans", conditions=[], approvals=[], assessment=[])
    lines = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range().split()
    assert "申请与批复" in lines
    assert "批复条件" not in lines
    assert "评估摘要" not in lines


def test_a_rejection_grants_nothing() -> None:
    said = {"opening": "Result: Rejected.", "conditions": [], "boxes": [], "closing": ""}
    pdf, _context = letter("decision_notice", "en", **said)
    words = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    assert "Rejected" in words
    assert "Approved limit" not in words
    assert "takes effect" not in words


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"headline": None}, "decision_notice.headline"),
        ({"headline": 5}, "decision_notice.headline"),
        ({"conditions": "one"}, "decision_notice.conditions"),
        ({"conditions": [None]}, "decision_notice.conditions[0]"),
        ({"extra": "x"}, "decision_notice.extra"),
        ({"unit": {"name": "x"}}, "decision_notice.unit"),
    ],
)
def test_data_of_another_shape_are_refused_with_the_field(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(SnapshotError) as refusal:
        fit("decision_notice", snapshot(**changes))
    assert refusal.value.path.startswith(path)


def test_a_value_that_is_not_on_paper_is_noticed() -> None:
    pdf, context = letter("decision_notice", "zh-hans")
    with pytest.raises(CheckError, match="value_missing"):
        check(pdf, {**context, "headline": "我公司不同意"})


def test_a_font_that_is_not_embedded_is_noticed() -> None:
    writer = PdfFileWriter()
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    names = generic.DictionaryObject({generic.pdf_name(k): generic.pdf_name(v) for k, v in font.items()})
    fonts = generic.DictionaryObject({generic.pdf_name("/F1"): writer.add_object(names)})
    resources = generic.DictionaryObject({generic.pdf_name("/Font"): fonts})
    content = writer.add_object(generic.StreamObject(stream_data=b"BT /F1 12 Tf 100 100 Td (Hello) Tj ET"))
    writer.insert_page(PageObject(contents=content, media_box=(0, 0, 300, 300), resources=resources))
    output = io.BytesIO()
    writer.write(output)
    with pytest.raises(CheckError, match="font_not_embedded"):
        check(output.getvalue(), {"greeting": "Hello"})


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.4 not a real one"])
def test_what_is_no_pdf_is_noticed(data: bytes) -> None:
    with pytest.raises(CheckError, match="not_pdf"):
        check(data, {})


@pytest.mark.parametrize(
    "construct",
    ["<w:pict/>", "<w:footnoteReference/>", "<w:object/>", '<w:sym w:char="F0A7"/>', "<w:tab/>"],
)
def test_the_engine_refuses_what_it_cannot_set(construct: str) -> None:
    from contracts.pipeline.package import read, write

    parts = read(build_letter("decision_notice", "en"))
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"<w:t>", construct.encode() + b"<w:t>", 1)
    with pytest.raises(UnsupportedError):
        typst_source(write(parts))


def test_production_in_the_limited_child_gives_the_same_pdf() -> None:
    pdf, context = letter("decision_notice", "zh-hans")
    data = templates.load("decision_notice", "zh-hans").data
    made = produce(data, context, pictures={"qr": qr_png(IDENTITY["verify_url"])}, engine="typst", created_at=AT)
    assert made.pdf == pdf


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"memory": 64 * 1024**2}, "engine_crash|memory"),
        ({"wall_seconds": 0.05}, "engine_timeout"),
        ({"engine": "none"}, "unknown_engine"),
    ],
)
def test_a_letter_that_needs_too_much_ends_with_a_reason(options: dict[str, Any], code: str) -> None:
    context = {**fit("decision_notice", snapshot()), "document": IDENTITY}
    data = templates.load("decision_notice", "zh-hans").data
    settings = {"engine": "typst", "created_at": AT, "pictures": {}, **options}
    with pytest.raises(ProductionError, match=code):
        produce(data, context, **settings)


def test_a_bad_template_ends_with_its_reason() -> None:
    with pytest.raises(ProductionError, match="template") as error:
        produce(template("{{ ''.__class__ }}"), {}, pictures={}, engine="typst", created_at=AT)
    assert not error.value.retryable


def test_every_kind_has_a_template_in_every_language() -> None:
    for kind in SHAPES:
        for language in ("zh-hans", "en"):
            assert templates.load(kind, language).engine in ("typst", "libreoffice")


@pytest.mark.skipif(libreoffice.program() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_libreoffice_sets_the_same_letter_where_it_is_installed(language: str) -> None:
    context = {**fit("decision_notice", snapshot("decision_notice", language)), "document": IDENTITY}
    data = templates.load("decision_notice", language).data
    pictures = {"qr": qr_png(IDENTITY["verify_url"])}
    made = produce(data, context, pictures=pictures, engine="libreoffice", created_at=AT)
    assert check(made.pdf, context).pages <= 2


@pytest.mark.skipif(libreoffice.program() is not None, reason="LibreOffice is installed")
def test_a_missing_libreoffice_is_said_and_may_be_retried() -> None:
    context = {**fit("decision_notice", snapshot()), "document": IDENTITY}
    data = templates.load("decision_notice", "zh-hans").data
    pictures = {"qr": qr_png(IDENTITY["verify_url"])}
    with pytest.raises(ProductionError, match="engine_missing") as error:
        produce(data, context, pictures=pictures, engine="libreoffice", created_at=AT)
    assert error.value.retryable


@pytest.mark.parametrize(("kind", "language"), CASES)
def test_a_request_without_a_customer_names_none(kind: str, language: str) -> None:
    pdf, context = letter(kind, language, customer={"name": "", "code": "", "uscc": ""})
    check(pdf, context)
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    words = {"zh-hans": ("致：", "客户编码", "信用代码 —"), "en": ("To:", "Code", "Customer")}[language]
    head = page[: page.index(context["headline"][:8] if kind == "decision_notice" else context["outcome"])]
    assert [word for word in words if word in head] == []

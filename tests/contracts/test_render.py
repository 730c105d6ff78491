"""A template prints fields and nothing else; data are printed as they are or refused, never lost."""

import io
from typing import Any

import docx
import pytest

from contracts.pipeline.package import PackageError, read, write
from contracts.pipeline.render import RenderError, render

PROBES = [
    "{{ ''.__class__.__mro__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__['os'] }}",
    "{{ self.__init__ }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ customer|attr('__class__') }}",
    "{{ customer.__class__ }}",
    "{{ customer._secret }}",
    "{{ customer['__class__'] }}",
    "{{ items.append(1) }}",
    "{{ customer.delete() }}",
    "{{ 'x'*(10**9) }}",
    "{{ '%01000000000d'|format(1) }}",
    "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}",
    "{% set x = 1 %}",
    "{% include 'x' %}",
    "{% import 'os' as o %}",
    "{% macro m() %}{% endmacro %}",
    "{{ namespace() }}",
    "{{ loop.cycle('a') }}",
    "{{ missing }}",
    "{{ customer.missing }}",
    "{{ unclosed",
]


def template(*lines: str) -> bytes:
    paper = docx.Document()
    for line in lines:
        paper.add_paragraph(line)
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


def text(data: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs)


def fill(line: str, **context: Any) -> str:
    return text(render(template(line), context, {}))


@pytest.mark.parametrize("probe", PROBES)
def test_a_template_that_does_more_than_print_is_refused(probe: str) -> None:
    with pytest.raises(RenderError):
        fill(probe, customer={"name": "A"}, items=["1"])


def test_chinese_field_names_loops_and_conditions_work() -> None:
    paper = template("{{ 合同.编号 }}", "{%p for row in rows %}", "{{ loop.index }} {{ row }}", "{%p endfor %}")
    assert text(render(paper, {"合同": {"编号": "42"}, "rows": ["a", "b"]}, {})) == "42\n1 a\n2 b"


@pytest.mark.parametrize(
    "value",
    [
        "甲 & 乙 <b>有限</b>公司",
        "</w:t></w:r></w:p><w:p>",
        "<w:t>x</w:t>",
        "{{7*7}} {% if %} {# c #}",
        "{_{ x }_} {_% x %_}",
        "\"quotes\" 'single' &amp; &lt;",
        "#include $x$ *bold* _em_ = heading @ref \\n",
        "]]><!--",
    ],
)
def test_hostile_text_is_printed_as_it_is(value: str) -> None:
    assert fill("before {{ value }} after", value=value) == f"before {value} after"


def test_a_line_break_stays_a_line_break() -> None:
    assert fill("{{ value }}", value="one\ntwo") == "one\ntwo"


@pytest.mark.parametrize(
    "value",
    [
        None,
        1,
        1.5,
        True,
        object(),
        b"x",
        ("a",),
        "x\ud800y",
        "a\x00",
        "a\x07",
        "a\x0c",
        "100\u202e005",
        "a\u200bb",
        "\ufeff",
    ],
)
def test_what_is_not_visible_text_is_refused_with_its_place(value: Any) -> None:
    with pytest.raises(RenderError, match=r"context\.customer\.name"):
        fill("{{ customer.name }}", customer={"name": value})


def test_a_text_in_place_of_a_list_is_not_looped_over() -> None:
    with pytest.raises(RenderError):
        fill("{% for row in rows %}{{ row.label }}{% endfor %}", rows="abc")


def test_too_many_rows_need_an_annex() -> None:
    with pytest.raises(RenderError, match="annex"):
        fill("{% for row in rows %}{{ row }}{% endfor %}", rows=["x"] * 2001)


def test_the_same_data_give_the_same_bytes() -> None:
    paper = template("{{ value }}")
    assert render(paper, {"value": "x"}, {}) == render(paper, {"value": "x"}, {})


def test_broken_xml_is_an_error_and_not_repaired() -> None:
    parts = read(template("{{ value }}"))
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"</w:p>", b"", 1)
    with pytest.raises(Exception, match=r"mismatch|broken|not well-formed"):
        render(write(parts), {"value": "x"}, {})


@pytest.mark.parametrize("data", [b"", b"plain text", b"PK\x03\x04 truncated"])
def test_what_is_not_a_word_file_is_refused(data: bytes) -> None:
    with pytest.raises(PackageError):
        render(data, {}, {})


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    parts = read(template("x"))
    parts["word/media/zeros.png"] = bytes(17 * 1024 * 1024)
    with pytest.raises(PackageError, match="zip_bomb"):
        render(write(parts), {}, {})


def test_an_entity_declaration_is_refused() -> None:
    parts = read(template("x"))
    parts["word/document.xml"] = b'<!DOCTYPE a [<!ENTITY b "c">]>' + parts["word/document.xml"].split(b"?>", 1)[1]
    with pytest.raises((PackageError, RenderError)):
        render(write(parts), {}, {})

"""The tooling that keeps the catalogues complete."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from config import messages

TEMPLATE = """{% load i18n %}
{% trans "Customer's name" %}
{% blocktranslate trimmed with n=count %}
  {{ n }} requests
  wait
{% endblocktranslate %}
{% blocktranslate count d=days %}{{ d }} day{% plural %}{{ d }} days{% endblocktranslate %}
<p title="{% translate 'Open' context 'state' %}">isn't "marked</p>
"""


def found_in(tmp_path: Path, name: str, text: str) -> list[tuple[object, str | None]]:
    path = tmp_path / name
    path.write_text(text)
    return [(message, context) for _line, _function, message, context in messages.extract(path)]


def test_strings_of_a_template_are_found(tmp_path):
    assert found_in(tmp_path, "page.html", TEMPLATE) == [
        ("Customer's name", None),
        ("%(n)s requests wait", None),
        (("%(d)s day", "%(d)s days"), None),
        ("Open", "state"),
    ]


def test_strings_of_python_are_found_and_others_are_not(tmp_path):
    source = 'a = _("Shown")\nb = "not marked"\nc = _(variable)\nd = ngettext("one", "many", 2)\n'
    assert found_in(tmp_path, "code.py", source) == [("Shown", None), (("one", "many"), None)]


@pytest.mark.parametrize(
    ("translation", "flags", "fault"),
    [
        ("等待 %(n)s 件", (), None),
        ("", (), "untranslated"),
        ("等待 %(n)s 件", ("fuzzy",), "fuzzy"),
        ("等待 %(m)s 件", (), "other placeholders"),
        ("等待", (), "other placeholders"),
    ],
)
def test_a_faulty_translation_is_named(monkeypatch, translation, flags, fault):
    source, known = Catalog(), Catalog(locale="zh_Hans")
    source.add("%(n)s wait", locations=[("page.html", 0)])
    known.add("%(n)s wait", translation, flags=flags)
    monkeypatch.setattr(messages, "template", lambda: source)
    monkeypatch.setattr(messages, "read", lambda _language: known)

    found = list(messages.problems("zh_Hans"))

    assert [line.partition(":")[0].partition(" [")[0] for line in found] == ([fault] if fault else [])


def test_missing_and_obsolete_strings_are_named(monkeypatch):
    source, known = Catalog(), Catalog(locale="zh_Hans")
    source.add("New", locations=[("page.html", 0)])
    known.add("Old", "旧")
    monkeypatch.setattr(messages, "template", lambda: source)
    monkeypatch.setattr(messages, "read", lambda _language: known)

    assert list(messages.problems("zh_Hans")) == ["missing: 'New' (page.html)", "obsolete: 'Old'"]


def test_update_keeps_translations_and_drops_what_is_gone(monkeypatch, tmp_path):
    first, second = Catalog(), Catalog()
    first.add("Kept")
    first.add("Gone")
    second.add("Kept")
    second.add("Added")
    monkeypatch.setattr(messages, "catalogue", lambda _language: tmp_path / "django.po")
    monkeypatch.setattr(messages, "template", lambda: first)
    messages.update("zh_Hans")
    written = (tmp_path / "django.po").read_text()
    (tmp_path / "django.po").write_text(written.replace('msgid "Kept"\nmsgstr ""', 'msgid "Kept"\nmsgstr "保留"'))

    monkeypatch.setattr(messages, "template", lambda: second)
    messages.update("zh_Hans")

    entries = {entry.id: entry.string for entry in messages.read("zh_Hans") if entry.id}
    assert entries == {"Kept": "保留", "Added": ""}

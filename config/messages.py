"""Translations without GNU gettext: extract, update, check and compile in pure Python.

``python -m config.messages update``   merge the source's strings into every catalogue (keeps translations)
``python -m config.messages check``    list what is missing, fuzzy, obsolete or has other placeholders; exit 1
``python -m config.messages compile``  write the .mo files that Django reads (not committed)

English is the source language, so it needs no catalogue.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("zh_Hans",)
APPS = ("accounts", "audit", "jobs", "customers", "policies", "credit", "pricing", "contracts", "workflows", "config")
NOT_SHOWN = ("migrations", "management")  # operators read English at the terminal
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)  # a date would change the file with every update
PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*[\d.*]*[a-zA-Z]|%[sdrf]|\{\w*\}")
Found = tuple[int, str, str | tuple[str, ...], str | None]


def sources() -> Iterator[Path]:
    """Every Python file and template whose strings people can see."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*")):
            if path.suffix in (".py", ".html", ".txt") and not set(NOT_SHOWN) & set(path.parts):
                yield path
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in (".html", ".txt"):
            yield path


def extract(path: Path) -> Iterator[Found]:
    """Line, function, strings and context of every marked string in one file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        from django.utils.translation.template import templatize

        # Outside the strings only blanked-out markup is left, whose indentation Python would not accept
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).split("\n"))
    found = extract_python(io.BytesIO(text.encode()), KEYWORDS, ["Translators:"], {"encoding": "utf-8"})
    for line, function, arguments, _comments in found:
        parsed = _arguments(str(function), arguments)
        if parsed:
            yield line, str(function), *parsed


def _arguments(function: str, arguments: object) -> tuple[str | tuple[str, ...], str | None] | None:
    """Message (singular or singular and plural) and context; None where an argument is not a literal."""
    given = arguments if isinstance(arguments, tuple) else (arguments,)
    context: str | None = None
    if "pgettext" in function:
        if not isinstance(given[0], str):
            return None
        context, given = given[0], given[1:]
    wanted = 2 if function.startswith(("n", "np")) else 1
    strings = tuple(text for text in given[:wanted] if isinstance(text, str) and text)
    if len(strings) != wanted:
        return None
    return (strings if wanted == 2 else strings[0]), context


def template() -> Catalog:
    """All strings of the source."""
    catalog = Catalog(charset="utf-8")
    for path in sources():
        place = str(path.relative_to(ROOT))
        for _line, _function, message, context in extract(path):
            # No line numbers: they would change the catalogue with every edit of the source
            catalog.add(message, locations=[(place, 0)], context=context)
    return catalog


def catalogue(language: str) -> Path:
    """Where Django expects the catalogue."""
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """The committed catalogue; an empty one when there is none yet."""
    path = catalogue(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> None:
    """Add new strings, drop those that are gone, keep every translation; sorted, so that merges are easy."""
    known = read(language)
    fresh = Catalog(
        locale=language, project="countersign", version="1", charset="utf-8", fuzzy=False,
        header_comment="# Countersign", last_translator="Countersign", language_team="Countersign",
        msgid_bugs_address="Countersign",
        creation_date=LONG_AGO, revision_date=LONG_AGO,
    )  # fmt: skip
    for message in template():
        if message.id:
            old = known.get(_singular(message), message.context)
            fresh.add(
                message.id, old.string if old else None, context=message.context,
                locations=sorted(set(message.locations)), flags=old.flags & {"fuzzy"} if old else (),
                user_comments=old.user_comments if old else (),
            )  # fmt: skip
    path = catalogue(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)


def problems(language: str) -> Iterator[str]:
    """One line for every string that people would see untranslated or wrongly."""
    known = read(language)
    wanted = {(_singular(message), message.context): message for message in template() if message.id}
    for (text, context), message in sorted(wanted.items(), key=lambda item: str(item[0])):
        place = ", ".join(sorted({name for name, _ in message.locations}))
        entry = known.get(text, context)
        fault = "missing" if entry is None else _fault(message, entry)
        if fault:
            yield f"{fault}: {text!r} ({place})"
    for entry in known:
        if entry.id and (_singular(entry), entry.context) not in wanted:
            yield f"obsolete: {_singular(entry)!r}"


def _fault(source: Message, entry: Message) -> str:
    originals = source.id if isinstance(source.id, tuple) else (source.id,)
    translations = entry.string if isinstance(entry.string, tuple) else (entry.string,)
    if not all(translations):
        return "untranslated"
    if entry.fuzzy:
        return "fuzzy"
    expected = [set(PLACEHOLDER.findall(str(original))) for original in originals]
    for translation in translations:
        found = set(PLACEHOLDER.findall(str(translation)))
        # Chinese has one form: it may use the placeholders of the singular or of the plural
        if found not in expected:
            return f"other placeholders {sorted(found)}"
    return ""


def _singular(message: Message) -> str:
    return str(message.id[0]) if isinstance(message.id, tuple) else str(message.id)


def compile_catalogue(language: str) -> None:
    """Write the .mo file beside the catalogue."""
    path = catalogue(language)
    if path.exists():
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, read(language))


def compile_outdated() -> None:
    """Compile what has been edited since the last time; the tests call this."""
    for language in LANGUAGES:
        path = catalogue(language)
        compiled = path.with_suffix(".mo")
        if path.exists() and (not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime):
            compile_catalogue(language)


def main(command: str) -> int:
    """Run one command for every language."""
    from django.conf import settings

    if not settings.configured:
        settings.configure()  # templatize asks for nothing but needs it
    faults = 0
    for language in LANGUAGES:
        if command == "update":
            update(language)
        elif command == "compile":
            compile_catalogue(language)
        elif command == "check":
            for line in problems(language):
                faults += 1
                print(f"{language}: {line}")
        else:
            print(__doc__)
            return 2
    if faults:
        print(f"{faults} strings need attention: make messages, translate, commit.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))

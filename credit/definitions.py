"""The definitions of the case forms (policies/data/defaults.json, `forms`): sections, fields, labels."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from accounts.fields import bilingual
from policies.seed import DATA


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """One field of a form: `source` U is filled in by people, everything else is known or computed."""

    code: str
    zh: str
    en: str
    type: str
    source: str
    required: bool


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """A form with its sections in printed order."""

    no: int
    zh: str
    en: str
    sections: tuple[tuple[str, str, tuple[FieldDefinition, ...]], ...]

    def field(self, code: str) -> FieldDefinition:
        return next(f for *_, fields in self.sections for f in fields if f.code == code)


@cache
def definitions() -> Mapping[int, FormDefinition]:
    """All eight forms by number."""
    data = json.loads((DATA / "defaults.json").read_text("utf-8"))
    return {form["no"]: _form(form) for form in data["forms"]}


def _form(form: dict[str, Any]) -> FormDefinition:
    sections = tuple(
        (*_split(section["section"]), tuple(_field(field) for field in section["fields"]))
        for section in form["sections"]
    )
    return FormDefinition(form["no"], form["zh"], form["en"], sections)


def _split(title: str) -> tuple[str, str]:
    """``基本情况 Company`` is Chinese up to the first space after which there is none."""
    found = re.search(r" (?=[^\u4e00-\u9fff]*[A-Za-z][^\u4e00-\u9fff]*$)", title)
    return (title[: found.start()], title[found.end() :]) if found else (title, title)


def _field(field: dict[str, Any]) -> FieldDefinition:
    return FieldDefinition(
        field["code"], field["zh"], field["en"], field["type"], field["source"], field["required"] == "*"
    )


def label(no: int, code: str) -> str:
    """The label of a field in the reader's language; what follows the colon are its choices."""
    field = definitions()[no].field(code)
    return bilingual(field.zh, field.en.split(":")[0])

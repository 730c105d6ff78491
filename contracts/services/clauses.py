"""The clause library: filled once with the shipped clauses, renewed by every publication that changes words."""

import hashlib
from functools import cache
from typing import Any, Final

from django.db import transaction

from accounts.models import Unit, User
from accounts.queries import business_today
from audit.clock import db_now
from audit.services import record
from contracts import template_queries as queries
from contracts.letters import contract, templates
from contracts.models import Clause, ClauseVersion, ContractTemplate, Language, TemplateState, TemplateVersion
from contracts.rules.clause_text import FRAME, library_texts
from contracts.rules.template_check import Checked, check_template
from jobs import storage

FILES: Final = {"zh-hans": "zh", "en": "en", "bilingual": "bilingual"}


@transaction.atomic
def import_standard(unit: Unit) -> list[TemplateVersion]:
    """Give a company the shipped clauses and the standard sales contract in three languages, in force from today.

    Does nothing when it has clauses already. The event says that the system came with them: nobody approved them.
    """
    if Clause.objects.filter(unit=unit).exists():
        return []
    library = contract.library()
    for row in library["clauses"]:
        clause = Clause.objects.create(unit=unit, code=row["code"], position=row["position"], category=row["category"])
        told = {name: row[name] for name in ("title_zh", "title_en", "owners", "final_owner", "need")}
        _add_version(
            clause,
            1,
            told | {"deviation_allowed": row["deviation_allowed"]},
            contract.text(row, "zh-hans"),
            contract.text(row, "en"),
        )
    versions = [_import_template(unit, language) for language in FILES]
    record(
        "template.imported",
        stream="system",
        actor=None,
        object_type="unit",
        object_id=str(unit.pk),
        object_label=unit.code,
        after={"clauses": len(library["clauses"]), "templates": {v.template.language: v.sha256 for v in versions}},
    )
    return versions


@cache
def _checked(language: str) -> tuple[bytes, Checked]:
    """The shipped file of a language and what the check reads in it; it has no findings, a test says so."""
    data = (templates.FOLDER / f"sales_contract_{FILES[language]}.docx").read_bytes()
    return data, check_template(data, language, contract.library_clauses())


def _import_template(unit: Unit, language: str) -> TemplateVersion:
    shipped = contract.library()
    data, checked = _checked(language)
    template = ContractTemplate.objects.create(
        unit=unit,
        code=shipped["code"],
        language=Language(language),
        title_zh=shipped["title_zh"],
        title_en=shipped["title_en"],
    )
    return TemplateVersion.objects.create(
        template=template,
        number=1,
        state=TemplateState.PUBLISHED,
        file_name=f"sales_contract_{FILES[language]}.docx",
        sha256=storage.put(data),
        size=len(data),
        findings=[one.to_json() for one in checked.findings],
        clauses=[clause.to_json() for clause in checked.clauses],
        fields=checked.fields,
        valid_from=business_today(),
        published_at=db_now(),
    )


def renew_clauses(version: TemplateVersion, *, actor: User | None) -> list[ClauseVersion]:
    """Add a version to every clause that the published template words differently from the library."""
    known = queries.clause_versions(version.unit)
    renewed = []
    for clause in version.clauses:
        if clause["code"] == FRAME or clause["code"] not in known:
            continue
        said, old = library_texts(clause, version.template.language), known[clause["code"]]
        zh, en = said.get("zh", old.text_zh), said.get("en", old.text_en)
        if (zh, en) != (old.text_zh, old.text_en):
            renewed.append(_renew(old, zh, en, version.request_no, actor))
    return renewed


def _renew(old: ClauseVersion, zh: str, en: str, request_no: str, actor: User | None) -> ClauseVersion:
    names = ("title_zh", "title_en", "owners", "final_owner", "need", "deviation_allowed")
    told = {name: getattr(old, name) for name in names} | {"request_no": request_no}
    renewed = _add_version(old.clause, old.number + 1, told, zh, en)
    record(
        "clause.renewed",
        stream="system",
        actor=actor,
        object_type="clause",
        object_id=str(old.clause_id),
        object_label=old.clause.code,
        request_no=request_no or None,
        before={"number": old.number, "text": old.sha256},
        after={"number": renewed.number, "text": renewed.sha256},
    )
    return renewed


def _add_version(clause: Clause, number: int, told: dict[str, Any], zh: str, en: str) -> ClauseVersion:
    sha256 = hashlib.sha256(f"{zh}\n\n{en}".encode()).hexdigest()
    return ClauseVersion.objects.create(clause=clause, number=number, text_zh=zh, text_en=en, sha256=sha256, **told)

"""Contract templates of the demo company: the standard contract came with the system, one new version is in review."""

from datetime import date, timedelta
from typing import Final

from contracts import template_queries as queries
from contracts.models import TemplateVersion
from contracts.pipeline import package
from contracts.services import templates
from contracts.services.clauses import import_standard
from jobs import storage
from workflows.demo.cases import until
from workflows.demo.people import Group
from workflows.demo.stories import tell
from workflows.kinds.contract_template import KIND

DOCUMENT: Final = "word/document.xml"
# What the drafter of the roll company changed, and what went wrong in the medical one.
CHANGES: Final = (
    ("该义务在合同终止后三年内继续有效", "该义务在合同终止后五年内继续有效"),
    ("逾期超过三十日的，甲方有权宣布", "逾期超过十五日的，甲方有权宣布"),
)
MISTAKES: Final = (("{{ settlement.term_days }}", "{{ settlement.terms_days }}"), ("{{ breach.late_rate }}", "0.5‰"))
NOTE: Final = "保密期由三年延长至五年；逾期付款加速到期由三十日缩短为十五日，与授信制度一致。"


def open_all(group: Group, today: date) -> None:
    """Give both companies the standard contract, and let their sales operations draw up the next version."""
    for unit in group.units.values():
        import_standard(unit)
    begins = today + timedelta(days=30)
    version = _drafted(group, "rolls", CHANGES, NOTE, begins)
    tell(group, KIND, version, until("GM"), lambda letter, changes: letter)
    _drafted(group, "medical", MISTAKES, "统一违约金比例。", begins)


def _drafted(group: Group, unit: str, changes: tuple[tuple[str, str], ...], note: str, begins: date) -> TemplateVersion:
    """The published Chinese contract with some words changed, uploaded by sales operations."""
    author = group.people[{"rolls": "so.rolls", "medical": "so.med"}[unit]]
    held = queries.published(group.units[unit], "SALES", "zh-hans", begins)
    if held is None:
        raise RuntimeError("the standard contract was not imported")
    parts = package.read(storage.get(held.sha256))
    text = parts[DOCUMENT].decode()
    for old, new in changes:
        if old not in text:
            raise RuntimeError(f"the standard contract does not say {old!r}")
        text = text.replace(old, new)
    data = package.write({**parts, DOCUMENT: text.encode()})
    draft = templates.upload(held.template, data, "购销合同 修订稿.docx", author)
    return templates.save_draft(draft, {"change_note": note, "valid_from": begins}, author)

"""The child process that looks at an uploaded contract template under limits.

`python -m contracts.pipeline.template_child` reads one JSON task on stdin: {"do": "check"} answers with findings,
clauses, fields and a PDF with sample values; {"do": "preview"} fills a template that was checked before.
It has no database, no keys and no settings.
"""

import base64
import json
import resource
import sys
from typing import Any

from contracts.rules import fields
from contracts.rules.template_check import check_template, from_json


def main() -> None:
    """Do the task on stdin."""
    task: dict[str, Any] = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (task["memory"], task["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (task["seconds"], task["seconds"]))
    json.dump(_answer(task), sys.stdout)


def _answer(task: dict[str, Any]) -> dict[str, Any]:
    try:
        return _checked(task) if task["do"] == "check" else _setting().preview(task)
    except MemoryError:
        return {"code": "memory", "detail": "more memory than allowed"}


def _checked(task: dict[str, Any]) -> dict[str, Any]:
    """Check the file; what passed is filled with sample values, set, and looked at once more."""
    data = base64.b64decode(task["docx"])
    checked = check_template(data, task["language"], from_json(task["library"]))
    answer: dict[str, Any] = {
        "clauses": [clause.to_json() for clause in checked.clauses],
        "fields": checked.fields,
        "pdf": "",
        "pages": None,
    }
    found = list(checked.findings)
    if checked.sound:
        context = fields.only(fields.sample(task["language"]), checked.fields)
        problem = _setting().set_sample(task, data, context, answer)
        found = [problem, *found] if problem else found
    answer["findings"] = [one.to_json() for one in found]
    return answer


def _setting() -> Any:
    """What sets type takes half a second to load, and most of what is refused never gets so far."""
    from contracts.pipeline import template_setting

    return template_setting


if __name__ == "__main__":
    main()

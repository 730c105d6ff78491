"""Choosing between the two equal languages where content, not the interface, is bilingual."""

from django.utils.translation import get_language


def pick(zh: str, en: str) -> str:
    """Return the text in the active language; the other one when it is empty."""
    chinese = (get_language() or "zh-hans").startswith("zh")
    return (zh or en) if chinese else (en or zh)

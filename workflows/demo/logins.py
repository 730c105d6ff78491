"""The demo logins as a table for the terminal: columns line up although Chinese characters are twice as wide."""

from collections.abc import Iterable, Sequence
from typing import Final
from unicodedata import east_asian_width

from accounts.models import RoleAssignment, User
from accounts.queries import in_force
from workflows.demo.people import PASSWORD

HEADINGS: Final = ("E-mail", "Password", "Name", "Roles", "Where", "Language")
ORDER: Final = ("REP", "SM", "RD", "CC", "FM", "CFO", "GM", "CH", "CS", "LG", "QA", "PM", "SO", "AUD")
RECOMMENDED: Final = (
    ("rep.south", "sales: drafts, a returned request, approved limits, worked examples E1-E5 (Chinese)"),
    ("cc.med", "credit control: about twelve requests to decide (English)"),
    ("auditor.en", "finance and audit: reads everything, the trail with its proof (English)"),
)


def table() -> str:
    """Where to begin, and everybody who can log in; empty when there is no demo company."""
    rows = list(_rows())
    if not rows:
        return ""
    first = ["Begin with:", *(f"  {box}@demo.example  {why}" for box, why in RECOMMENDED), ""]
    return "\n".join([*first, *_aligned([HEADINGS, *rows])])


def _rows() -> Iterable[Sequence[str]]:
    held: dict[int, list[RoleAssignment]] = {}
    for row in RoleAssignment.objects.filter(in_force()).select_related("unit", "region"):
        held.setdefault(row.user_id, []).append(row)
    people = User.objects.filter(email__endswith="@demo.example", is_active=True)
    for user in sorted(people, key=lambda person: _rank(held.get(person.pk, []), person.email)):
        roles = held.get(user.pk, [])
        where = dict.fromkeys(_place(role) for role in roles)
        yield (
            user.email, PASSWORD, user.display_name, ", ".join(role.role for role in roles), ", ".join(where),
            user.language,
        )  # fmt: skip


def _rank(roles: list[RoleAssignment], email: str) -> tuple[str, int, str]:
    unit = roles[0].unit.code if roles and roles[0].unit else "~"
    return unit, min((ORDER.index(role.role) for role in roles), default=len(ORDER)), email


def _place(role: RoleAssignment) -> str:
    if role.unit is None:
        return "group"
    return role.unit.code if role.region is None else f"{role.unit.code}/{role.region.code}"


def _aligned(rows: list[Sequence[str]]) -> list[str]:
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    rule = ["-" * width for width in widths]
    padded = [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (rows[0], rule, *rows[1:])
    ]
    return padded


def _width(text: str) -> int:
    """Columns that the text takes in a terminal."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)

"""People, customers with files and drafts, before anything has been asked for."""

from typing import Any, Final

from accounts.models import User
from accounts.roles import Role
from tests import factories
from tests.factories import Company
from tests.workflows.factories import ready_application

DRAFTS: Final = 4
# How many of each role there are; the first is the one that the company was founded with.
STAFF: Final = {
    "SM": ("manager", 3), "CC": ("credit_controller", 2), "RD": ("director", 3), "FM": ("finance_manager", 2),
    "CFO": ("cfo", 3), "GM": ("general_manager", 2),
}  # fmt: skip


class World:
    """What there is before the first step: people, customers with files, drafts, one policy."""

    def __init__(self) -> None:
        self.company: Company = factories.company()
        east = {"SM": self.company.east}
        self.people: dict[str, list[User]] = {
            role: [self.company.people[first], *self._more(role, number, east)]
            for role, (first, number) in STAFF.items()
        }
        self.everybody = [user for users in self.people.values() for user in users]
        self.drafts = [ready_application(self.company).pk for _ in range(DRAFTS)]

    def _more(self, role: str, number: int, place: dict[str, Any]) -> list[User]:
        return [self.company.hire(f"{role} {n}", Role(role), region=place.get(role)) for n in range(2, number + 1)]

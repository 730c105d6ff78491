"""The people and things that tests talk about: named, few, made through the services."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts import services as accounts
from accounts.models import Person, Region, RoleAssignment, Unit, User
from accounts.roles import Role
from customers.models import Customer

EVER = date(2020, 1, 1)
PASSWORD = "correct horse battery staple"
_serial = count(1)


def user(name: str, *, language: str = "en", reports_to: User | None = None, **fields: Any) -> User:
    """An account `name@example.test`; names may repeat."""
    return accounts.create_user(
        f"{name.lower().replace(' ', '.')}.{next(_serial)}@example.test",
        display_name=name,
        password=fields.pop("password", None),
        language=language,
        reports_to=reports_to,
        **fields,
    )


@dataclass
class Company:
    """A unit with two regions and one person for each role."""

    unit: Unit
    east: Region
    west: Region
    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.people[name]
        except KeyError as error:
            raise AttributeError(name) from error

    def hire(self, name: str, role: str, *, region: Region | None = None, password: str | None = None) -> User:
        """One more person in a role."""
        person = user(name, password=password)
        accounts.assign_role(person, role, unit=self.unit, region=region, valid_from=EVER)
        return person


TEAM = [
    ("manager", Role.SM, "east"),
    ("director", Role.RD, None),
    ("credit_controller", Role.CC, None),
    ("finance_manager", Role.FM, None),
    ("cfo", Role.CFO, None),
    ("general_manager", Role.GM, None),
    ("chairman", Role.CH, None),
    ("lawyer", Role.LG, None),
    ("keeper", Role.CS, None),
    ("auditor", Role.AUD, None),
    ("rep", Role.REP, "east"),
    ("other_rep", Role.REP, "west"),
    ("other_manager", Role.SM, "west"),
]


def _team(unit: Unit, regions: dict[str, Region], password: str | None) -> dict[str, User]:
    """Everybody at once, in three statements: half of all tests begin with a company."""
    names = [name.replace("_", " ").title() for name, _role, _region in TEAM]
    persons = Person.objects.bulk_create(Person(name=name) for name in names)
    hashed = make_password(password)
    people = User.objects.bulk_create(
        User(
            email=f"{name.lower().replace(' ', '.')}.{next(_serial)}@example.test",
            display_name=name,
            person=person,
            language="en",
            password=hashed,
        )
        for name, person in zip(names, persons, strict=True)
    )
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=person, role=role, unit=unit, region=regions.get(region or ""), valid_from=EVER)
        for person, (_name, role, region) in zip(people, TEAM, strict=True)
    )
    return {name: person for person, (name, _role, _region) in zip(people, TEAM, strict=True)}


def company(*, password: str | None = None, code: str = "") -> Company:
    """A unit whose people are attributes: `company.rep`, `company.manager`, `company.cfo` …"""
    unit = Unit.objects.create(
        code=code or f"unit-{next(_serial)}",
        name_zh="联强轧辊有限公司",
        name_en="Lianqiang Rolls Ltd",
        uscc="91320214MA1XYZAB2C",
        address_zh="江苏省无锡市",
        address_en="Wuxi, Jiangsu",
    )
    east = Region.objects.create(unit=unit, code="east", name_zh="华东", name_en="East")
    west = Region.objects.create(unit=unit, code="west", name_zh="西部", name_en="West")
    made = Company(unit, east, west)
    made.people = _team(unit, {"east": east, "west": west}, password)
    return made


def customer(of: Company, *, owner: User | None = None, **fields: Any) -> Customer:
    """A customer of the east region, looked after by `company.rep`, three years with us."""
    number = next(_serial)
    return Customer.objects.create(
        unit=of.unit,
        region=fields.pop("region", of.east),
        owner=owner or of.rep,
        code=fields.pop("code", f"C{number:05d}"),
        name=fields.pop("name", f"Huakang Medical {number}"),
        legal_rep=fields.pop("legal_rep", "Wang Wei"),
        since=fields.pop("since", date(2021, 3, 1)),
        founded_on=fields.pop("founded_on", date(2010, 3, 1)),
        tier=fields.pop("tier", 4),
        **fields,
    )


def amount(value: int | str) -> Decimal:
    """Money."""
    return Decimal(value)

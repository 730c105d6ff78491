"""A replay's result as tables for the page and the API: kinds of request, roles, places, examples."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.language import pick
from accounts.models import Region, RoleAssignment, Unit, User
from accounts.queries import in_force
from accounts.roles import Role
from policies.models import PolicyReplay
from policies.replays import CHANGE_WORDS, share, totals
from policies.rules.replay import CHANGES, SAME
from workflows.kinds import REGISTRY
from workflows.models import Request

_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True)
class Compared:
    """A figure under the version in force and under the replayed one."""

    label: str
    before: Decimal | int
    after: Decimal | int

    @property
    def difference(self) -> Decimal:
        """Positive when the replayed version asks for more."""
        return Decimal(self.after) - self.before


@dataclass(frozen=True)
class Load(Compared):
    """Decisions of a role, everywhere or in one place; `people` who hold it there today."""

    role: str
    place: str
    people: int
    months: int

    @property
    def each_month(self) -> Decimal | None:
        """Decisions a month for each of them under the replayed version; None when nobody holds the role."""
        if not self.people:
            return None
        return (Decimal(self.after) / (self.people * self.months)).quantize(_TENTH, ROUND_HALF_UP)


def kind_name(code: str) -> str:
    """What the kind of request is called; its code when nobody knows it any more."""
    return str(REGISTRY[code].name) if code in REGISTRY else code


def role_name(code: str) -> str:
    """What the role is called."""
    return str(Role(code).label) if code in Role.values else code


def change_name(code: str) -> str:
    """What became of a path, in words."""
    if code == SAME:
        return _("unchanged")
    return pick(*CHANGE_WORDS[code])


def kind_rows(result: dict[str, Any]) -> list[dict[str, Any]]:
    """One line for each kind of request, the most frequent first."""
    rows = []
    for code, found in sorted(result.get("kinds", {}).items(), key=lambda item: -item[1]["read"]):
        judged = found["judged"]
        names = ("automatic", "blocked", "steps", "hours")
        sides = {name: Compared(name, found["before"][name], found["after"][name]) for name in names}
        changes = [(change_name(each), found["changes"][each]) for each in CHANGES if found["changes"].get(each)]
        rows.append(
            {
                "code": code,
                "name": kind_name(code),
                "read": found["read"],
                "judged": judged,
                "changed": judged - found["changes"].get(SAME, 0),
                "changes": changes,
                "automatic_before": share(found["before"]["automatic"], judged),
                "automatic_after": share(found["after"]["automatic"], judged),
                "hours": Compared("", *(_average(found[side]["hours"], judged) for side in ("before", "after"))),
                **{name: sides[name] for name in ("blocked", "steps")},
                "released": amounts(found["released"]),
                "held": amounts(found["held"]),
            }
        )
    return rows


def amounts(stored: dict[str, str]) -> dict[str, Decimal]:
    """Sums by currency, in the order of its code."""
    return {currency: Decimal(stored[currency]) for currency in sorted(stored)}


def _average(total: int, count: int) -> Decimal:
    return (Decimal(total) / count).quantize(_TENTH, ROUND_HALF_UP) if count else Decimal(0)


def loads(replay: PolicyReplay) -> list[Load]:
    """Decisions of each role in the whole company, the largest difference first."""
    people = _People()
    rows = [
        Load(role_name(role), load["before"], load["after"], role, "", people.anywhere(role), replay.months)
        for role, load in replay.result.get("roles", {}).items()
    ]
    return sorted(rows, key=lambda row: (-abs(row.difference), row.role))


def places(replay: PolicyReplay) -> list[Load]:
    """The same by place, only where something changes."""
    people, names = _People(), _Names()
    rows = [
        Load(role_name(role), load["before"], load["after"], role, names[place], people.of(role, place), replay.months)
        for place, held in replay.result.get("places", {}).items()
        for role, load in held.items()
        if load["before"] != load["after"]
    ]
    return sorted(rows, key=lambda row: (row.place, -abs(row.difference), row.role))


class _People:
    """Who holds which role today; one statement."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], set[int]] = defaultdict(set)
        rows = RoleAssignment.objects.filter(in_force(), user__is_active=True)
        for role, unit, region, person in rows.values_list("role", "unit_id", "region_id", "user__person_id"):
            self._held[role, f"{unit or ''}:{region or ''}"].add(person)

    def of(self, role: str, place: str) -> int:
        """How many of the narrowest pool that has somebody."""
        unit = place.partition(":")[0]
        pools = (self._held.get((role, each)) for each in (place, f"{unit}:", ":"))
        return len(next((pool for pool in pools if pool), ()))

    def anywhere(self, role: str) -> int:
        """How many in the whole company."""
        return len({person for (held, _place), persons in self._held.items() if held == role for person in persons})


class _Names(dict[str, str]):
    """Names of places by ``unit:region``; two statements."""

    def __init__(self) -> None:
        units = {unit.pk: pick(unit.name_zh, unit.name_en) for unit in Unit.objects.all()}
        super().__init__({f"{pk}:": name for pk, name in units.items()})
        for region in Region.objects.all():
            self[f"{region.unit_id}:{region.pk}"] = f"{units[region.unit_id]} · {pick(region.name_zh, region.name_en)}"

    def __missing__(self, place: str) -> str:
        return place


def examples(replay: PolicyReplay, user: User) -> list[dict[str, Any]]:
    """Some requests of each change, those that the reader may see; one statement."""
    listed = replay.result.get("examples", {})
    numbers = [each["no"] for rows in listed.values() for each in rows]
    seen = set(Request.objects.visible_to(user).filter(no__in=numbers).values_list("no", flat=True))
    found = []
    for change in CHANGES:
        rows = [{**row, "kind_name": kind_name(row["kind"])} for row in listed.get(change, []) if row["no"] in seen]
        if rows:
            found.append({"change": change, "name": change_name(change), "rows": rows})
    return found


def headline(replay: PolicyReplay) -> dict[str, Any]:
    """The figures that matter most."""
    whole = totals(replay.result)
    judged = whole["judged"]
    kinds = replay.result.get("kinds", {})
    return {
        "judged": judged,
        "changed": whole["changed"],
        "changed_share": share(whole["changed"], judged),
        "automatic_before": share(whole["before"]["automatic"], judged),
        "automatic_after": share(whole["after"]["automatic"], judged),
        "steps": Compared("", whole["before"]["steps"], whole["after"]["steps"]),
        "credit": amounts(kinds.get("credit", {}).get("released", {})),
        "margin": amounts(kinds.get("special_price", {}).get("released", {})),
    }

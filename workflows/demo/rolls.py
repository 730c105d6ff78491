"""The roller-maker's customers: 93 mills, of which 30 carry 9,416 of the year's 13,017 tonnes (source document)."""

from datetime import date
from decimal import Decimal
from random import Random
from typing import Final

from customers.rules.ledger import add_months
from workflows.demo import names
from workflows.demo.files import CustomerFile
from workflows.demo.people import Group
from workflows.demo.trade import Profile, book

CUSTOMERS: Final = 93
LARGE: Final = 30
TONNES_LARGE: Final = 9_416
TONNES_ALL: Final = 13_017
LINES: Final = ("铸铁轧辊", "铸钢轧辊", "锻钢冷轧辊", "高速钢轧辊", "支承辊", "辊环")
STEADY: Final = {1: "punctual", 3: "punctual", 8: "punctual", 9: "punctual", 16: "early", 30: "punctual"}  # by position
GROUPS: Final = {"G-JINLAN": ("金澜钢铁集团", (1, 8, 22, 41)), "G-HAIYUE": ("海岳冶金集团", (4, 15, 33))}


def tonnages() -> list[int]:
    """Tonnes of the year per customer, largest first: 30 above one hundred, the others below."""
    large = _sized(TONNES_LARGE, [1 / (rank + 4) for rank in range(LARGE)], least=105)
    small = _sized(TONNES_ALL - TONNES_LARGE, [83 - rank for rank in range(CUSTOMERS - LARGE)], least=12)
    return large + small


def _sized(total: int, weights: list[float], least: int) -> list[int]:
    """Split whole tonnes by weight, each at least `least`; rounding goes to the first."""
    spare = total - least * len(weights)
    parts = [least + int(spare * weight / sum(weights)) for weight in weights]
    left = total - sum(parts)
    return [part + (1 if rank < left else 0) for rank, part in enumerate(parts)]


def files(rng: Random, group: Group, today: date, count: int) -> list[CustomerFile]:
    """The customer files of the unit, with two years of trade each.

    Args:
        count: how many; 93 is the company of the source document, more is for trying larger numbers.
    """
    taken: set[str] = set()
    weights = tonnages() + [rng.randint(10, 95) for _ in range(count - CUSTOMERS)]
    # A generator of his own for each customer: what one does on some day changes nothing for the next one.
    return [_file(Random(f"rolls{n}"), group, today, n, tonnes, taken) for n, tonnes in enumerate(weights[:count])]


def _file(rng: Random, group: Group, today: date, n: int, tonnes: int, taken: set[str]) -> CustomerFile:
    region = ("east", "north")[n % 2]
    abroad = names.ABROAD[n // 9] if n % 9 == 5 and n // 9 < len(names.ABROAD) and n % 2 else None
    name = (
        names.mill(rng, region, taken)
        if abroad is None
        else names.CompanyName(*abroad[:1], abroad[0], abroad[1], "", "")
    )
    large = n < LARGE
    habit = rng.choices(("early", "punctual", "usual", "slow", "bad"), (2, 4, 5, 3, 1) if large else (1, 4, 6, 3, 2))[0]
    habit = STEADY.get(n, habit)
    price = Decimal(rng.randint(150, 215) * 100)
    lines = tuple(rng.sample(LINES, rng.randint(2, 5) if large else rng.randint(1, 3)))
    profile = Profile(
        yearly=tonnes * price,
        growth=rng.randint(-12, 28),
        count=rng.randint(20, 30) if large else rng.randint(7, 14),
        term=rng.choice((30, 30, 45, 60)) if large else rng.choice((15, 30, 30, 45)),
        habit=habit,
        margin=Decimal(rng.randint(12, 27)),
        lines=lines,
        tonnes=Decimal(tonnes),
    )
    rep = {"east": ("rep.east", "rep2.east"), "north": ("rep.north", "rep2.north")}[region][n // 2 % 2]
    if abroad:
        rep = "rep.north" if region == "north" else rep
    return CustomerFile(
        code=f"R{n + 1:04d}",
        unit="rolls",
        region=region,
        owner=group.people[rep],
        name=name.zh,
        name_en=name.en,
        short_name=name.short,
        uscc=names.uscc(name.area, n + 1) if name.area else "",
        customer_type="oem" if n % 11 == 3 else "outlet" if tonnes < 40 else "distributor" if n % 7 == 2 else "oem",
        segment="strategic" if n < 8 else "channel" if large else rng.choice(("loyal_small", "project", "channel")),
        tier=_stars(rng, n, habit, tonnes),
        key_account=n < 8,
        large_buyer=n < 5,
        since=add_months(today, -rng.randint(26, 150)),
        founded=add_months(today, -rng.randint(60, 420)),
        turnover=tonnes * price * rng.randint(15, 60),
        category=tonnes * price * rng.randint(12, 32) / 10,
        target_lines=len(LINES),
        city=name.city,
        group_code=next((code for code, (_, members) in GROUPS.items() if n in members), None),
        book=book(rng, today, profile),
        term=profile.term,
        line_amount=_line(rng, profile) if rng.random() < 0.8 else None,
    )


def _stars(rng: Random, n: int, habit: str, tonnes: int) -> int:
    """Four for the largest, three for the large, fewer for those who pay badly or buy little."""
    if n in STEADY or tonnes > 100:
        return 2 if habit == "bad" else 4 if n < 8 else 3
    return rng.choice((1, 2)) if habit == "bad" else rng.choice((1, 2, 2, 3))


def _line(rng: Random, profile: Profile) -> Decimal:
    """The limit in force: what the trade needs, more or less, in steps of ten thousand."""
    need = profile.yearly / 365 * profile.term * rng.randint(55, 95) / 100
    return max(Decimal(10_000), (need / 10_000).to_integral_value() * 10_000)

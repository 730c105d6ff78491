"""The five worked customers of the policy (defaults 2(b), E1-E5) with exactly their inputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from customers.rules.ledger import add_months
from workflows.demo import names
from workflows.demo.feed import Book, Sale
from workflows.demo.files import CustomerFile
from workflows.demo.people import Group
from workflows.demo.worked_trade import Behaviour, worked_book

D = Decimal
RATINGS: Final = ("CE1a", "CE1b", "CE1c", "CE2a", "CE2b", "CE2c", "CE3a", "CE3b", "CE3c", "CE3d", "CE3e", "CE4")
MONEY: Final = ("ca", "inv", "ta", "cl", "tl", "eq", "intang", "rev", "np", "ocf")


@dataclass(frozen=True)
class Example:
    """One worked customer.

    Args:
        headroom: DP2, what he buys elsewhere as a multiple of what he buys from us.
        lines: product lines he is meant to buy.
        ratings: CE1a to CE4 in order, "-" for not rated; then DP6, DP7.
        statements: form 3 in thousand yuan in the order of `MONEY`, None without statements.
        growth: FA7, percent.
        years: FA8, years in business.
        limit_now: limit in force.
        asked: limit, term, type of request.
    """

    code: str
    name: str
    english: str
    short: str
    customer_type: str
    tier: int | None
    behaviour: Behaviour | None
    headroom: str
    lines: int
    ratings: str
    turnover: int
    quality: str
    statements: tuple[str, ...] | None
    growth: str
    years: int
    limit_now: int | None
    asked: tuple[int, int, str]
    security: Mapping[str, Any] = field(default_factory=dict)


E1 = Example(
    "E1", "广州华康医药有限公司", "Guangzhou Huakang Pharmaceutical Co., Ltd.", "华康医药", "distributor", 4,
    Behaviour(
        monthly=D(820_000), growth=21, term=30, margin=D("24.2"), lines=17, late=(("0.45", 6),), unpaid=(),
        slightly={1: 14}, peak=D(888_000), dso_change=-2,
    ),
    "1.6", 20, "444444 34 4343 44", 60_000_000, "audited",
    ("9500", "3250", "18000", "5000", "6840", "11160", "4660", "60000", "3360", "1550"), "12", 14,
    1_200_000, (1_200_000, 45, "renewal"),
)  # fmt: skip
E2 = Example(
    "E2", "深圳安泰商贸有限公司", "Shenzhen Antai Trading Co., Ltd.", "安泰商贸", "distributor", 3,
    Behaviour(
        monthly=D(420_000), growth=11, term=30, margin=D("20.8"), lines=31, late=(("0.9", 14), ("0.9", 14)),
        unpaid=(("0.5", 0),), slightly={3: 25, 2: 1}, peak=D(455_000), dso_change=3,
    ),
    "0.8", 50, "333334 33 3233 32", 22_000_000, "none", None, "0", 9, 500_000, (500_000, 45, "renewal"),
)  # fmt: skip
E3 = Example(
    "E3", "佛山百顺药房连锁有限公司", "Foshan Baishun Pharmacy Chain Co., Ltd.", "百顺药房连锁", "chain", 2,
    Behaviour(
        monthly=D(150_000), growth=7, term=15, margin=D("18.4"), lines=9,
        late=(*((("0.35", days)) for days in (28, 28, 28, 27, 26, 25, 24)), ("0.3", 22)),
        unpaid=(("1", 0), ("1", 0)), slightly={3: 39}, peak=D(137_200), dso_change=6, quiet_month=7,
    ),
    "1.1", 20, "333233 22 2222 31", 4_800_000, "tax_filed",
    ("1250", "400", "2500", "1000", "1450", "1050", "150", "4800", "115.2", "120"), "6", 6,
    140_000, (300_000, 45, "increase"),
)  # fmt: skip
E4 = Example(
    "E4", "东莞新程医疗科技有限公司", "Dongguan Xincheng Medical Technology Co., Ltd.", "新程医疗", "distributor", None,
    None, "2.4", 5, "33343- 33 3333 33", 18_000_000, "tax_filed",
    ("3200", "1100", "6500", "2000", "2990", "3510", "310", "18000", "738", "440"), "9", 7,
    None, (200_000, 30, "new"), {"security_type": "pledge", "security_value": D(100_000)},
)  # fmt: skip
E5 = Example(
    "E5", "广州宏达贸易有限公司", "Guangzhou Hongda Trading Co., Ltd.", "宏达贸易", "distributor", 3,
    Behaviour(
        monthly=D(500_000), growth=22, term=30, margin=D(17), lines=41,
        late=(("0.5", 60), ("0.5", 55), ("0.5", 45), ("0.5", 40), ("0.5", 35)), unpaid=(("1", 95), ("0.5", 60)),
        slightly={3: 20}, peak=D(686_000), dso_change=6,
    ),
    "1.2", 50, "333223 34 3343 33", 25_000_000, "tax_filed",
    ("6500", "2000", "12000", "5000", "7320", "4680", "680", "25000", "800", "600"), "16", 11,
    700_000, (800_000, 30, "increase"),
)  # fmt: skip
EXAMPLES: Final = (E1, E2, E3, E4, E5)
TRIAL: Final = D(180_000)


def sales_of_year(example: Example) -> Decimal:
    """What we invoiced in the last twelve months."""
    return TRIAL * 6 if example.behaviour is None else example.behaviour.yearly


def category_purchases(example: Example) -> Decimal:
    """What he buys of our category a year, from everybody: DP2 turned round."""
    return sales_of_year(example) * (1 + D(example.headroom))


def file(rng: Random, group: Group, today: date, example: Example) -> CustomerFile:
    """The customer file of an example."""
    behaviour = example.behaviour
    city, area = next((c, a) for c, _, a in names.CITIES["south"] if example.name.startswith(c))
    return CustomerFile(
        code=f"M{example.code}",
        unit="medical",
        region="south",
        owner=group.people["rep.south"],
        name=example.name,
        name_en=example.english,
        short_name=example.short,
        uscc=names.uscc(area, 90_000 + int(example.code[1])),
        city=city,
        customer_type=example.customer_type,
        segment="strategic" if example.tier == 4 else "channel",
        tier=example.tier,
        key_account=example.tier == 4,
        since=add_months(today, -50) if behaviour else today - timedelta(days=80),
        founded=add_months(today, -12 * example.years),
        turnover=D(example.turnover),
        category=category_purchases(example),
        target_lines=example.lines,
        book=worked_book(rng, today, behaviour) if behaviour else _trial_orders(today),
        term=behaviour.term if behaviour else 0,
        line_amount=None if example.limit_now is None else D(example.limit_now),
    )


def _trial_orders(today: date) -> Book:
    """E4 has bought for less than three months, paid on delivery: no payment history, no margin known yet."""
    days = [today - timedelta(days=78 - 15 * n) for n in range(6)]
    return Book([Sale(day, day, TRIAL, f"M{n % 3 + 1:02d}", paid=[(day, TRIAL)]) for n, day in enumerate(days)])


def survey(example: Example, today: date) -> dict[str, Any]:
    """Form 2: the ratings, and what the checks of papers ask for."""
    digits = example.ratings.replace(" ", "")
    rated = {code: int(digit) for code, digit in zip(RATINGS, digits, strict=False) if digit != "-"}
    checked = today - timedelta(days=6)
    return {
        **rated,
        "kind": "limited",
        "founded": add_months(today, -12 * example.years).isoformat(),
        "turnover": str(example.turnover),
        "cat_purch": str(category_purchases(example)),
        "refs": "国源医药 5 年,月结,按期\n康德乐商贸 3 年,预付\n南方器械 4 年,按期",
        "court": f"{checked.isoformat()} 中国执行信息公开网、裁判文书网:无记录",
        "bounced": "无",
        "met": "总经理、采购经理",
        "truth": True,
    }


def analysis(example: Example) -> dict[str, Any]:
    """Form 3: the statements, as far as there are any."""
    opinion = {"strengths": "经营稳定,渠道完整", "risks": "行业回款周期拉长", "coi": True}
    if example.statements is None:
        return {"quality": "none", **opinion}
    figures = {name: D(value) * 1000 for name, value in zip(MONEY, example.statements, strict=True)}
    before = (figures["rev"] * 100 / (100 + D(example.growth))).quantize(D("0.01"))
    return {"quality": example.quality, **{k: str(v) for k, v in figures.items()}, "rev_prev": str(before), **opinion}


def potential(example: Example) -> dict[str, Any]:
    """Form 5: DP6, DP7, and the purchases of our category."""
    digits = example.ratings.replace(" ", "")
    drivers = "新增两家连锁门店;集采目录扩容"
    return {"DP6": int(digits[-2]), "DP7": int(digits[-1]), "cat": str(category_purchases(example)), "drivers": drivers}

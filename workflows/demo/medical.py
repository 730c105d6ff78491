"""The neighbours of the worked customers: hospitals, pharmacies and distributors of two regions."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Final, NamedTuple

from credit.rules.indicators import Window
from customers.rules.ledger import add_months
from workflows.demo import names
from workflows.demo.feed import Book
from workflows.demo.files import CustomerFile
from workflows.demo.people import Group
from workflows.demo.trade import YUAN, Profile, book

MARGIN: Final = Decimal(20)  # of the whole company, percent: DP3 of the worked examples is measured against it


class Neighbour(NamedTuple):
    """Name, kind, region, owner, yearly sales in thousand, term, habit, star, group."""

    name: str
    kind: str
    region: str
    owner: str
    yearly: int
    term: int
    habit: str
    tier: int
    group: str | None = None


GROUPS: Final = {"G-RENXIN": "仁心医疗集团", "G-YIKANG": "益康连锁集团", "G-BOSHI": "博仕医药集团"}
NEIGHBOURS: Final = [
    Neighbour("广州仁心综合医院", "hospital", "south", "rep2.south", 26_000, 90, "slow", 3, "G-RENXIN"),
    Neighbour("深圳仁心妇儿医院", "hospital", "south", "rep2.south", 14_500, 90, "slow", 3, "G-RENXIN"),
    Neighbour("东莞仁心康复医院", "hospital", "south", "rep2.south", 6_200, 60, "usual", 2, "G-RENXIN"),
    Neighbour("南宁市邕江人民医院", "hospital", "south", "rep.south", 18_800, 90, "punctual", 3),
    Neighbour("厦门鹭岛中医院", "hospital", "south", "rep2.south", 9_400, 75, "usual", 2),
    Neighbour("佛山禅城第二医院", "hospital", "south", "rep.south", 7_600, 90, "slow", 2),
    Neighbour("广州益康大药房连锁有限公司", "chain", "south", "rep2.south", 12_300, 45, "punctual", 3, "G-YIKANG"),
    Neighbour("深圳益康大药房连锁有限公司", "chain", "south", "rep2.south", 8_100, 45, "punctual", 3, "G-YIKANG"),
    Neighbour("南宁益康药房有限公司", "chain", "south", "rep.south", 2_900, 30, "usual", 2, "G-YIKANG"),
    Neighbour("深圳康源医药有限公司", "distributor", "south", "rep.south", 10_400, 30, "punctual", 4),
    Neighbour("佛山利民药业有限公司", "distributor", "south", "rep.south", 4_300, 30, "punctual", 3),
    Neighbour("厦门海西医疗器械有限公司", "distributor", "south", "rep2.south", 5_200, 30, "punctual", 3),
    Neighbour("东莞莞城同济药店", "outlet", "south", "rep.south", 620, 15, "usual", 2),
    Neighbour("广州越秀惠民药店", "outlet", "south", "rep.south", 480, 15, "slow", 1),
    Neighbour("深圳南山众生药房", "outlet", "south", "rep2.south", 740, 15, "bad", 1),
    Neighbour("武汉博仕医药有限公司", "distributor", "central", "rep.central", 15_600, 45, "punctual", 3, "G-BOSHI"),
    Neighbour("长沙博仕医药有限公司", "distributor", "central", "rep.central", 9_900, 45, "punctual", 3, "G-BOSHI"),
    Neighbour("武汉江汉中心医院", "hospital", "central", "rep.central", 21_700, 90, "punctual", 3),
    Neighbour("郑州中原骨科医院", "hospital", "central", "rep.central", 8_800, 75, "punctual", 2),
    Neighbour("长沙湘雅堂大药房连锁有限公司", "chain", "central", "rep.central", 6_700, 45, "punctual", 3),
    Neighbour("南昌洪都药业有限公司", "distributor", "central", "rep.central", 5_900, 30, "early", 4),
    Neighbour("宜昌三江医疗用品有限公司", "distributor", "central", "rep.central", 3_100, 30, "slow", 2),
    Neighbour("株洲天元康复器材有限公司", "distributor", "central", "rep.central", 2_200, 30, "bad", 2),
    Neighbour("郑州德馨诊所连锁有限公司", "chain", "central", "rep.central", 1_700, 30, "usual", 2),
    Neighbour("Meridian Health Supplies Ltd.", "distributor", "south", "rep2.south", 4_800, 30, "early", 3),
    Neighbour("华南联合医药配送有限公司", "distributor", "south", "rep2.south", 34_000, 45, "punctual", 4),
]
ENGLISH: Final = {
    "广州仁心综合医院": "Guangzhou Renxin General Hospital",
    "深圳仁心妇儿医院": "Shenzhen Renxin Women and Children's Hospital",
    "南宁市邕江人民医院": "Nanning Yongjiang People's Hospital",
    "广州益康大药房连锁有限公司": "Guangzhou Yikang Pharmacy Chain Co., Ltd.",
    "深圳康源医药有限公司": "Shenzhen Kangyuan Pharmaceutical Co., Ltd.",
    "厦门海西医疗器械有限公司": "Xiamen Haixi Medical Devices Co., Ltd.",
    "武汉博仕医药有限公司": "Wuhan Boshi Pharmaceutical Co., Ltd.",
    "武汉江汉中心医院": "Wuhan Jianghan Central Hospital",
    "南昌洪都药业有限公司": "Nanchang Hongdu Pharmaceutical Co., Ltd.",
    "华南联合医药配送有限公司": "South China United Pharma Logistics Co., Ltd.",
}
LICENCE_DAYS: Final = {4: 21, 8: 45, 12: -12, 21: 12}  # by position: soon to end, or ended
FLAGS: Final[dict[int, tuple[tuple[str, int, str, int | None], ...]]] = {
    14: (("dishonest", 40, "中国执行信息公开网 (2026)粤0305执11872号", None),),
    22: (("bounced_bill", 75, "银行退票通知", None), ("bounced_bill", 140, "银行退票通知", None)),
    5: (("lawsuit", 900, "(2024)粤06民初2231号 货款纠纷", 610),),
    18: (("bounced_bill", 200, "银行退票通知", 190),),
}


def files(group: Group, today: date) -> list[CustomerFile]:
    """The files of all neighbours."""
    return [_file(Random(f"medical{n}"), group, today, n, one) for n, one in enumerate(NEIGHBOURS)]


def _file(rng: Random, group: Group, today: date, n: int, one: Neighbour) -> CustomerFile:
    yearly = Decimal(one.yearly) * 1000
    large = one.yearly > 5_000
    codes = rng.sample(range(1, 51), rng.randint(14, 34) if large else rng.randint(4, 12))
    profile = Profile(
        yearly=yearly,
        growth=rng.randint(-8, 24),
        count=rng.randint(36, 60) if large else rng.randint(12, 26),
        term=one.term,
        habit=one.habit,
        margin=Decimal(rng.randint(17, 23)),
        lines=tuple(f"M{code:02d}" for code in codes),
    )
    place = [(c, a) for cities in names.CITIES.values() for c, _, a in cities if one.name.startswith(c)]
    city, area = place[0] if place else ("广州", "440100")
    need = yearly / 365 * one.term * Decimal("0.7")
    return CustomerFile(
        code=f"M{n + 1:04d}",
        unit="medical",
        region=one.region,
        owner=group.people[one.owner],
        name=one.name,
        name_en=ENGLISH.get(one.name, "" if ord(one.name[0]) > 255 else one.name),
        short_name=one.name.removesuffix("有限公司").removesuffix("连锁"),
        uscc=names.uscc(area, 50_000 + n),
        city=city,
        customer_type=one.kind,
        segment="strategic" if one.tier == 4 else "loyal_small" if not large else "channel",
        tier=one.tier,
        key_account=one.tier == 4,
        large_buyer=one.kind == "hospital",
        since=add_months(today, -rng.randint(28, 110)),
        founded=add_months(today, -rng.randint(70, 500)),
        turnover=yearly * rng.randint(6, 30),
        category=yearly * rng.randint(14, 30) / 10,
        target_lines=50 if large else 20,
        group_code=one.group,
        book=book(rng, today, profile),
        term=one.term,
        line_amount=(need / 10_000).to_integral_value() * 10_000 if n % 6 != 3 else None,
        licence_days=LICENCE_DAYS.get(n, rng.randint(120, 1500)),
        flags=FLAGS.get(n, ()),
    )


def level_margin(books: list[Book], levelled: Book, today: date) -> None:
    """Set the costs of one large customer so that the company's margin of twelve months is exactly `MARGIN`.

    Args:
        books: of all customers of the unit, `levelled` included.
    """
    window = Window(today)
    counted = [
        sale for each in books for sale in each.sales if sale.cost is not None and window.start <= sale.on <= today
    ]
    own = [sale for sale in levelled.sales if window.start <= sale.on <= today]
    wanted = sum((sale.amount for sale in counted), Decimal(0)) * (100 - MARGIN) / 100
    mine = {id(sale) for sale in own}
    left = wanted - sum((sale.cost or 0 for sale in counted if id(sale) not in mine), Decimal(0))
    sold = sum((sale.amount for sale in own), Decimal(0))
    for sale in own:
        sale.cost = (left * sale.amount / sold).quantize(YUAN, ROUND_HALF_UP)
    last = own[-1]
    last.cost = (last.cost or Decimal(0)) + left - sum((sale.cost or 0 for sale in own), Decimal(0))

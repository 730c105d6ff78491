"""The demo group: two companies, their regions, and somebody for every role, in both languages."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from django.contrib.auth.hashers import make_password

from accounts import services as accounts
from accounts.models import Region, Unit, User
from accounts.roles import Role

PASSWORD: Final = "countersign-demo"  # noqa: S105  (printed with the demo logins, on one machine only)
SINCE: Final = date(2024, 1, 1)


class Post(NamedTuple):
    """Somebody's post: mailbox, name, language, role, region (None: whole unit), superior's mailbox."""

    box: str
    name: str
    language: str
    role: Role
    region: str | None
    superior: str | None


ROLLS: Final = [
    Post("gm.rolls", "陆建国", "zh-hans", Role.GM, None, "chair"),
    Post("rd.rolls", "沈国栋", "zh-hans", Role.RD, None, "gm.rolls"),
    Post("sm.east", "徐丽华", "zh-hans", Role.SM, "east", "rd.rolls"),
    Post("sm.north", "Thomas Becker", "en", Role.SM, "north", "rd.rolls"),
    Post("rep.east", "陈小明", "zh-hans", Role.REP, "east", "sm.east"),
    Post("rep2.east", "周敏", "zh-hans", Role.REP, "east", "sm.east"),
    Post("rep.north", "Anna Keller", "en", Role.REP, "north", "sm.north"),
    Post("rep2.north", "赵磊", "zh-hans", Role.REP, "north", "sm.north"),
    Post("fm.rolls", "吴海燕", "zh-hans", Role.FM, None, "cfo"),
    Post("cc.rolls", "孙静", "zh-hans", Role.CC, None, "fm.rolls"),
    Post("cs.rolls", "何芳", "zh-hans", Role.CS, None, "rd.rolls"),
    Post("lg.rolls", "Laura Schmidt", "en", Role.LG, None, "gm.rolls"),
    Post("qa.rolls", "郑强", "zh-hans", Role.QA, None, "gm.rolls"),
    Post("pm.rolls", "冯雪", "zh-hans", Role.PM, None, "rd.rolls"),
    Post("so.rolls", "蒋涛", "zh-hans", Role.SO, None, "rd.rolls"),
]
MEDICAL: Final = [
    Post("gm.med", "Michael Wong", "en", Role.GM, None, "chair"),
    Post("rd.med", "韩雪梅", "zh-hans", Role.RD, None, "gm.med"),
    Post("sm.south", "高峰", "zh-hans", Role.SM, "south", "rd.med"),
    Post("sm.central", "Emily Carter", "en", Role.SM, "central", "rd.med"),
    Post("rep.south", "林志强", "zh-hans", Role.REP, "south", "sm.south"),
    Post("rep2.south", "Jack Miller", "en", Role.REP, "south", "sm.south"),
    Post("rep.central", "宋佳", "zh-hans", Role.REP, "central", "sm.central"),
    Post("fm.med", "罗敏", "zh-hans", Role.FM, None, "cfo"),
    Post("cc.med", "David Lee", "en", Role.CC, None, "fm.med"),
    Post("cc2.med", "唐丽", "zh-hans", Role.CC, None, "fm.med"),
    Post("cs.med", "谢婷", "zh-hans", Role.CS, None, "rd.med"),
    Post("lg.med", "叶文", "zh-hans", Role.LG, None, "gm.med"),
    Post("qa.med", "Grace Liu", "en", Role.QA, None, "gm.med"),
    Post("pm.med", "潘悦", "zh-hans", Role.PM, None, "rd.med"),
    Post("so.med", "杜鹏", "zh-hans", Role.SO, None, "rd.med"),
]
GROUP: Final = [
    Post("chair", "李振华", "zh-hans", Role.CH, None, None),
    Post("cfo", "Sophie Martin", "en", Role.CFO, None, "chair"),
    Post("auditor", "曹颖", "zh-hans", Role.AUD, None, "chair"),
    Post("auditor.en", "Peter Novak", "en", Role.AUD, None, "chair"),
]


@dataclass
class Group:
    """The demo group as it was made: units and regions by code, people by mailbox."""

    units: dict[str, Unit] = field(default_factory=dict)
    regions: dict[str, Region] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)


def found() -> Group:
    """Make the two companies and hire everybody."""
    group = Group()
    _company(
        group,
        Unit(
            code="rolls",
            name_zh="联强轧辊有限公司",
            name_en="Lianqiang Rolls Co., Ltd.",
            uscc="91320200134567890W",
            address_zh="江苏省无锡市惠山区轧辊路 18 号",
            address_en="18 Zhagun Road, Huishan District, Wuxi, Jiangsu",
        ),
        [("east", "华东", "East China"), ("north", "华北", "North China")],
    )
    _company(
        group,
        Unit(
            code="medical",
            name_zh="联强医药销售有限公司",
            name_en="Lianqiang Medical Distribution Co., Ltd.",
            uscc="91310115098765432H",
            address_zh="上海市浦东新区张江路 500 号",
            address_en="500 Zhangjiang Road, Pudong, Shanghai",
        ),
        [("south", "华南", "South China"), ("central", "华中", "Central China")],
    )
    for unit, posts in ((None, GROUP), (group.units["rolls"], ROLLS), (group.units["medical"], MEDICAL)):
        for post in posts:
            _hire(group, post, unit)
    # One slow hash instead of thirty-four: everybody has the printed password anyway.
    User.objects.filter(pk__in=[person.pk for person in group.people.values()]).update(password=make_password(PASSWORD))
    return group


def _company(group: Group, unit: Unit, regions: list[tuple[str, str, str]]) -> None:
    unit.full_clean()
    unit.save()
    group.units[unit.code] = unit
    for code, zh, en in regions:
        group.regions[code] = Region.objects.create(unit=unit, code=code, name_zh=zh, name_en=en)


def _hire(group: Group, post: Post, unit: Unit | None) -> None:
    superior = group.people[post.superior] if post.superior else None
    person = accounts.create_user(
        f"{post.box}@demo.example",
        display_name=post.name,
        password=None,
        language=post.language,
        reports_to=superior,
    )
    region = group.regions[post.region] if post.region else None
    accounts.assign_role(person, post.role, unit=unit, region=region, valid_from=SINCE)
    group.people[post.box] = person

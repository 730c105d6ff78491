"""Made-up companies that sound like the trade: places, fortunate syllables, what they do. No real company is meant."""

from random import Random
from typing import Final, NamedTuple

from customers.rules.uscc import ALPHABET, check_character

CITIES: Final = {
    "east": [
        ("无锡", "Wuxi", "320200"), ("江阴", "Jiangyin", "320281"), ("张家港", "Zhangjiagang", "320582"),
        ("常州", "Changzhou", "320400"), ("苏州", "Suzhou", "320500"), ("马鞍山", "Ma'anshan", "340500"),
        ("宁波", "Ningbo", "330200"), ("杭州", "Hangzhou", "330100"), ("徐州", "Xuzhou", "320300"),
        ("芜湖", "Wuhu", "340200"), ("温州", "Wenzhou", "330300"), ("南通", "Nantong", "320600"),
    ],
    "north": [
        ("唐山", "Tangshan", "130200"), ("邯郸", "Handan", "130400"), ("天津", "Tianjin", "120100"),
        ("太原", "Taiyuan", "140100"), ("包头", "Baotou", "150200"), ("济南", "Jinan", "370100"),
        ("莱芜", "Laiwu", "371200"), ("鞍山", "Anshan", "210300"), ("本溪", "Benxi", "210500"),
        ("石家庄", "Shijiazhuang", "130100"), ("安阳", "Anyang", "410500"), ("日照", "Rizhao", "371100"),
    ],
    "south": [
        ("广州", "Guangzhou", "440100"), ("深圳", "Shenzhen", "440300"), ("佛山", "Foshan", "440600"),
        ("东莞", "Dongguan", "441900"), ("南宁", "Nanning", "450100"), ("厦门", "Xiamen", "350200"),
    ],
    "central": [
        ("武汉", "Wuhan", "420100"), ("长沙", "Changsha", "430100"), ("郑州", "Zhengzhou", "410100"),
        ("南昌", "Nanchang", "360100"), ("宜昌", "Yichang", "420500"), ("株洲", "Zhuzhou", "430200"),
    ],
}  # fmt: skip
BRANDS: Final = [
    ("鑫达", "Xinda"), ("华翔", "Huaxiang"), ("永盛", "Yongsheng"), ("金源", "Jinyuan"), ("宏泰", "Hongtai"),
    ("恒力", "Hengli"), ("东岳", "Dongyue"), ("瑞丰", "Ruifeng"), ("中兴", "Zhongxing"), ("同创", "Tongchuang"),
    ("海鑫", "Haixin"), ("天工", "Tiangong"), ("国泰", "Guotai"), ("新越", "Xinyue"), ("正大", "Zhengda"),
    ("鼎盛", "Dingsheng"), ("龙腾", "Longteng"), ("万通", "Wantong"), ("兴业", "Xingye"), ("长虹", "Changhong"),
]  # fmt: skip
STEEL: Final = [
    ("特钢", "Special Steel"), ("轧钢", "Rolling Mill"), ("冷轧薄板", "Cold Rolling"), ("不锈钢", "Stainless Steel"),
    ("带钢", "Strip Steel"), ("线材", "Wire Rod"), ("型钢", "Section Steel"), ("铝业", "Aluminium"),
    ("铜业", "Copper"), ("棒线材", "Bar and Wire"), ("热轧", "Hot Rolling"), ("冶金", "Metallurgy"),
]  # fmt: skip
ABROAD: Final = [
    ("Nordwalz GmbH", "Nordwalz"), ("Pacific Rolling Mills Pte. Ltd.", "Pacific Rolling"),
    ("Kaveri Steel Works Ltd.", "Kaveri Steel"), ("Acero del Golfo S.A.", "Acero del Golfo"),
]  # fmt: skip
SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
GIVEN: Final = [
    "伟",
    "芳",
    "建华",
    "志明",
    "秀英",
    "国强",
    "丽娟",
    "海波",
    "晓东",
    "文静",
    "永福",
    "春梅",
    "立新",
    "玉兰",
]


class CompanyName(NamedTuple):
    """Chinese and English name, short name, city in Chinese, its administrative code."""

    zh: str
    en: str
    short: str
    city: str
    area: str


def mill(rng: Random, region: str, taken: set[str]) -> CompanyName:
    """A steel or metal company of a region whose short name nobody has yet."""
    while True:
        (city, city_en, area), (brand, brand_en) = rng.choice(CITIES[region]), rng.choice(BRANDS)
        kind, kind_en = rng.choice(STEEL)
        short = f"{city}{brand}"
        if short in taken:
            continue
        taken.add(short)
        form = rng.choice(("有限公司", "有限公司", "股份有限公司", "集团有限公司"))
        english = f"{city_en} {brand_en} {kind_en} Co., Ltd." if rng.random() < 0.4 else ""
        return CompanyName(f"{city}{brand}{kind}{form}", english, f"{short}{kind}", city, area)


def uscc(area: str, serial: int) -> str:
    """A unified social credit code that checks, unique per serial number."""
    digits = ""
    for _ in range(9):
        serial, place = divmod(serial * 7 + 13, len(ALPHABET)) if not digits else divmod(serial, len(ALPHABET))
        digits += ALPHABET[place]
    body = f"91{area}{digits}"
    return body + check_character(body)


def person(rng: Random) -> str:
    """A name for a legal representative or a contact."""
    return rng.choice(SURNAMES) + rng.choice(GIVEN)

"""The special price approval notice: which prices, until when, for how much, and how they come about.

It goes to the customer: list price, discounts and what was promised, but neither our cost nor our margin. Those stand
on the approval sheet, which stays in the house.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from accounts.language import pick
from accounts.templatetags.waterfalls import paper, price_words, sheet
from pricing.rules.grants import GrantedLine, granted_lines
from workflows.kinds.special_price_shown import promise_words, word
from workflows.pages import Box, Notice, Picture, Table
from workflows.written import NOTHING, day, money

if TYPE_CHECKING:
    from workflows.letters.case import Case

DRAWN: Final = 4  # waterfalls that one drawing has room for
HEIGHT: Final = 490
COLUMNS: Final = ((6, 470), (516, 476))
WHOLE: Final = (6, 986)


def special_price_notice(case: "Case") -> Notice:
    """特价批复通知书 / Special price notice of a decided request."""
    shown = case.content["evaluation"]
    lines = lines_of(case)
    return Notice(
        title=pick("特价批复通知书", "Special price notice"),
        subject=word("reason_code", case.content["asked"]["reason_code"]),
        opening=pick(
            f"贵公司的特价申请已按我公司价格审批制度完成审批，审批结果：{case.outcome()}，"
            f"批复日期 {case.decided_on()}。",
            "Your request for special prices has been decided under our price approval policy. "
            f"Result: {case.outcome()}, on {case.decided_on()}.",
        ),
        headline=_headline(case, lines),
        boxes=_boxes(case, lines) if case.approved else (),
        terms=_terms(case, lines),
        facts=_facts(shown),
        tables=(_prices(lines, shown["lines"]),) if case.approved else (),
        pictures=(_picture(lines, shown["currency"]),) if case.approved else (),
        closing=_closing() if case.approved else "",
    )


def lines_of(case: "Case") -> Sequence[GrantedLine]:
    """What was granted, or what was asked where nothing was."""
    terms = case.granted if case.approved else case.asked
    return granted_lines(
        [line for line in case.content["evaluation"]["lines"] if line["waterfall"]],
        max_discount_pct=terms["max_discount_pct"],
        quantity_pct=terms["quantity_pct"],
    )


def _headline(case: "Case", lines: Sequence[GrantedLine]) -> str:
    until, number = day(case.granted["valid_to"]), len(lines)
    if not case.approved:
        return pick("本次特价申请未获批准。", "The special prices were not approved.")
    return pick(
        f"批准 {number} 项产品的特价，有效期至 {until}。",
        f"Special prices for {number} product{'s' if number > 1 else ''} are granted until {until}.",
    )


def _boxes(case: "Case", lines: Sequence[GrantedLine]) -> tuple[Box, ...]:
    granted, currency = case.granted, case.request.currency
    value = sum((line.net_price * line.quantity for line in lines), Decimal(0))
    until = pick(f"至 {day(granted['valid_to'])}", f"until {day(granted['valid_to'])}")
    return (
        Box(pick("产品", "Products"), str(len(lines)), ", ".join(line.product_code for line in lines[:3])),
        Box(pick("按特价计金额", "Value at these prices"), money(value, currency)),
        Box(pick("有效期", "Valid"), day(granted["valid_from"]), until),
    )


def _terms(case: "Case", lines: Sequence[GrantedLine]) -> tuple[tuple[str, str, str], ...]:
    """Price and quantity of every product, asked and granted, then the days."""
    found: list[tuple[str, str, str]] = []
    asked = {line["product_code"]: line for line in case.content["evaluation"]["lines"]}
    for line in lines:
        before = asked[line.product_code]
        wanted = f"{price_words(Decimal(before['net_price']))} × {_quantity(Decimal(before['quantity']))}"
        given = f"{price_words(line.net_price)} × {_quantity(line.quantity)}"
        found.append((_name(before), wanted, given))
    for label, name in ((pick("生效日", "Valid from"), "valid_from"), (pick("到期日", "Valid to"), "valid_to")):
        found.append((label, day(case.asked[name]), day(case.granted[name])))
    return tuple(found)


def _name(line: Mapping[str, Any]) -> str:
    return f"{line['product_code']} {pick(line['name_zh'], line['name_en'])}"


def _facts(shown: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    promised = "; ".join(f"{word('kind', each['kind'])}: {promise_words(each)}" for each in shown["promises"])
    listed = shown["price_list"]["code"] if shown["price_list"] else NOTHING
    return (
        (pick("价格表", "Price list"), listed),
        (pick("等级折扣", "Tier discount"), f"{shown['tier']['discount_pct']} %"),
        (pick("其他承诺", "Besides the price"), promised or pick("无", "nothing")),
    )


def _prices(lines: Sequence[GrantedLine], asked: Sequence[Mapping[str, Any]]) -> Table:
    by_code = {line["product_code"]: line for line in asked}
    return Table(
        pick("特价明细（每库存单位）", "Special prices (per stock unit)"),
        (
            pick("产品", "Product"), pick("标价", "List"), pick("等级价", "Tier price"), pick("特价", "Special price"),
            pick("数量", "Quantity"), pick("上限", "At most"),
        ),
        tuple(
            (
                _name(by_code[line.product_code]),
                price_words(line.list_price),
                price_words(Decimal(by_code[line.product_code]["tier_price"])),
                price_words(line.net_price),
                f"{_quantity(line.quantity)} {by_code[line.product_code]['unit']}",
                _quantity(line.quantity_cap),
            )
            for line in lines
        ),
    )  # fmt: skip


def _picture(lines: Sequence[GrantedLine], currency: str) -> Picture:
    """Up to four waterfalls, those with the largest discount in money first."""
    chosen = sorted(lines, key=lambda line: (line.net_price - line.list_price) * line.quantity)[:DRAWN]
    parts = []
    high = HEIGHT // max(1, -(-len(chosen) // 2))
    for index, line in enumerate(chosen):
        left, width = COLUMNS[index % 2] if len(chosen) > 1 else WHOLE
        place = {"left": left, "top": index // 2 * high, "width": width, "height": high}
        parts += paper(line.waterfall, **place, title=f"{line.product_code} · {currency}")
    said = "; ".join(_said(line) for line in chosen)
    return Picture(pick("价格瀑布（每库存单位）", "Price waterfall (per stock unit)"), sheet(parts), said)


def _said(line: GrantedLine) -> str:
    values = {"list": price_words(line.list_price), "net": price_words(line.net_price)}
    return pick(
        f"{line.product_code}：标价 {values['list']}，开票净价 {values['net']}",
        f"{line.product_code}: list {values['list']}, net on the invoice {values['net']}",
    )


def _quantity(value: Decimal) -> str:
    return f"{value.normalize():,f}"


def sheet_tables(case: "Case") -> tuple[Table, ...]:
    """For the house: cost and margin of every line as it was decided."""
    shown = case.content["evaluation"]
    rows = tuple(
        (
            line["product_code"],
            price_words(Decimal(line["net_price"])),
            price_words(Decimal(line["pocket"])),
            NOTHING if line["cost"] is None else price_words(Decimal(line["cost"])),
            NOTHING if line["pocket_margin"] is None else f"{line['pocket_margin']} %",
            money(line["concession"]),
        )
        for line in shown["lines"]
        if line["waterfall"]
    )
    heads = (
        pick("产品", "Product"), pick("净价", "Net"), pick("到手价", "Pocket"), pick("成本", "Cost"),
        pick("到手毛利", "Pocket margin"), pick("让利", "Concession"),
    )  # fmt: skip
    return (Table(pick("价格与毛利", "Prices and margins"), heads, rows),)


def _closing() -> str:
    return pick(
        "上述价格自有效期起始日起、在批准数量内执行，到期或数量用完后恢复等级价。除本通知所列内容外，"
        "我公司未就价格作出其他承诺。",
        "These prices hold from the first day of their validity and within the quantity granted; afterwards the tier "
        "price holds again. Nothing has been promised about prices beyond what stands here.",
    )

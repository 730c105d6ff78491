"""What is wrong with tables before they can be read as a whole: single fields, and names that lead nowhere.

A draft may be in any state while it is written. These findings say where it cannot be read, each at its row and field,
so that `policies.rules.pack.build_pack` need not stop at the first one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from policies.rules.chains import parse_chain
from policies.rules.check import Finding
from policies.rules.grid import fields, get, wrong

# Tables without which nothing can be routed or scored.
NEEDED: Final = ("CHAIN", "ROLES", "AUTH", "SLA", "PARAM", "DOCS", "GRADE", "TIER-POLICY", "SC-WEIGHTS")
# Parameters of the approvals that make no sense outside these bounds: lowest, highest, whether whole.
BOUNDS: Final[Mapping[str, tuple[Decimal, Decimal, bool]]] = {
    "reminder_share": (Decimal(0), Decimal(1), False),
    "green_channel_share": (Decimal(0), Decimal(1), False),
    "escalations": (Decimal(0), Decimal(9), True),
    "delegation_hops": (Decimal(1), Decimal(2), True),
    "bulk_cap": (Decimal(0), Decimal(10**12), False),
}

Tables = Mapping[str, Mapping[str, Any]]


def structure(content: Mapping[str, Any]) -> list[Finding]:
    """Every field that cannot be read and every name that nothing stands behind."""
    tables: Tables = {table["code"]: table for table in content["tables"]}
    found = [
        Finding("missing", code, (), f"缺少表格 {code}。", f"The table {code} is missing.")
        for code in NEEDED
        if code not in tables
    ]
    for table in tables.values():
        found.extend(_unreadable(table))
        found.extend(_twice(table))
    if found:
        return found
    return [*_roles(tables), *_bands(tables), *_authority(tables), *_parameters(tables)]


def _unreadable(table: Mapping[str, Any]) -> Iterator[Finding]:
    named = fields(table)
    for row in table["rows"]:
        for field in named:
            said = wrong(field, get(row, field.name))
            if said is not None:
                zh, en = f"{field.zh}：{said[0]}", f"{field.en}: {said[1]}"
                yield Finding("unreadable", table["code"], (row["code"],), zh, en, field=field.name)


def _twice(table: Mapping[str, Any]) -> Iterator[Finding]:
    seen: set[str] = set()
    for row in table["rows"]:
        if row["code"] in seen:
            yield Finding("twice", table["code"], (row["code"],), "编号重复。", "This code occurs twice.", field="code")
        seen.add(row["code"])


def _roles(tables: Tables) -> Iterator[Finding]:
    """Roles that a chain, a ceiling or the hours name and that the table of roles does not know, and the reverse."""
    known = {row["code"] for row in tables["ROLES"]["rows"]}
    timed = {row["code"] for row in tables["SLA"]["rows"]}
    used: set[str] = set()
    for row in tables["CHAIN"]["rows"]:
        named = {role for stage in parse_chain(row["outputs"].get("chain", "")).stages for role in stage}
        used |= named
        for role in sorted(named - known):
            yield _dangling("CHAIN", row["code"], "out.chain", f"角色 {role}", f"the role {role}", "ROLES")
    for row in tables["AUTH"]["rows"]:
        if row["outputs"].get("role", "") not in known:
            role = row["outputs"].get("role", "")
            yield _dangling("AUTH", row["code"], "out.role", f"角色 {role}", f"the role {role}", "ROLES")
    for row in tables["ROLES"]["rows"]:
        if row["code"] not in timed:
            yield _dangling("ROLES", row["code"], "code", f"{row['code']} 的时限", f"the hours of {row['code']}", "SLA")
        for other in row["outputs"].get("stands_for", "").split():
            if other not in known:
                yield _dangling("ROLES", row["code"], "out.stands_for", f"角色 {other}", f"the role {other}", "ROLES")
        if row["code"] not in used:
            zh, en = "没有审批链用到该角色。", "No chain asks this role."
            yield Finding("unused", "ROLES", (row["code"],), zh, en, blocking=False)


def _dangling(table: str, row: str, field: str, zh: str, en: str, where: str) -> Finding:
    return Finding("dangling", table, (row,), f"{where} 表中没有{zh}。", f"Table {where} has not {en}.", field=field)


def _bands(tables: Tables) -> Iterator[Finding]:
    """Bands without a chain, and bands that are not on the ladder of their table."""
    chains = {row["code"] for row in tables["CHAIN"]["rows"]}
    wanted: set[str] = set()
    for table in tables.values():
        routing = table.get("routing", {})
        if routing.get("use") not in ("band", "join"):
            continue
        ladder = routing.get("ladder") or []
        wanted |= {*ladder, *(row["outputs"].get("band", "") for row in table["rows"])}
        for row in table["rows"]:
            band = row["outputs"].get("band", "")
            if band not in chains:
                yield _dangling(
                    table["code"], row["code"], "out.band", f"{band} 的审批链", f"a chain for {band}", "CHAIN"
                )
            if ladder and routing["use"] == "band" and band not in ladder:
                zh, en = f"档次顺序中没有 {band}。", f"The ladder of this table has no {band}."
                yield Finding("off_ladder", table["code"], (row["code"],), zh, en, field="out.band")
        for band in (each for each in ladder if each not in chains):
            zh, en = f"CHAIN 表中没有 {band} 的审批链。", f"Table CHAIN has no chain for {band}."
            yield Finding("dangling", table["code"], (), zh, en)
    for row in tables["CHAIN"]["rows"]:
        if row["code"] not in wanted:
            zh, en = "没有规则会用到该审批链。", "No rule leads to this chain."
            yield Finding("unused", "CHAIN", (row["code"],), zh, en, blocking=False)


def _authority(tables: Tables) -> Iterator[Finding]:
    """Ceilings for kinds of request that nothing routes."""
    kinds = {table.get("routing", {}).get("request_kind", "") for table in tables.values()}
    for row in tables["AUTH"]["rows"]:
        kind = row["outputs"].get("request_kind", "")
        if kind not in kinds:
            zh, en = f"没有表格处理 {kind} 类申请。", f"No table routes requests of kind {kind}."
            yield Finding("dangling", "AUTH", (row["code"],), zh, en, field="out.request_kind")


def _parameters(tables: Tables) -> Iterator[Finding]:
    """An owner of the policy that is no role, and shares, counts and caps out of bounds."""
    known = {row["code"] for row in tables["ROLES"]["rows"]}
    for row in tables["PARAM"]["rows"]:
        code, text = row["code"], row["outputs"].get("value", "")
        if code == "policy_owner" and text not in known:
            yield _dangling("PARAM", code, "out.value", f"角色 {text}", f"the role {text}", "ROLES")
        elif code in BOUNDS and not _within(text, *BOUNDS[code]):
            low, high, whole = BOUNDS[code]
            zh, en = ("整数", "a whole number") if whole else ("数字", "a number")
            said = f"须为 {low} 到 {high} 之间的{zh}。", f"It must be {en} from {low} to {high}."
            yield Finding("out_of_bounds", "PARAM", (code,), *said, field="out.value")


def _within(text: str, low: Decimal, high: Decimal, whole: bool) -> bool:
    if whole and not text.isdecimal():
        return False
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    return number.is_finite() and low <= number <= high

"""The policy page, part three: tier scorecard, levers, false-key-account tests, dispositions, rebate."""

from __future__ import annotations

from typing import Any

from accounts.language import pick
from policies.page_kinds import language
from policies.rules.pack import Pack
from policies.rules.tables import Row
from policies.rules.tiers.accounts import FALSE, TESTS, TRUE
from policies.rules.tiers.levers import TABLE as LEVERS
from policies.rules.tiers.rebate import segments
from policies.rules.tiers.scorecard import Factor, tier_card


def card(pack: Pack) -> list[dict[str, Any]]:
    """T1 to T9 with their bands and formulas."""
    return [
        {
            "code": factor.code,
            "label": pick(factor.zh, factor.en),
            "max": factor.max,
            "bands": _bands(factor),
            "formula": pick(factor.formula_zh, factor.formula_en),
        }
        for factor in tier_card(pack).factors
    ]


def _bands(factor: Factor) -> list[str]:
    sign = {"ge": "≥ ", "le": "≤ "}.get(factor.kind, "")
    return [f"{sign}{bound} → {points}" for bound, points in factor.bands]


def levers(pack: Pack) -> list[dict[str, str]]:
    """P, T and E: who may get them and what they give."""
    return [
        {
            "code": row.code,
            "name": pick(row.outputs["name_zh"], row.outputs["name_en"]),
            "condition": row.condition(language()),
            "benefit": pick(row.outputs["benefit_zh"], row.outputs["benefit_en"]),
        }
        for row in pack.tables[LEVERS].rows
    ]


def account_tests(pack: Pack) -> list[dict[str, Any]]:
    """F1 to F5 and the positive test: formula, when it is flagged, the most that is left."""
    rows = [*pack.tables[FALSE].rows, *pack.tables[TRUE].rows]
    return [_account_test(about, [row for row in rows if row.outputs["code"] == about.code]) for about in
            pack.tables[TESTS].rows]  # fmt: skip


def _account_test(about: Row, rows: list[Row]) -> dict[str, Any]:
    amber = pick("（提示）", " (amber)")
    return {
        "code": "" if about.code == "TRUE" else about.code,
        "name": pick(about.outputs["zh"], about.outputs["en"]),
        "formula": pick(about.outputs["formula_zh"], about.outputs["formula_en"]),
        "conditions": [row.condition(language()) + (amber if row.outputs["state"] == "amber" else "") for row in rows],
        "max_star": about.outputs["max_star"],
    }


def dispositions(pack: Pack) -> list[dict[str, str]]:
    """What to do with a customer, in the order of priority."""
    return [
        {
            "name": pick(row.outputs["name_zh"], row.outputs["name_en"]),
            "condition": row.condition(language()) or pick("其他情形", "everything else"),
        }
        for row in pack.tables["TIER-DISPO"].rows
    ]


def rebate_segments(pack: Pack) -> list[dict[str, Any]]:
    """The progressive alternative: above which amount which rate."""
    return [{"over": segment.over, "pct": segment.pct} for segment in segments(pack)]

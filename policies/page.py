"""The policy page, part two: the standards that kinds of request share, and who holds which role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from accounts.language import pick
from accounts.models import RoleAssignment, Unit
from accounts.queries import covers, in_force
from accounts.roles import LABELS
from policies.page_kinds import language, role_label
from policies.rules.pack import SECTIONS, Pack
from policies.rules.standards import GradeStandard, Indicator
from policies.rules.wording import number_words

# Parameters that are parts of a whole; the others are factors, days and amounts.
SHARES: Final = frozenset({"wacc", "target_margin", "floor_margin", "increase_cap", "need_share_without_capacity"})


@dataclass(frozen=True)
class Holder:
    """Who holds a role, per unit; a person of one region is named with the region."""

    role: str
    label: str
    places: list[tuple[str, list[str]]]


def documents(pack: Pack) -> list[dict[str, Any]]:
    """Amount above which each set of documents is mandatory."""
    steps: dict[str, list[str]] = {}
    for rule in pack.documents_by_amount:
        steps.setdefault(number_words(rule.over, "money", "en"), []).append(pick(rule.zh, rule.en))
    return [{"over": over, "names": names} for over, names in steps.items()]


def tier_policy(pack: Pack) -> list[dict[str, Any]]:
    """Form 7: item and its text for four to one stars."""
    return [
        {
            "item": pick(row.outputs["zh"], row.outputs["en"]),
            "cells": [(star, pick(row.outputs[f"{star}_zh"], row.outputs[f"{star}_en"])) for star in "4321"],
        }
        for row in pack.tables["TIER-POLICY"].rows
    ]


def parameters(pack: Pack) -> list[dict[str, Any]]:
    """Every table of single numbers with their meaning."""
    return [
        {
            "title": pick(table.title_zh, table.title_en),
            "rows": [
                {
                    "label": pick(row.rationale_zh, row.rationale_en),
                    "value": _parameter(row.code, row.outputs["value"]),
                }
                for row in table.rows
            ],
        }
        for table in pack.tables.values()
        if table.kind == "parameter"
    ]


def _parameter(code: str, written: str) -> str:
    try:
        value = Decimal(written)
    except InvalidOperation:
        return written
    return number_words(value * 100, "pct", language()) if code in SHARES else f"{value:,}"


def grades(pack: Pack) -> list[tuple[GradeStandard, Decimal, Decimal]]:
    """Form 8: each grade with its shares of net worth and turnover in percent."""
    return [(grade, grade.tnw_pct * 100, grade.turnover_pct * 100) for grade in pack.grades]


def sections(pack: Pack) -> list[dict[str, Any]]:
    """The scorecard with its bands, or the meaning of the ratings 0, 2 and 4, in words."""
    return [
        {
            "code": section.code,
            "label": pick(section.zh, section.en),
            "indicators": [_indicator(pack, section.code, each) for each in section.indicators],
        }
        for section in pack.scorecard.sections
    ]


def _indicator(pack: Pack, section: str, each: Indicator) -> dict[str, Any]:
    row = next(row for row in pack.tables[f"SC-{section}"].rows if row.code == each.code)
    sign = "≥" if each.kind == "ge" else "≤"
    bands = [f"{sign} {band.threshold} → {band.points}" for band in each.bands]
    return {
        "code": each.code,
        "label": pick(each.zh, each.en),
        "max": each.max,
        "bands": bands,
        "anchors": pick(row.outputs["anchors_zh"], row.outputs["anchors"]),
    }


def weights(pack: Pack) -> list[dict[str, Any]]:
    """Weight of each section per variant, in percent."""
    labels = {"STD": pick("老客户", "existing customers"), "NEW": pick("新客户", "new customers")}
    return [
        {
            "label": labels.get(variant, variant),
            "shares": [(code, parts[code] * 100) for code in SECTIONS if code in parts],
        }
        for variant, parts in pack.scorecard.weights.items()
    ]


def stand_ins(pack: Pack) -> list[tuple[str, str]]:
    """(who decides, whose approval that includes), by name."""
    return [
        (role_label(rule.code), role_label(lower)) for rule in pack.roles.values() for lower in sorted(rule.stands_for)
    ]


def holders(pack: Pack, on: date) -> list[Holder]:
    """Who holds each approving role per unit on a day. Two queries."""
    return _holders([role for role in pack.roles if any(grant.role == role for grant in pack.authority)], on)


def all_holders(on: date) -> list[Holder]:
    """Who holds each of the fourteen roles per unit on a day. Two queries."""
    return _holders(list(LABELS), on)


def _holders(roles: list[str], on: date) -> list[Holder]:
    units = list(Unit.objects.all())
    held = list(
        RoleAssignment.objects.filter(in_force(on), user__is_active=True, role__in=roles)
        .select_related("user", "region")
        .order_by("is_deputy", "user__display_name")
    )
    return [
        Holder(
            role,
            role_label(role),
            [(unit.name, list(_people([each for each in held if each.role == role], unit))) for unit in units],
        )
        for role in roles
    ]


def _people(held: list[RoleAssignment], unit: Unit) -> Iterator[str]:
    """Names for the unit; who serves one region only is named with it."""
    for each in held:
        if covers(each, unit.pk, each.region_id):
            name = str(each.user.display_name)
            yield pick(f"{name}（{each.region.name}）", f"{name} ({each.region.name})") if each.region else name

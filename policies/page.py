"""What the policy page shows: tables of a version in words, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from accounts.language import pick
from accounts.models import RoleAssignment, Unit
from accounts.queries import covers, in_force
from accounts.roles import LABELS
from policies.rules.pack import SECTIONS, Pack
from policies.rules.route import route
from policies.rules.standards import GradeStandard, Indicator
from policies.rules.tables import Row, Table
from policies.rules.wording import chain_words, number_words

# Parameters that are parts of a whole; the others are factors, days and amounts.
SHARES: Final = frozenset({"wacc", "target_margin", "floor_margin", "increase_cap", "need_share_without_capacity"})


@dataclass(frozen=True)
class MatrixRow:
    """A row of the approval matrix: conditions, who approves, in how many working hours, and all of it in words."""

    code: str
    band: str
    condition: str
    stages: list[list[str]]
    hours: int
    sentence: str
    note: str


@dataclass(frozen=True)
class Holder:
    """Who holds a role, per unit; a person of one region is named with the region."""

    role: str
    label: str
    places: list[tuple[str, list[str]]]


def language() -> str:
    """zh or en, as the reader chose."""
    return pick("zh", "en")


def matrix(pack: Pack, code: str) -> list[MatrixRow]:
    """CL, TE or JOIN as rows with their chains."""
    return [_matrix_row(pack, row) for row in pack.tables[code].rows]


def _matrix_row(pack: Pack, row: Row) -> MatrixRow:
    band = row.outputs["band"]
    stages = pack.chains[band].stages
    names = [[pick(pack.roles[role].zh, pack.roles[role].en) for role in stage] for stage in stages]
    condition = row.condition(language())
    words = chain_words(names, language())
    sentence = pick(f"如果{condition}：{words}。", f"If the {condition}: {words}.")
    hours = sum(max(seat.hours for seat in seats) for seats in route(pack, [band]))
    note = pick(row.rationale_zh, row.rationale_en)
    return MatrixRow(row.code, band, condition, [list(stage) for stage in stages], hours, sentence, note)


def rules(table: Table) -> list[dict[str, str]]:
    """Escalators, blocks, notices, knock-outs, caps: code, conditions, outcome, note."""
    return [
        {
            "code": row.outputs.get("code", row.code),
            "condition": row.condition(language()),
            "outcome": row.outputs.get("grade", ""),
            "note": pick(row.rationale_zh, row.rationale_en),
        }
        for row in table.rows
    ]


def authority(pack: Pack) -> list[dict[str, Any]]:
    """Role, what it does, its ceiling and its hours."""
    return [
        {
            "role": grant.role,
            "label": role_label(grant.role),
            "endorses": grant.ceiling == 0,
            "ceiling": None if grant.ceiling is None else number_words(grant.ceiling, "money", "en"),
            "hours": pack.sla_hours[grant.role],
        }
        for grant in pack.authority
    ]


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


def parameters(pack: Pack) -> list[dict[str, str]]:
    """Global parameters with their meaning."""
    return [
        {"label": pick(row.rationale_zh, row.rationale_en), "value": _parameter(row.code, row.outputs["value"])}
        for row in pack.tables["PARAM"].rows
    ]


def _parameter(code: str, written: str) -> str:
    value = Decimal(written)
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


def role_label(role: str) -> str:
    """The role's name as everywhere in the product."""
    return pick(*LABELS[role])


def holders(pack: Pack, on: date) -> list[Holder]:
    """Who holds each approving role per unit on a day. Two queries."""
    units = list(Unit.objects.all())
    held = list(
        RoleAssignment.objects.filter(in_force(on), user__is_active=True, role__in=list(pack.roles))
        .select_related("user", "region")
        .order_by("is_deputy", "user__display_name")
    )
    return [
        Holder(
            role,
            role_label(role),
            [(unit.name, list(_people([each for each in held if each.role == role], unit))) for unit in units],
        )
        for role in pack.roles
        if any(grant.role == role for grant in pack.authority)
    ]


def _people(held: list[RoleAssignment], unit: Unit) -> Iterator[str]:
    """Names for the unit; who serves one region only is named with it."""
    for each in held:
        if covers(each, unit.pk, each.region_id):
            name = str(each.user.display_name)
            yield pick(f"{name}（{each.region.name}）", f"{name} ({each.region.name})") if each.region else name

"""Version 1 of the policy: the domain's defaults, turned into the stored form of a policy version."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from policies.rules.cells import PolicyError
from policies.rules.pack import Pack, build_pack

DATA = Path(__file__).resolve().parent / "data"


def default_content() -> dict[str, Any]:
    """All tables of version 1: the typed ones of tables.json, scorecard, grades, tiers and SLA of
    defaults.json.
    """
    defaults = json.loads((DATA / "defaults.json").read_text("utf-8"), parse_float=str, parse_int=str)
    typed = json.loads((DATA / "tables.json").read_text("utf-8"))
    tables = _with_columns(typed["tables"], typed["facts"])
    for path in sorted((DATA / "routing").glob("*.json")):
        tables = _routed(tables, path.stem, json.loads(path.read_text("utf-8")))
    return {
        "tables": [
            *tables,
            *_scorecard(defaults, typed["anchors_zh"]),
            _grades(defaults),
            _tier_policy(defaults, typed["texts"]),
            _sla(defaults),
        ]
    }


@cache
def default_pack() -> Pack:
    """Version 1 as a pack, without a database."""
    return build_pack(1, default_content())


ROUTING = ("request_kind", "use", "only", "subject", "ladder", "cap")


def _with_columns(tables: list[dict[str, Any]], facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Columns by key become columns in full; what routes a kind of request is kept together as ``routing``."""
    return [
        {key: value for key, value in table.items() if key not in ROUTING}
        | {"columns": [_column(table["code"], key, facts) for key in table.get("columns", [])]}
        | ({"routing": {key: table[key] for key in ROUTING if key in table}} if "use" in table else {})
        for table in tables
    ]


def _column(table: str, key: str, facts: dict[str, Any]) -> dict[str, Any]:
    if key not in facts:
        raise PolicyError(f"Table {table}: no fact {key!r} is described.")
    return {"key": key, **facts[key]}


def _routed(tables: list[dict[str, Any]], kind: str, routing: dict[str, Any]) -> list[dict[str, Any]]:
    """The tables with those of one more kind of request; its chains and authorities join the common tables."""
    rows = {
        "CHAIN": [_row(band, chain) for band, chain in routing["chains"].items()],
        "AUTH": [_row(f"{kind}-{grant['role']}", {**grant, "request_kind": kind}) for grant in routing["authority"]],
    }
    joined = [{**table, "rows": [*table["rows"], *rows.get(table["code"], [])]} for table in tables]
    own: list[dict[str, Any]] = [dict(table) for table in routing["tables"]]
    bands = [table for table in own if table.get("use") == "band"]
    if "ladder" in routing and bands:
        bands[0]["ladder"] = routing["ladder"]
    return [*joined, *_with_columns(own, routing["facts"])]


def _table(code: str, kind: str, zh: str, en: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A table without conditions: every row always holds, so the rows are read by code."""
    return {
        "code": code, "kind": kind, "hit_policy": "first", "title_zh": zh, "title_en": en,
        "columns": [], "rows": rows,
    }  # fmt: skip


def _row(code: str, outputs: dict[str, str]) -> dict[str, Any]:
    return {"code": code, "cells": {}, "outputs": outputs, "rationale_zh": "", "rationale_en": ""}


def _scorecard(defaults: dict[str, Any], anchors_zh: dict[str, str]) -> list[dict[str, Any]]:
    card = defaults["scorecard"]
    titles = {
        "HP": ("历史回款(表 4)", "Payment history (form 4)"),
        "CE": ("客户评价(表 2)", "Customer evaluation (form 2)"),
        "FA": ("信用分析(表 3)", "Credit analysis (form 3)"),
        "DP": ("发展潜力(表 5)", "Development potential (form 5)"),
    }
    tables = [
        _table(
            f"SC-{code}",
            "scorecard",
            *titles[code],
            [_row(each["code"], _indicator(each, card["anchors"], anchors_zh)) for each in card["sections"][code]],
        )
        for code in titles
    ]
    weights = [_row(variant, weight) for variant, weight in card["weights"].items()]
    return [_table("SC-WEIGHTS", "scorecard", "评分卡权重", "Scorecard weights", weights), *tables]


def _indicator(each: dict[str, Any], anchors: dict[str, str], anchors_zh: dict[str, str]) -> dict[str, str]:
    """Bands are written ``bound:points``, best first."""
    code = each["code"]
    text = {key: each[key] for key in ("zh", "en", "max", "kind", "source", "data")}
    bands = " ".join(f"{bound}:{points}" for bound, points in each["bands"])
    return {**text, "bands": bands, "anchors": anchors.get(code, ""), "anchors_zh": anchors_zh.get(code, "")}


def _grades(defaults: dict[str, Any]) -> dict[str, Any]:
    rows = [
        _row(grade["grade"], {key: value for key, value in grade.items() if key != "grade"})
        for grade in defaults["grades"]
    ]
    return _table("GRADE", "grade", "信用等级与授信标准(表 8)", "Credit grades and what they are worth (form 8)", rows)


def _tier_policy(defaults: dict[str, Any], texts: dict[str, dict[str, str]]) -> dict[str, Any]:
    """The domain's text of each star under its number, as the rules read it; its wording per language beside it."""
    rows = []
    for position, item in enumerate(defaults["tier_policy"], start=1):
        outputs = {star: item[star] for star in "4321"} | split_label(item["item"])
        for star in "4321":
            words = texts.get(item[star], {"zh": item[star], "en": item[star]})
            outputs |= {f"{star}_zh": words["zh"], f"{star}_en": words["en"]}
        rows.append(_row(f"T-{position}", outputs))
    return _table("TIER-POLICY", "tier", "客户分类与销售政策标准表（表 7）", "Tier policy (form 7)", rows)


def split_label(label: str) -> dict[str, str]:
    """``标准账期 Standard term (days)`` is Chinese up to the first Latin word."""
    for index, character in enumerate(label):
        if character.isascii() and character.isalpha() and label[index - 1] == " ":
            return {"zh": label[:index].strip(), "en": label[index:].strip()}
    return {"zh": label, "en": label}


def _sla(defaults: dict[str, Any]) -> dict[str, Any]:
    rows = [_row(role, {"sla_hours": hours}) for role, hours in defaults["sla_hours"]]
    return _table("SLA", "sla", "处理时限(工作小时)", "Working hours per step", rows)

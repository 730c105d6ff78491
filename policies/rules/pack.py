"""One policy version, parsed once: everything that rules of any app ask the policy for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from policies.rules.cells import PolicyError
from policies.rules.chains import Chain, parse_chain
from policies.rules.metrics import Metrics, check_placed, metrics_of
from policies.rules.standards import Card, GradeStandard, Parameters
from policies.rules.tables import USES, Column, Row, Table, parse_table
from policies.rules.tiers.terms import TierTerms, tier_terms

SECTIONS = ("HP", "CE", "FA", "DP")


@dataclass(frozen=True, slots=True)
class RoleRule:
    """How a role takes part: its function, its level in that function, whom it stands for, its SLA.

    Whether it approves or only endorses is a matter of its authority in the kind of request.
    """

    code: str
    function: str
    level: int
    stands_for: frozenset[str]
    zh: str
    en: str
    sla_hours: int


@dataclass(frozen=True, slots=True)
class Authority:
    """Up to which value of `metric` a role may finally approve; None is unlimited, zero only endorses."""

    role: str
    request_kind: str
    metric: str
    ceiling: Decimal | None


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """A document that is mandatory when the requested limit is above `over` (company currency)."""

    code: str
    document: str
    over: Decimal
    zh: str
    en: str
    max_age_days: int | None


@dataclass(frozen=True)
class KindRules:
    """The tables that route one kind of request, and every fact that they ask for."""

    bands: tuple[Table, ...]
    joins: tuple[Table, ...]
    escalators: tuple[Table, ...]
    blocks: tuple[Table, ...]
    notices: tuple[Table, ...]
    columns: Mapping[str, Column]
    metrics: Metrics | None = None

    @property
    def tables(self) -> tuple[Table, ...]:
        """All of them."""
        return (*self.bands, *self.joins, *self.escalators, *self.blocks, *self.notices)


@dataclass(frozen=True)
class Pack:
    """A policy version in force, ready to be asked. Built by `build_pack`; never changed."""

    number: int
    digest: str
    tables: Mapping[str, Table]
    kinds: Mapping[str, KindRules]
    chains: Mapping[str, Chain]
    chain_sla: Mapping[str, Mapping[str, int]]
    roles: Mapping[str, RoleRule]
    authority: tuple[Authority, ...]
    scorecard: Card
    grades: tuple[GradeStandard, ...]
    tier_terms: Mapping[int, TierTerms]
    sla_hours: Mapping[str, int]
    documents_by_amount: tuple[DocumentRule, ...]
    parameters: Parameters
    approving: Mapping[str, frozenset[str]]
    routes: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def required_documents(self, amount: Decimal) -> list[DocumentRule]:
        """Documents that are mandatory for a requested limit of `amount` (company currency)."""
        return [rule for rule in self.documents_by_amount if amount > rule.over]

    def grade(self, code: str) -> GradeStandard:
        """The standard of a grade. Raises PolicyError for an unknown one."""
        for standard in self.grades:
            if standard.grade == code:
                return standard
        raise PolicyError(f"No grade {code!r} in this policy version.")


def canonical(content: Any) -> str:
    """The one text of a JSON value, whatever order its keys came in."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a version's content."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def build_pack(number: int, content: Mapping[str, Any]) -> Pack:
    """Parse the stored tables of a version: ``{"tables": [...]}``.

    Raises PolicyError naming table, row and column of what cannot be read or does not fit together.
    """
    stored = {table["code"]: table for table in content["tables"]}
    values = {row["code"]: row["outputs"]["value"] for row in stored["PARAM"]["rows"]}
    parameters = _parameters(values)
    scale = parameters.doa_scale
    tables = {code: parse_table(table, scale) for code, table in stored.items()}
    sla = {row.code: int(row.outputs["sla_hours"]) for row in tables["SLA"].rows}
    roles = {row.code: _role(row.code, row.outputs, sla) for row in tables["ROLES"].rows}
    chains = {row.code: parse_chain(row.outputs["chain"]) for row in tables["CHAIN"].rows}
    unknown = {role for chain in chains.values() for stage in chain.stages for role in stage} - roles.keys()
    if unknown:
        raise PolicyError(f"Table CHAIN names roles that ROLES does not know: {', '.join(sorted(unknown))}.")
    kinds = {kind: _kind_rules(kind, tables) for kind in sorted({t.request_kind for t in tables.values()} - {""})}
    routed = (table for rules in kinds.values() for table in (*rules.bands, *rules.joins))
    chainless = {band for table in routed for band in (*table.ladder, *_bands(table))} - chains.keys()
    if chainless:
        raise PolicyError(f"No approval chain for {', '.join(sorted(chainless))}.")
    check_placed(tables.values(), kinds)
    authority = tuple(_authority(row.outputs, kinds, scale) for row in tables["AUTH"].rows)
    return Pack(
        number=number,
        digest=content_digest(content),
        tables=tables,
        kinds=kinds,
        chains=chains,
        chain_sla={row.code: _sla(row.outputs.get("sla", "")) for row in tables["CHAIN"].rows},
        roles=roles,
        authority=authority,
        scorecard=_card(tables),
        grades=tuple(GradeStandard.from_json({"grade": row.code, **row.outputs}) for row in tables["GRADE"].rows),
        tier_terms=tier_terms({**row.outputs, "item": row.outputs["zh"]} for row in tables["TIER-POLICY"].rows),
        sla_hours=sla,
        documents_by_amount=tuple(_document(row) for row in tables["DOCS"].rows),
        parameters=parameters,
        approving={
            kind: frozenset(grant.role for grant in authority if grant.request_kind == kind and grant.ceiling != 0)
            for kind in kinds
        },
    )


def _kind_rules(kind: str, tables: Mapping[str, Table]) -> KindRules:
    """The tables of a kind by their use. Raises PolicyError for a band that its ladder does not know."""
    mine = [table for table in tables.values() if table.request_kind == kind]
    for table in mine:
        strangers = _bands(table) - set(table.ladder) if table.use == "band" else set()
        if strangers:
            raise PolicyError(f"Table {table.code}: the ladder does not know {', '.join(sorted(strangers))}.")
    used = {use: tuple(table for table in mine if table.use == use) for use in USES}
    columns = {column.key: column for table in mine for column in table.columns}
    metrics = metrics_of(kind, tables, columns)
    if metrics is not None:
        columns = {**metrics.columns, **columns}
    return KindRules(used["band"], used["join"], used["escalator"], used["block"], used["notice"], columns, metrics)


def _bands(table: Table) -> set[str]:
    return {row.outputs["band"] for row in table.rows}


def _sla(text: str) -> dict[str, int]:
    pairs = (part.split() for part in text.split(",") if part.strip())
    return {role: int(hours) for role, hours in pairs}


def _role(code: str, outputs: Mapping[str, str], sla: Mapping[str, int]) -> RoleRule:
    if code not in sla:
        raise PolicyError(f"Table SLA has no hours for {code}.")
    return RoleRule(
        code,
        outputs["function"],
        int(outputs["level"]),
        frozenset(outputs.get("stands_for", "").split()),
        outputs["zh"],
        outputs["en"],
        sla[code],
    )


def _authority(outputs: Mapping[str, str], kinds: Mapping[str, KindRules], scale: Decimal) -> Authority:
    """A ceiling; like every threshold of money it is multiplied by doa_scale."""
    kind, metric = outputs["request_kind"], outputs["metric"]
    column = kinds[kind].columns.get(metric) if kind in kinds else None
    factor = scale if column is not None and column.kind == "money" else Decimal(1)
    ceiling = Decimal(outputs["ceiling"]) * factor if outputs["ceiling"] else None
    return Authority(outputs["role"], kind, metric, ceiling)


def _parameters(values: Mapping[str, str]) -> Parameters:
    """Rows named after the fields of Parameters; ``security_haircuts.deposit`` is one member of a mapping."""
    known = {each.name for each in fields(Parameters)}
    plain: dict[str, str | dict[str, str]] = {key: value for key, value in values.items() if key in known}
    for key, value in values.items():
        name, dot, member = key.partition(".")
        if dot:
            members = plain.setdefault(name, {})
            if isinstance(members, dict):
                members[member] = value
    return Parameters.from_json(plain)


def _card(tables: Mapping[str, Table]) -> Card:
    """The scorecard from its tables; bands are written ``bound:points``, best first."""
    sections = {
        code: [
            {
                **row.outputs,
                "code": row.code,
                "bands": [pair.split(":") for pair in row.outputs["bands"].split()],
            }
            for row in tables[f"SC-{code}"].rows
        ]
        for code in SECTIONS
    }
    anchors = {row.code: row.outputs["anchors"] for code in SECTIONS for row in tables[f"SC-{code}"].rows}
    weights = {row.code: row.outputs for row in tables["SC-WEIGHTS"].rows}
    return Card.from_json({"sections": sections, "weights": weights, "anchors": anchors})


def _document(row: Row) -> DocumentRule:
    bound = row.conditions[0][1].intervals[0].low
    if bound is None:
        raise PolicyError(f"Table DOCS, row {row.code}: write the amount as `> 100000`.")
    said = row.outputs
    age = int(said["max_age_days"]) if said["max_age_days"] else None
    return DocumentRule(row.code, said["document"], bound, said["zh"], said["en"], age)

"""Reads: the version in force on a day, and its tables as a pack."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from audit.models import Event
from policies.models import PolicyVersion
from policies.rules.cells import PolicyError
from policies.rules.pack import Pack, build_pack


class NoPolicyError(LookupError):
    """No policy version is in force on the day: nothing can be routed."""


def version_in_force(on: date) -> PolicyVersion:
    """The version in force on a business day, also a past one. Raises NoPolicyError."""
    found = PolicyVersion.objects.covering(on).first()
    if found is None:
        raise NoPolicyError(f"No policy version is in force on {on}.")
    return found


def version_numbered(number: int) -> PolicyVersion:
    """The version with this number, as pinned on a submission. Raises PolicyVersion.DoesNotExist."""
    return PolicyVersion.objects.get(number=number)


def agreed_by(version: PolicyVersion) -> str:
    """The number of the request by which a version was agreed; empty for what was shipped or came back."""
    told = (
        Event.objects.filter(action="policy.version_scheduled", object_id=str(version.number)).order_by("-pk").first()
    )
    return str(told.content.get("extra", {}).get("request", "")) if told is not None else ""


def content(version: PolicyVersion) -> dict[str, Any]:
    """The stored form of a version's tables: what its digest covers. Two queries."""
    return {
        "tables": [
            {
                "code": table.code,
                "kind": table.kind,
                "hit_policy": table.hit_policy,
                "title_zh": table.title_zh,
                "title_en": table.title_en,
                "columns": table.columns,
                **({"routing": table.routing} if table.routing else {}),
                "rows": [
                    {
                        "code": row.code,
                        "cells": row.cells,
                        "outputs": row.outputs,
                        "rationale_zh": row.rationale_zh,
                        "rationale_en": row.rationale_en,
                    }
                    for row in table.rows.all()
                ],
            }
            for table in version.tables.prefetch_related("rows")
        ]
    }


def pack(version: PolicyVersion) -> Pack:
    """The version's tables, parsed; kept in memory by digest, since a version in force never changes.

    Raises PolicyError when the stored tables are not those that the digest was made of.
    """
    return _pack(version.number, version.digest)


def pinned_pack(number: int, digest: str) -> Pack:
    """The pack of a version as pinned on a submission; no statement once it is in memory.

    Raises PolicyError when the version's tables are no longer those of the digest.
    """
    return _pack(number, digest)


@lru_cache(maxsize=32)
def _pack(number: int, digest: str) -> Pack:
    try:
        built = build_pack(number, content(version_numbered(number)))
    except PolicyError:
        raise
    except (LookupError, ValueError, ArithmeticError, AttributeError, TypeError) as error:  # a draft says anything
        raise PolicyError(f"The tables of policy version {number} cannot be read: {error!r}.") from error
    if built.digest != digest:
        raise PolicyError(f"The tables of policy version {number} do not match its digest.")
    return built

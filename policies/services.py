"""Writing policy versions. Editing, checking and approving new versions build on this."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.services import record
from policies.models import DecisionTable, PolicyVersion, TableRow
from policies.queries import pack as pack_of
from policies.rules.cells import PolicyError
from policies.rules.check import check
from policies.rules.pack import build_pack
from policies.seed import default_content

FIRST = 1


@transaction.atomic
def load_default_version(effective_from: date, actor: User | None = None) -> PolicyVersion:
    """Put version 1, the domain's default tables, in force from a day on; a second call changes nothing.

    Args: `actor` None is the system. Raises PolicyError when the shipped tables cannot be read.
    """
    found = PolicyVersion.objects.filter(number=FIRST).first()
    if found is not None:
        return found
    note = "默认政策表 / Default tables"
    version = draft_version(FIRST, default_content(), effective_from, note, actor)
    return activate(version, actor)


@transaction.atomic
def draft_version(
    number: int, content: Mapping[str, Any], effective_from: date, change_note: str, actor: User | None
) -> PolicyVersion:
    """Store the tables of a new version as a draft.

    Args: `content` in the stored form, ``{"tables": [...]}``. Raises PolicyError naming what cannot be read.
    """
    pack = build_pack(number, content)
    version = PolicyVersion.objects.create(
        number=number,
        effective_from=effective_from,
        digest=pack.digest,
        change_note=change_note,
        created_by=actor,
    )
    tables = DecisionTable.objects.bulk_create(
        DecisionTable(version=version, position=position, **{key: table[key] for key in table if key != "rows"})
        for position, table in enumerate(content["tables"])
    )
    TableRow.objects.bulk_create(
        TableRow(table=table, position=position, **row)
        for table, stored in zip(tables, content["tables"], strict=True)
        for position, row in enumerate(stored["rows"])
    )
    return version


@transaction.atomic
def activate(version: PolicyVersion, actor: User | None) -> PolicyVersion:
    """Put a draft in force from its effective date; whichever version was open-ended ends on that day.

    Raises PolicyError with every finding that a check of its tables made (`policies.rules.check`), IntegrityError when
    its period would overlap another version's.
    """
    wrong = [finding for finding in check(pack_of(version)) if finding.blocking]
    if wrong:
        raise PolicyError("; ".join(finding.sentence for finding in wrong))
    state = PolicyVersion.State
    before = PolicyVersion.objects.select_for_update().filter(
        state=state.ACTIVE, effective_to__isnull=True, effective_from__lt=version.effective_from
    )
    ended = [each.number for each in before]
    before.update(effective_to=version.effective_from, state=state.RETIRED)
    version.state = state.ACTIVE
    version.save(update_fields=["state"])
    record(
        "policy.version_activated",
        stream="policy",
        actor=actor,
        object_type="policy_version",
        object_id=str(version.number),
        object_label=str(version),
        after={"state": version.state, "effective_from": version.effective_from, "digest": version.digest},
        reason=version.change_note,
        policy={"number": version.number, "digest": version.digest},
        extra={"ended": ended} if ended else None,
    )
    return version

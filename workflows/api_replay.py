"""REST resource policies/{number}/replays: start one, follow it, read what would have been different."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from accounts.queries import has_role
from accounts.schemas import Cursor, Limit, acting, idempotency_key, keyset
from jobs.answers import answered_once
from policies.models import REPLAY_READERS, PolicyReplay, PolicyVersion
from policies.replays import summary_lines, totals
from policies.rules.replay import CHANGES, SAME
from workflows import replay_shown, replaying
from workflows.schemas_replay import ReplayDetail, ReplayIn, ReplayOut, ReplayPage

replays = Router(tags=["policy replays"])


def _rows(request: HttpRequest, number: int) -> Any:
    if not has_role(acting(request), *REPLAY_READERS):
        raise PermissionDenied
    version = get_object_or_404(PolicyVersion, number=number)
    rows = PolicyReplay.objects.visible_to(acting(request)).filter(version=version)
    return rows.select_related("version", "base", "created_by")


def _out(replay: PolicyReplay) -> dict[str, Any]:
    return {
        "id": replay.pk,
        "version": replay.version.number,
        "digest": replay.digest,
        "current": replay.digest == replay.version.digest,
        "base": replay.base.number,
        "months": replay.months,
        "valid_from": replay.valid_from,
        "valid_to": replay.valid_to,
        "state": replay.state,
        "problem": replay.problem,
        "done": replay.done,
        "total": replay.total,
        "created_by": replay.created_by.display_name,
        "created_at": replay.created_at,
        "finished_at": replay.finished_at,
    }


def _detail(replay: PolicyReplay, request: HttpRequest) -> dict[str, Any]:
    result = replay.result if replay.state == PolicyReplay.State.DONE else {}
    whole = totals(result)
    return {
        **_out(replay),
        "judged": whole["judged"],
        "changes": {name: whole["changes"].get(name, 0) for name in (SAME, *CHANGES)},
        "automatic": {side: whole[side]["automatic"] for side in ("before", "after")},
        "decisions": {side: whole[side]["steps"] for side in ("before", "after")},
        "refused_then_eased": whole["eased_refused"],
        "kinds": [_kind(row) for row in replay_shown.kind_rows(result)],
        "roles": [_load(row) for row in replay_shown.loads(replay)] if result else [],
        "places": [_load(row) for row in replay_shown.places(replay)] if result else [],
        "not_judged": result.get("not_judged", {}),
        "summary": [{"zh": line.zh, "en": line.en} for line in summary_lines(replay)] if result else [],
        "examples": [
            {"change": group["change"], **{name: row[name] for name in ("no", "kind", "before", "after", "outcome")}}
            for group in (replay_shown.examples(replay, acting(request)) if result else [])
            for row in group["rows"]
        ],
    }


def _kind(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": row["code"],
        "read": row["read"],
        "judged": row["judged"],
        "changed": row["changed"],
        "released": row["released"],
        "held": row["held"],
    }


def _load(row: replay_shown.Load) -> dict[str, Any]:
    return {"role": row.role, "place": row.place, "before": row.before, "after": row.after, "people": row.people}


@replays.get("/{int:number}/replays", response=ReplayPage, summary="List the replays of a policy version")
def list_replays(request: HttpRequest, number: int, cursor: Cursor = None, limit: Limit = 50) -> dict[str, Any]:
    """Newest first; `current` says whether the tables are still those that were replayed."""
    page, following = keyset(_rows(request, number), cursor, limit)
    return {"items": [_out(row) for row in page], "next_cursor": following}


@replays.post("/{int:number}/replays", response={201: ReplayOut}, summary="Start a replay")
def start_replay(request: HttpRequest, number: int, body: ReplayIn) -> Status[Any]:
    """Judge the submissions of the last months by this version and by the one in force; follow it under its id."""
    user, key = acting(request), idempotency_key(request)
    if not has_role(user, *REPLAY_READERS):
        raise PermissionDenied
    version = get_object_or_404(PolicyVersion, number=number)

    def write() -> dict[str, Any]:
        return _out(replaying.start(version, body.months, actor=user, idempotency_key=key))

    return Status(201, answered_once(user, key, ["replay", number, body.months], write))


@replays.get("/{int:number}/replays/{int:pk}", response=ReplayDetail, summary="Read a replay")
def show_replay(request: HttpRequest, number: int, pk: int) -> dict[str, Any]:
    """How far it is, and when it is done whom the version would have asked, by kind, role and place, with examples."""
    return _detail(get_object_or_404(_rows(request, number), pk=pk), request)

"""Filters of the queue that somebody keeps under names of his own: a preference, which decides nothing."""

from collections.abc import Callable
from typing import Any, Final

from django.db.models import Max
from django.http import Http404

from accounts.models import User
from jobs.idempotency import once
from workflows import rules
from workflows.models import SavedFilter
from workflows.refusals import problem

MOST: Final = 20
LONGEST_NAME: Final = 60


def save_filter(name: str, query: str, *, actor: User, idempotency_key: str, default: bool = False) -> SavedFilter:
    """Keep a filter at the end of one's list.

    Args:
        query: as in the address of the queue (`QueueFilter.query`).
        default: the queue opens with it.

    Raises:
        Problem: no name, a name that is too long or taken, or too many filters (422).
    """

    def write() -> dict[str, Any]:
        mine = _locked(actor)
        words = _name(mine, name)
        if len(mine) >= MOST:
            raise problem(rules.Refusal("filters_many", 422, values={"most": str(MOST)}))
        if default:
            _no_default(actor)
        last = SavedFilter.objects.filter(user=actor).aggregate(last=Max("position"))["last"]
        place = 0 if last is None else last + 1
        made = SavedFilter.objects.create(user=actor, name=words, query=query, is_default=default, position=place)
        return {"filter": made.pk}

    return _mine(actor, _once(actor, idempotency_key, ["filter", name, query, default], write)["filter"])


def change_filter(
    pk: int, *, actor: User, idempotency_key: str, name: str | None = None, default: bool | None = None
) -> SavedFilter:
    """Give a filter another name, or let the queue open with it or no longer; None leaves it.

    Raises:
        Http404: the actor has no such filter.
        Problem: as `save_filter`.
    """

    def write() -> dict[str, Any]:
        mine = _locked(actor)
        found = next((each for each in mine if each.pk == pk), None)
        if found is None:
            raise Http404
        if name is not None:
            found.name = _name([each for each in mine if each.pk != pk], name)
        if default is not None:
            _no_default(actor)
            found.is_default = default
        found.save(update_fields=["name", "is_default"])
        return {"filter": pk}

    return _mine(actor, _once(actor, idempotency_key, ["filter", pk, name, default], write)["filter"])


def move_filter(pk: int, by: int, *, actor: User, idempotency_key: str) -> list[SavedFilter]:
    """Move a filter up (-1) or down (1) in one's list; at its end it stays. Raises Http404."""

    def write() -> dict[str, Any]:
        mine = _locked(actor)
        place = next((place for place, each in enumerate(mine) if each.pk == pk), None)
        if place is None:
            raise Http404
        mine.insert(max(0, place + by), mine.pop(place))
        for position, each in enumerate(mine):
            each.position = position
        SavedFilter.objects.bulk_update(mine, ["position"])
        return {}

    _once(actor, idempotency_key, ["filter", pk, "by", by], write)
    return list(SavedFilter.objects.filter(user=actor))


def remove_filter(pk: int, *, actor: User, idempotency_key: str) -> None:
    """Forget a filter. Raises Http404."""

    def write() -> dict[str, Any]:
        if not SavedFilter.objects.filter(user=actor, pk=pk).delete()[0]:
            raise Http404
        return {}

    _once(actor, idempotency_key, ["filter", pk, "remove"], write)


def _once(actor: User, key: str, what: list[Any], write: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    return once(actor, key, what, write)[0]


def _locked(actor: User) -> list[SavedFilter]:
    """The actor's filters; two changes of one person wait for each other."""
    User.objects.select_for_update(of=("self",)).filter(pk=actor.pk).values_list("pk").get()
    return list(SavedFilter.objects.filter(user=actor))


def _mine(actor: User, pk: int) -> SavedFilter:
    found = SavedFilter.objects.filter(user=actor, pk=pk).first()
    if found is None:
        raise Http404
    return found


def _name(others: list[SavedFilter], name: str) -> str:
    words = " ".join(name.split())
    if not words:
        raise problem(rules.Refusal("filter_name_missing", 422), "name")
    if len(words) > LONGEST_NAME:
        raise problem(rules.Refusal("filter_name_long", 422, values={"most": str(LONGEST_NAME)}), "name")
    if any(each.name.casefold() == words.casefold() for each in others):
        raise problem(rules.Refusal("filter_name_taken", 422), "name")
    return words


def _no_default(actor: User) -> None:
    SavedFilter.objects.filter(user=actor, is_default=True).update(is_default=False)

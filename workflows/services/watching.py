"""Who is kept informed about a request (抄送); whoever watches decides nothing by it."""

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.models import User
from workflows import rules
from workflows.models import Request, Watcher
from workflows.notices import news
from workflows.refusals import problem
from workflows.services.comments import seen_and_locked
from workflows.services.doors import Answer, door
from workflows.sharing import show
from workflows.trail import note_aside


def watch(no: str, *, actor: User, idempotency_key: str, user: User | None = None) -> Watcher:
    """Be told what happens to a request, or have a colleague told; watching twice is nothing.

    A colleague sees the request from then on; of a confidential one he has to see it already.

    Args:
        user: the colleague; None is the actor himself.

    Raises:
        Http404: no such request, or the actor does not see it.
        Problem: the colleague's account is closed, or he may not see the confidential request (422).
    """
    whom = user or actor
    answer = door(actor, idempotency_key, ["watch", no, whom.pk], lambda: _watch(no, actor, whom), no=no)
    return Watcher.objects.select_related("user", "added_by").get(pk=answer["watcher"])


def _watch(no: str, actor: User, whom: User) -> Answer:
    request = seen_and_locked(no, actor)
    if not whom.is_active:
        raise problem(rules.Refusal("watcher_closed", 422), "user")
    if request.confidential and not Request.objects.visible_to(whom).filter(pk=request.pk).exists():
        raise problem(rules.Refusal("watcher_confidential", 422), "user")
    found = Watcher.objects.filter(request=request, user=whom, ended_at__isnull=True).first()
    if found is not None:
        return {"watcher": found.pk}
    show(request, whom, actor=actor)
    try:
        with transaction.atomic():
            made = Watcher.objects.create(request=request, user=whom, added_by=actor)
    except IntegrityError:  # somebody else added him at this moment
        return {"watcher": Watcher.objects.get(request=request, user=whom, ended_at__isnull=True).pk}
    note_aside(request, "request.watched", actor, after={"watcher": whom.pk, "name": whom.display_name})
    if whom.pk != actor.pk:
        news([{"what": "watched", "actor": actor.pk, "to": [whom.pk]}], request=request.pk)
    return {"watcher": made.pk}


def unwatch(no: str, *, actor: User, idempotency_key: str, user: User | None = None) -> None:
    """Be told no longer, or take off somebody whom one has added; what he was shown he may still read.

    Args:
        user: the colleague; None is the actor himself.

    Raises:
        Http404: no such request, or the actor does not see it.
        Problem: somebody else added the colleague (403).
    """
    whom = user or actor
    door(actor, idempotency_key, ["unwatch", no, whom.pk], lambda: _unwatch(no, actor, whom), no=no)


def _unwatch(no: str, actor: User, whom: User) -> Answer:
    request = seen_and_locked(no, actor)
    found = Watcher.objects.select_for_update().filter(request=request, user=whom, ended_at__isnull=True).first()
    if found is None:
        return {}
    if actor.pk not in (found.user_id, found.added_by_id):
        raise problem(rules.Refusal("watcher_not_yours"))
    Watcher.objects.filter(pk=found.pk).update(ended_at=Now())
    note_aside(request, "request.unwatched", actor, before={"watcher": whom.pk, "name": whom.display_name})
    return {"watcher": found.pk}

"""What people say to each other about a request; a comment decides nothing and is never changed."""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, Q, Value
from django.http import Http404

from accounts.models import User
from workflows import rules
from workflows.models import Comment, Request
from workflows.notices import news
from workflows.refusals import problem
from workflows.rules.mentions import fragments, mentioned
from workflows.services.doors import Answer, door
from workflows.sharing import show
from workflows.trail import note_aside

LONGEST: Final = 2000


@dataclass(frozen=True)
class Said:
    """A comment as it was taken.

    Args:
        shown: names of those who see the request from now on, because they were mentioned.
        unreached: names of those who are not told, because they do not see this confidential request.
    """

    comment: Comment
    shown: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()


def comment(no: str, text: str, *, actor: User, idempotency_key: str) -> Said:
    """Say something about a request to everybody who sees it, and to those whom it mentions with ``@``.

    Whoever is mentioned sees the request from then on, unless it is confidential: then he is not told.

    Args:
        text: plain, 1 to 2,000 characters.

    Raises:
        Http404: no such request, or the actor does not see it.
        Problem: empty or too long (422).
    """
    words = text.replace("\r\n", "\n").strip()
    answer = door(actor, idempotency_key, ["comment", no, words], lambda: _comment(no, words, actor), no=no)
    said = Comment.objects.select_related("author", "request").get(pk=answer["comment"])
    return Said(said, tuple(answer["shown"]), tuple(answer["unreached"]))


def _comment(no: str, words: str, actor: User) -> Answer:
    request = seen_and_locked(no, actor)
    if not words:
        raise problem(rules.Refusal("comment_empty", 422), "text")
    if len(words) > LONGEST:
        raise problem(rules.Refusal("comment_long", 422, values={"most": f"{LONGEST:,}"}), "text")
    people = people_in(words, actor)
    shown, unreached = [], []
    for person in people:
        if not request.confidential and show(request, person, actor=actor):
            shown.append(person)
        elif request.confidential and not Request.objects.visible_to(person).filter(pk=request.pk).exists():
            unreached.append(person)
    reached = [person for person in people if person not in unreached]
    made = Comment.objects.create(request=request, author=actor, text=words, mentions=[person.pk for person in reached])
    note_aside(request, "request.commented", actor, after={"comment": made.pk, "mentions": made.mentions}, reason=words)
    told: list[dict[str, Any]] = [{"what": "commented", "actor": actor.pk, "comment": made.pk}]
    if reached:
        told.append({"what": "mentioned", "actor": actor.pk, "comment": made.pk, "to": made.mentions})
    news(told, request=request.pk)
    return {"comment": made.pk, "shown": _names(shown), "unreached": _names(unreached)}


def seen(no: str, actor: User) -> Request:
    """The request, as far as the actor sees it. Raises Http404."""
    found = Request.objects.visible_to(actor).select_related("customer").filter(no=no).first()
    if found is None:
        raise Http404
    return found


def seen_and_locked(no: str, actor: User) -> Request:
    """The request as `seen`, its row locked as every door locks it before it writes into the chain of the request.

    Without that, the keys of new rows would be checked at the commit, after the chain: a deadlock with who decides.
    """
    found = seen(no, actor)
    Request.objects.select_for_update().order_by().get(pk=found.pk)
    return found


def people_in(words: str, actor: User) -> list[User]:
    """Active colleagues whom the text names; a name that two of them share means neither, an address always one."""
    wanted = fragments(words)
    if not wanted:
        return []
    fits = Q()
    for fragment in wanted:
        fits |= Q(pk__in=_named_in(fragment).values("pk"))
    found = list(User.objects.filter(fits, is_active=True).exclude(person=actor.person_id))
    names: dict[str, int] = {}
    for person in found:
        name = person.display_name.casefold()
        names[name] = 0 if name in names else person.pk
        names[person.email.casefold()] = person.pk
    by_id = {person.pk: person for person in found}
    return [by_id[pk] for pk in mentioned(words, names) if pk in by_id]


def _named_in(fragment: str) -> Any:
    text = User.objects.annotate(said=Value(fragment))
    return text.filter(Q(said__istartswith=F("display_name")) | Q(said__istartswith=F("email")))


def _names(people: list[User]) -> list[str]:
    return [person.display_name for person in people]

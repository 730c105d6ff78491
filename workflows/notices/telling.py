"""From news to notifications: one row per person, and one delivery per channel that the person wants."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import uuid4

from django.conf import settings

from accounts.models import User
from jobs import services as jobs
from workflows.models import (
    Delivery,
    DeliveryState,
    MailWish,
    Notification,
    NotificationPreference,
    PanelMode,
    Request,
    Step,
)
from workflows.models.notices import Channel
from workflows.notices.channels import address_of, configured
from workflows.notices.recipients import Told, recipients
from workflows.notices.said import values_of
from workflows.notices.words import TO_ACT, TO_DECIDE

DELIVER: Final = "workflows.deliver"
# Of several news of one moment about one request a person reads only the one that says most.
SAYS_MORE: Final[Mapping[str, frozenset[str]]] = {
    "decided": frozenset({"returned", "approved", "rejected", "effective", "overridden", "undone"}),
    "approved": frozenset({"effective"}),
    "commented": frozenset({"mentioned"}),
    "opened": frozenset({"added", "transferred", "escalated"}),
}


def tell(key: str, request: int | None, events: list[dict[str, Any]]) -> list[Notification]:
    """Write the notifications of some news and put their deliveries on their way.

    Args:
        key: names the news; the same key again makes no second notification.
        request: what it is about; primary key.
        events: as `Round.tell` collected them: what, step and actor (primary keys), and further identifiers.
    """
    news = _loaded(request, events)
    wanted = [
        (user, told, f"{key}:{number}:{told.what}") for number, told in enumerate(news) for user in recipients(told)
    ]
    chosen = _once_for_each_vote(_strongest(wanted))
    names = {name: told for _user, told, name in chosen}
    values = {name: values_of(told) for name, told in names.items()}
    known = set(Notification.objects.filter(event_key__in=list(names)).values_list("user_id", "event_key"))
    made = Notification.objects.bulk_create(
        Notification(
            user=user,
            what=told.what,
            request=told.request,
            step=told.step,
            actor=told.actor,
            values=values[name],
            event_key=name,
        )
        for user, told, name in chosen
        if (user.pk, name) not in known
    )
    dispatch(made)
    return made


def dispatch(made: Iterable[Notification]) -> None:
    """One delivery for every notification and channel; those at once get a job."""
    made = list(made)
    wishes = wishes_of({told.user_id for told in made})
    rows = Delivery.objects.bulk_create(
        delivery for told in made for delivery in _deliveries(told, wishes.get(told.user_id))
    )
    for row in rows:
        if row.state == DeliveryState.QUEUED and not row.daily:
            jobs.enqueue(DELIVER, f"deliver:{row.pk}", {"delivery": row.pk})


def wishes_of(users: Iterable[int]) -> dict[int, NotificationPreference]:
    """What people prefer, by user; nobody is in it who has never said anything."""
    return {row.user_id: row for row in NotificationPreference.objects.filter(user__in=set(users))}


def _deliveries(told: Notification, wish: NotificationPreference | None) -> list[Delivery]:
    wish = wish or NotificationPreference(user=told.user)
    off = wish.mail == MailWish.OFF
    mail = Delivery(
        notification=told,
        channel=Channel.MAIL,
        daily=wish.mail == MailWish.DAILY,
        state=DeliveryState.SUPPRESSED if off else DeliveryState.QUEUED,
        last_error="off" if off else "",
        message_id=new_message_id(),
    )
    urgent = told.what in TO_ACT
    others = [
        Delivery(notification=told, channel=name, message_id=new_message_id())
        for name in configured()
        if address_of(told.user, name, wish) and (urgent or name != Channel.SMS)
    ]
    return [mail, *others]


def new_message_id() -> str:
    """A Message-ID that no other mail has; kept with the delivery, so that every attempt bears it."""
    return f"<{uuid4().hex}@{settings.MAIL_DOMAIN}>"


def _strongest(wanted: list[tuple[User, Told, str]]) -> list[tuple[User, Told, str]]:
    """Drop what somebody learns anyway from other news of the same moment."""
    heard: dict[tuple[int, int | None], set[str]] = {}
    for user, told, _name in wanted:
        heard.setdefault((user.pk, told.request.pk if told.request else None), set()).add(told.what)
    return [
        (user, told, name)
        for user, told, name in wanted
        if not heard[user.pk, told.request.pk if told.request else None] & SAYS_MORE.get(told.what, frozenset())
    ]


def _once_for_each_vote(wanted: list[tuple[User, Told, str]]) -> list[tuple[User, Told, str]]:
    """Of a vote whose seats are still free a person hears once: he takes any one of them."""
    heard: dict[tuple[int, str, str], tuple[User, Told, str]] = {}
    for user, told, name in wanted:
        step = told.step
        vote = step is not None and step.panel_mode == PanelMode.VOTE and step.assignee_id is None
        about = f"{step.submission_id}:{step.panel}" if step and vote and told.what in TO_DECIDE else name
        heard.setdefault((user.pk, told.what, about), (user, told, name))
    return list(heard.values())


def _loaded(request: int | None, events: list[dict[str, Any]]) -> list[Told]:
    """The rows behind the keys: three statements for all events together."""
    people = ("customer__owner", "unit", "region", "owner", "submitter")
    about = Request.objects.select_related(*people).filter(pk=request).first() if request else None
    steps = Step.objects.select_related("decision").in_bulk({each["step"] for each in events if each.get("step")})
    actors = User.objects.in_bulk({each["actor"] for each in events if each.get("actor")})
    return [
        Told(
            each["what"],
            about,
            steps.get(each.get("step")),
            actors.get(each.get("actor")),
            {name: value for name, value in each.items() if name not in ("what", "step", "actor")},
        )
        for each in events
    ]

"""What the REST API says of notifications, deliveries and preferences."""

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from accounts.schemas import Page, Strict, Text


class DeliveryOut(Schema):
    """One way out; `state` is queued, sent, failed, bounced or suppressed."""

    id: int
    channel: str
    state: str
    attempts: int
    last_error: str
    created_at: datetime
    sent_at: datetime | None


class NotificationOut(Schema):
    """What you are told; `request` is null when it is about none, or about one that you may not see any more."""

    id: int
    what: str
    sentence: str
    quote: str
    request: str | None
    step: int | None
    created_at: datetime
    read_at: datetime | None
    deliveries: list[DeliveryOut]


class NotificationPage(Page):
    """Newest first."""

    items: list[NotificationOut]


class DeliveryPage(Page):
    """Newest first."""

    items: list[DeliveryOut]


class ReadOut(Schema):
    """How many were unread before."""

    marked: int


class Preference(Strict):
    """How you want to be told; the names by which other services know you, empty when they are not used."""

    mail: Literal["at_once", "daily", "off"]
    wecom: Text = Field(default="", max_length=64, pattern=r"^[A-Za-z0-9._@-]*$")
    dingtalk: Text = Field(default="", max_length=64, pattern=r"^(\+?[0-9]{5,15})?$")
    sms: Text = Field(default="", max_length=20, pattern=r"^(\+?[0-9]{5,15})?$")

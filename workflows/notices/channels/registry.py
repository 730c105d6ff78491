"""Which channels this installation has, and by which name each knows a person."""

from typing import Final

from django.conf import settings

from accounts.models import User
from workflows.models import NotificationPreference
from workflows.models.notices import Channel as Name
from workflows.notices.channels.dingtalk import DingTalk
from workflows.notices.channels.mail import Mail
from workflows.notices.channels.outgoing import Channel
from workflows.notices.channels.sms import Sms
from workflows.notices.channels.wecom import WeCom

CHANNELS: Final[dict[str, Channel]] = {
    Name.MAIL: Mail(),
    Name.WECOM: WeCom(),
    Name.DINGTALK: DingTalk(),
    Name.SMS: Sms(),
}
NEEDS: Final = {Name.WECOM: "WECOM_CORP_ID", Name.DINGTALK: "DINGTALK_WEBHOOK", Name.SMS: "SMS_URL"}


def channel_of(name: str) -> Channel:
    """The channel of this name. Raises KeyError for a name that no release knew."""
    return CHANNELS[name]


def configured() -> list[str]:
    """The channels beside mail that the settings have switched on."""
    return [str(name) for name, setting in NEEDS.items() if getattr(settings, setting, "")]


def address_of(user: User, name: str, wish: NotificationPreference) -> str:
    """Where a channel finds the person; empty when it cannot."""
    return str(user.email if name == Name.MAIL else getattr(wish, name, ""))

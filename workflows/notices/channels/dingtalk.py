"""DingTalk (钉钉): a robot in a group calls one person by mobile number; every call is signed.

The group reads it too: number and a few words, nothing else.
"""

import base64
import hashlib
import hmac
import time
from typing import Final
from urllib.parse import quote_plus

from django.conf import settings

from workflows.notices.channels.http import call
from workflows.notices.channels.outgoing import Outgoing, RefusedError, UnavailableError

# Busy, and more than twenty messages in a minute.
LATER: Final = frozenset({-1, 130101, 410100})


class DingTalk:
    """One robot for the whole installation."""

    def send(self, message: Outgoing) -> str:
        """A short text with the address, for one person."""
        body = {
            "msgtype": "text",
            "text": {"content": f"@{message.to} {message.subject}\n{message.url}"},
            "at": {"atMobiles": [message.to], "isAtAll": False},
        }
        answer = call(
            "POST", f"{settings.DINGTALK_WEBHOOK}{signature(settings.DINGTALK_SECRET, _milliseconds())}", body
        )
        code = answer.get("errcode")
        if code in LATER:
            raise UnavailableError(f"DingTalk answered {code}")
        if code != 0:
            raise RefusedError(f"DingTalk answered {code}")
        return message.message_id


def signature(secret: str, milliseconds: int) -> str:
    """The part of the address that proves who calls: HMAC-SHA256 of time and secret (DingTalk robot, 加签)."""
    if not secret:
        return ""
    said = f"{milliseconds}\n{secret}".encode()
    proof = base64.b64encode(hmac.new(secret.encode(), said, hashlib.sha256).digest()).decode()
    return f"&timestamp={milliseconds}&sign={quote_plus(proof)}"


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000

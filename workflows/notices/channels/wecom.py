"""WeCom (企业微信): a message of our application to one member."""

from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache

from workflows.notices.channels.http import call
from workflows.notices.channels.outgoing import Outgoing, RefusedError, UnavailableError

TOKEN: Final = "wecom-access-token"  # noqa: S105  (the name of a cache entry)
TOKEN_OVER: Final = frozenset({40014, 42001, 42007, 42009})
# Busy, called too often, too many for this person today.
LATER: Final = frozenset({-1, 45009, 45033})
DUPLICATES_WITHIN: Final = 14_400  # seconds, the longest that WeCom remembers a message


class WeCom:
    """The service's own API; it drops a repetition of a message by itself."""

    def send(self, message: Outgoing) -> str:
        """One text card; a token that ran out is asked for again once."""
        body = {
            "touser": message.to,
            "msgtype": "textcard",
            "agentid": settings.WECOM_AGENT_ID,
            "textcard": {"title": message.subject[:120], "description": message.subject, "url": message.url},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": DUPLICATES_WITHIN,
        }
        answer = self._post(body)
        if answer.get("errcode") in TOKEN_OVER:
            cache.delete(TOKEN)
            answer = self._post(body)
        _check(answer)
        if answer.get("invaliduser"):
            raise RefusedError("WeCom knows no such member")
        return str(answer.get("msgid", ""))

    def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        return call("POST", _address("message/send", access_token=self._token()), body)

    def _token(self) -> str:
        known = cache.get(TOKEN)
        if known:
            return str(known)
        answer = call("GET", _address("gettoken", corpid=settings.WECOM_CORP_ID, corpsecret=settings.WECOM_SECRET))
        _check(answer)
        token = str(answer.get("access_token", ""))
        cache.set(TOKEN, token, max(int(answer.get("expires_in", 7200)) - 300, 60))
        return token


def _address(path: str, **query: str) -> str:
    return f"{settings.WECOM_URL.rstrip('/')}/cgi-bin/{path}?{urlencode(query)}"


def _check(answer: dict[str, Any]) -> None:
    """The status is 200 whatever happened; the code in the body counts."""
    code = answer.get("errcode")
    if code in LATER:
        raise UnavailableError(f"WeCom answered {code}")
    if code != 0:
        raise RefusedError(f"WeCom answered {code}")

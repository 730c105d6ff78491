"""One POST of JSON, without redirects, within a time limit; the answer is a JSON object or an error."""

import http.client
import json
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

from workflows.notices.channels.outgoing import RefusedError, UnavailableError

LARGEST_ANSWER: Final = 64 * 1024
# A proxy that is starting, too many requests, a request that took too long.
LATER: Final = frozenset({408, 425, 429})


def call(method: str, url: str, body: dict[str, Any] | None = None, token: str = "") -> dict[str, Any]:
    """Send one request and return the JSON object of the answer.

    Args:
        url: from the settings, http or https.
        token: for the header Authorization, when there is one.

    Raises:
        UnavailableError: no connection, time-out, 5xx, 408, 425, 429, or an answer that is no JSON object.
        RefusedError: any other status than 2xx.
    """
    place = urlsplit(url)
    if place.scheme not in ("http", "https") or not place.hostname:
        raise RefusedError("the address of the channel is not set")
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    connection = kind(place.hostname, place.port, timeout=settings.CHANNEL_TIMEOUT)
    target = (place.path or "/") + (f"?{place.query}" if place.query else "")
    headers = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection.request(method, target, json.dumps(body).encode() if body is not None else None, headers)
        answer = connection.getresponse()
        return _understood(answer.status, answer.read(LARGEST_ANSWER))
    except (OSError, http.client.HTTPException) as error:
        raise UnavailableError(f"{place.hostname}: {type(error).__name__}") from error
    finally:
        connection.close()


def _understood(status: int, data: bytes) -> dict[str, Any]:
    if status >= 500 or status in LATER:
        raise UnavailableError(f"HTTP {status}")
    if not 200 <= status < 300:
        raise RefusedError(f"HTTP {status}")
    try:
        answer = json.loads(data)
    except ValueError as error:
        raise UnavailableError("the answer is not JSON") from error
    if not isinstance(answer, dict):
        raise UnavailableError("the answer is not a JSON object")
    return answer

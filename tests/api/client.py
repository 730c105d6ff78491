"""A program that uses the REST API with somebody's token."""

import json
from itertools import count
from typing import Any

from django.test import Client

from accounts.models import User
from accounts.services import issue_token

ROOT = "/api/v1"
_keys = count(1)


class Api:
    """Sends JSON with a bearer token and, on writes, a new idempotency key unless one is given.

    CSRF checks are on, as they are in production; no cookie is ever sent.
    """

    def __init__(self, person: User) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.token = issue_token(person, name="test")

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> Any:
        return self.client.get(ROOT + path, query, headers={"Authorization": f"Bearer {self.token}", **(headers or {})})

    def send(self, method: str, path: str, body: Any = None, key: str | None = None, **headers: str) -> Any:
        """`body` as it is when it is text or bytes, else as JSON."""
        data = body if isinstance(body, str | bytes) else "" if body is None else json.dumps(body)
        sent = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": key or f"key-{next(_keys)}",
            "Content-Type": "application/json",
        }
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        kind = sent.pop("Content-Type")
        return self.client.generic(method, ROOT + path, data, content_type=kind, headers=sent)

    def post(self, path: str, body: Any = None, key: str | None = None, **headers: str) -> Any:
        return self.send("POST", path, body, key, **headers)

    def patch(self, path: str, body: Any = None, key: str | None = None, **headers: str) -> Any:
        return self.send("PATCH", path, body, key, **headers)


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer, after the rules that hold for every one of them."""
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.content)
    assert (body["code"], body["status"]) == (code, status), body
    assert body["type"] == f"urn:countersign:problem:{code}"
    assert body["title"]
    assert body["instance"].startswith("/api")
    return body


def fields(body: dict[str, Any]) -> list[str]:
    """The members that a problem names."""
    return [error["field"] for error in body["errors"]]

"""A manager at his queue."""

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import Company
from workflows.models import Request, Step


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.AuthorityBackend")
    client.cookies.load({"django_language": "en"})
    return client


def open_step(request: Request) -> Step:
    return Step.objects.filter(request=request, status="open").order_by("stage", "id")[0]


def holder(company: Company, step: Step) -> User:
    return {"SM": company.manager, "RD": company.director, "CC": company.credit_controller,
            "FM": company.finance_manager, "CFO": company.cfo, "GM": company.general_manager}[step.role]  # fmt: skip


def decide(client: Client, step: Step, verb: str, **fields: str) -> Any:
    data = {
        "verb": verb, "content_sha256": step.submission.content_sha256,
        "idempotency_key": f"{verb}-{step.pk}", "origin": "queue", **fields,
    }  # fmt: skip
    return client.post(reverse("workflows:decide", args=[step.request.no, step.pk]), data)


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))

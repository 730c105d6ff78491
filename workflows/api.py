"""REST resources credit-applications, requests and credit-lines: adapters over the same services as the pages."""

from hashlib import sha256
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Status
from ninja.files import UploadedFile

from accounts.models import User
from accounts.schemas import idempotency_key, page_size
from credit import services as credit
from credit.models import CreditApplication, CreditLine
from customers.models import Customer
from jobs.idempotency import once
from workflows import rules, services
from workflows.credit_letter import KIND
from workflows.models import Request, Step
from workflows.preview import preview
from workflows.representations import application_out, detail_out, line_out, preview_out, request_out
from workflows.schemas import (
    ApplicationIn,
    ApplicationOut,
    ApplicationPage,
    DecisionIn,
    DecisionOut,
    LinePage,
    PreviewOut,
    ReasonIn,
    RequestDetail,
    RequestPage,
    ReturnIn,
)

applications, requests, lines = Router(tags=["credit"]), Router(tags=["requests"]), Router(tags=["credit"])


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _keyset(rows: Any, cursor: str | None, limit: int) -> tuple[list[Any], str | None]:
    """One page, newest first, after the row whose id is the cursor; one row more tells whether there is a next."""
    if cursor is not None:
        if not cursor.isascii() or not cursor.isdigit():
            raise Http404
        rows = rows.filter(pk__lt=int(cursor))
    found = list(rows.order_by("-pk")[: page_size(limit) + 1])
    page = found[: page_size(limit)]
    return page, str(page[-1].pk) if len(found) > len(page) else None


def _application(request: HttpRequest, pk: int) -> CreditApplication:
    visible = CreditApplication.objects.visible_to(_user(request)).filter(discarded_at__isnull=True)
    return get_object_or_404(
        visible.select_related("customer__unit", "customer__region", "customer__owner"), pk=pk
    )


def _said(body: ApplicationIn) -> dict[str, Any]:
    return body.model_dump(exclude_unset=True, exclude={"customer"})


@applications.get("", response=ApplicationPage)
def list_applications(request: HttpRequest, cursor: str | None = None, limit: int = 50) -> dict[str, Any]:
    rows = CreditApplication.objects.visible_to(_user(request)).filter(discarded_at__isnull=True)
    page, following = _keyset(rows.select_related("customer"), cursor, limit)
    numbers = dict(
        Request.objects.filter(kind=KIND.code, letter_id__in=[row.pk for row in page]).values_list(
            "letter_id", "no"
        )
    )
    return {"items": [application_out(row, numbers.get(row.pk)) for row in page], "next_cursor": following}


@applications.post("", response={201: ApplicationOut})
def create_application(request: HttpRequest, body: ApplicationIn) -> Status[Any]:
    user = _user(request)
    customer = get_object_or_404(Customer.objects.visible_to(user), code=body.customer or "")

    def run() -> dict[str, Any]:
        return {"id": credit.save_draft(customer, _said(body), user).pk}

    what = ["create", customer.pk, body.model_dump(mode="json", exclude_unset=True)]
    made, _again = once(user, idempotency_key(request), what, run)
    return Status(201, application_out(_application(request, made["id"])))


@applications.get("/{int:pk}", response=ApplicationOut)
def show_application(request: HttpRequest, pk: int) -> dict[str, Any]:
    application = _application(request, pk)
    known = Request.objects.filter(kind=KIND.code, letter_id=pk).first()
    return application_out(application, known.no if known else None)


@applications.patch("/{int:pk}", response=ApplicationOut)
def change_application(request: HttpRequest, pk: int, body: ApplicationIn) -> dict[str, Any]:
    user, application = _user(request), _application(request, pk)

    def run() -> dict[str, Any]:
        credit.save_draft(application.customer, _said(body), user, application)
        return {}

    once(
        user, idempotency_key(request), ["change", pk, body.model_dump(mode="json", exclude_unset=True)], run
    )
    return application_out(_application(request, pk))


@applications.post("/{int:pk}/attachments", response={201: dict[str, Any]})
def attach(request: HttpRequest, pk: int, kind: str, file: UploadedFile) -> Status[Any]:
    user, application = _user(request), _application(request, pk)
    data = file.read()

    def run() -> dict[str, Any]:
        paper = credit.add_attachment(application, kind, file.name or "", data, user)
        return {"id": paper.pk, "kind": paper.kind, "name": paper.file_name, "sha256": paper.sha256}

    return Status(
        201,
        once(user, idempotency_key(request), ["attach", pk, kind, file.name, sha256(data).hexdigest()], run)[
            0
        ],
    )


@applications.get("/{int:pk}/preview", response=PreviewOut)
def preview_application(request: HttpRequest, pk: int) -> dict[str, Any]:
    return preview_out(preview(KIND, _application(request, pk), _user(request)))


@applications.post("/{int:pk}/submit", response={201: RequestDetail})
def submit_application(request: HttpRequest, pk: int) -> Status[Any]:
    _application(request, pk)
    sent = services.submit(KIND, pk, actor=_user(request), idempotency_key=idempotency_key(request))
    return Status(201, detail_out(sent))


def _request(request: HttpRequest, no: str) -> Request:
    visible = Request.objects.visible_to(_user(request))
    return get_object_or_404(
        visible.select_related("customer", "submitter", "unit", "region", "owner"), no=no
    )


@requests.get("", response=RequestPage)
def list_requests(
    request: HttpRequest,
    cursor: str | None = None,
    limit: int = 50,
    state: str | None = None,
    kind: str | None = None,
    customer: str | None = None,
) -> dict[str, Any]:
    rows = Request.objects.visible_to(_user(request)).select_related("customer", "submitter")
    for name, value in (("state", state), ("kind", kind), ("customer__code", customer)):
        rows = rows.filter(**{name: value}) if value is not None else rows
    page, following = _keyset(rows, cursor, limit)
    return {"items": [request_out(row) for row in page], "next_cursor": following}


@requests.get("/{no}", response=RequestDetail)
def show_request(request: HttpRequest, no: str) -> dict[str, Any]:
    return detail_out(_request(request, no))


def _decide(request: HttpRequest, no: str, step: int, body: DecisionIn) -> dict[str, Any]:
    _request(request, no)
    conditions = rules.Conditions(**body.conditions.model_dump()) if body.conditions else None
    decision = services.decide(
        no,
        step,
        actor=_user(request),
        verb=body.verb,
        content_sha256=body.content_sha256,
        reason=body.reason,
        conditions=conditions,
        idempotency_key=idempotency_key(request),
    )
    return {
        "request": no,
        "step": step,
        "verb": decision.verb,
        "decided_at": decision.decided_at,
        "state": decision.request.state,
    }


@requests.post("/{no}/steps/{int:step}/decide", response={201: DecisionOut})
def decide(request: HttpRequest, no: str, step: int, body: DecisionIn) -> Status[Any]:
    return Status(201, _decide(request, no, step, body))


@requests.post("/{no}/return", response={201: DecisionOut})
def return_request(request: HttpRequest, no: str, body: ReturnIn) -> Status[Any]:
    """Return by whoever holds the role of an open step."""
    found = _request(request, no)
    user = _user(request)
    roles = {held.role for held in user.role_assignments.all()}
    step = Step.objects.filter(request=found, status="open", role__in=roles).order_by("id").first()
    if step is None:
        raise PermissionDenied
    said = DecisionIn(verb="return", content_sha256=body.content_sha256, reason=body.reason)
    return Status(201, _decide(request, no, step.pk, said))


@requests.post("/{no}/withdraw", response=RequestDetail)
def withdraw(request: HttpRequest, no: str, body: ReasonIn) -> dict[str, Any]:
    _request(request, no)
    key = idempotency_key(request)
    services.withdraw(no, actor=_user(request), reason=body.reason, idempotency_key=key)
    return detail_out(_request(request, no))


@requests.post("/{no}/resubmit", response=RequestDetail)
def resubmit(request: HttpRequest, no: str) -> dict[str, Any]:
    _request(request, no)
    services.resubmit(no, actor=_user(request), idempotency_key=idempotency_key(request))
    return detail_out(_request(request, no))


@lines.get("", response=LinePage)
def list_lines(
    request: HttpRequest, customer: str | None = None, cursor: str | None = None, limit: int = 50
) -> dict[str, Any]:
    rows = CreditLine.objects.visible_to(_user(request)).select_related("customer")
    if customer is not None:
        rows = rows.filter(customer__code=customer)
    page, following = _keyset(rows, cursor, limit)
    return {"items": [line_out(row) for row in page], "next_cursor": following}

"""REST resources credit-applications, requests and credit-lines: adapters over the same services as the pages."""

from collections.abc import Callable
from copy import copy
from hashlib import sha256
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as Invalid
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Status
from ninja.files import UploadedFile

from accounts.schemas import Cursor, Limit, Name, Word, Words, acting, check_nulls, idempotency_key, keyset
from credit import services as credit
from credit.models import Attachment, CreditApplication, CreditLine
from customers.models import Customer
from jobs.answers import answered_once
from jobs.idempotency import once
from workflows import services
from workflows.kinds import REGISTRY
from workflows.kinds.credit import KIND
from workflows.models import Request
from workflows.preview import preview
from workflows.queries_pages import current_round, step_of
from workflows.representations import (
    application_out,
    attachment_out,
    detail_out,
    line_out,
    preview_out,
    request_out,
)
from workflows.schemas import (
    ApplicationChange,
    ApplicationIn,
    ApplicationOut,
    ApplicationPage,
    AttachmentOut,
    DecisionIn,
    DecisionOut,
    LinePage,
    PreviewOut,
    ReasonIn,
    RequestDetail,
    RequestPage,
    ReturnIn,
    conditions_of,
)

applications = Router(tags=["credit applications"])
requests = Router(tags=["requests"])
lines = Router(tags=["credit lines"])


def _applications(request: HttpRequest) -> QuerySet[CreditApplication]:
    return CreditApplication.objects.visible_to(acting(request)).filter(discarded_at__isnull=True)


def _application(request: HttpRequest, pk: int) -> CreditApplication:
    rows = _applications(request).select_related("customer__unit", "customer__region", "customer__owner")
    return get_object_or_404(rows, pk=pk)


def _shown(request: HttpRequest, pk: int) -> dict[str, Any]:
    known = Request.objects.visible_to(acting(request)).filter(kind=KIND.code, letter_id=pk).order_by("-pk").first()
    return application_out(_application(request, pk), known.no if known else None)


def _said(body: ApplicationChange, before: CreditApplication | None = None) -> dict[str, Any]:
    """What was sent, when the application could hold it."""
    values = {name: getattr(body, name) for name in body.model_fields_set - {"customer"}}
    check_nulls(CreditApplication, values)
    wanted = copy(before) if before else CreditApplication()
    for name, value in values.items():
        setattr(wanted, name, value)
    wanted.clean_fields(exclude={field.name for field in CreditApplication._meta.fields} - values.keys())
    if wanted.valid_from and wanted.valid_to and wanted.valid_to < wanted.valid_from:
        raise Invalid({"valid_to": _("The last day must not be before the first.")})
    return values


@applications.get("", response=ApplicationPage, summary="List credit applications")
def list_applications(request: HttpRequest, cursor: Cursor = None, limit: Limit = 50) -> dict[str, Any]:
    """Applications that you may see, newest first."""
    page, following = keyset(_applications(request).select_related("customer"), cursor, limit)
    sent = Request.objects.visible_to(acting(request)).filter(kind=KIND.code, letter_id__in=[row.pk for row in page])
    numbers = dict(sent.order_by("pk").values_list("letter_id", "no"))
    return {"items": [application_out(row, numbers.get(row.pk)) for row in page], "next_cursor": following}


@applications.post("", response={201: ApplicationOut}, summary="Begin a credit application")
def create_application(request: HttpRequest, body: ApplicationIn) -> Status[Any]:
    """A draft for a customer that you may see; nobody is asked yet."""
    user, values = acting(request), _said(body)
    customer = get_object_or_404(Customer.objects.visible_to(user), code=body.customer)

    def run() -> dict[str, Any]:
        return _shown(request, credit.save_draft(customer, values, user).pk)

    what = ["create", body.model_dump(mode="json", exclude_unset=True)]
    return Status(201, once(user, idempotency_key(request), what, run)[0])


@applications.get("/{int:pk}", response=ApplicationOut, summary="Read a credit application")
def show_application(request: HttpRequest, pk: int) -> dict[str, Any]:
    """The application as it stands, with the number of its request once it was submitted."""
    return _shown(request, pk)


@applications.patch("/{int:pk}", response=ApplicationOut, summary="Change a credit application")
def change_application(request: HttpRequest, pk: int, body: ApplicationChange) -> dict[str, Any]:
    """Change a draft or a returned application; whoever changes it cannot decide it."""
    user, application = acting(request), _application(request, pk)
    values = _said(body, application)

    def run() -> dict[str, Any]:
        credit.save_draft(application.customer, values, user, application)
        return _shown(request, pk)

    what = ["change", pk, body.model_dump(mode="json", exclude_unset=True)]
    return once(user, idempotency_key(request), what, run)[0]


@applications.get("/{int:pk}/attachments", response=list[AttachmentOut], summary="List the papers of an application")
def list_attachments(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """The papers that are attached now."""
    papers = Attachment.objects.present().filter(application=_application(request, pk)).order_by("pk")
    return [attachment_out(paper) for paper in papers]


@applications.post("/{int:pk}/attachments", response={201: AttachmentOut}, summary="Attach a paper")
def attach(request: HttpRequest, pk: int, kind: Words, file: UploadedFile) -> Status[Any]:
    """Add a PDF, PNG, JPG, XLSX or DOCX file to a draft; `kind` is a document code of the policy."""
    user, application = acting(request), _application(request, pk)
    data, name = file.read(), file.name or ""

    def run() -> dict[str, Any]:
        return attachment_out(credit.add_attachment(application, kind, name, data, user))

    what = ["attach", pk, kind, name, sha256(data).hexdigest()]
    return Status(201, once(user, idempotency_key(request), what, run)[0])


@applications.get("/{int:pk}/preview", response=PreviewOut, summary="Preview a submission")
def preview_application(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Score, limit, approval path with reasons and people, expected time; nothing is stored."""
    return preview_out(preview(KIND, _application(request, pk), acting(request)))


@applications.post("/{int:pk}/submit", response={201: RequestDetail}, summary="Submit a credit application")
def submit_application(request: HttpRequest, pk: int) -> Status[Any]:
    """Send the application on its way; 422 with one sentence per reason when that is not possible."""
    _application(request, pk)
    user, key = acting(request), idempotency_key(request)

    def write() -> dict[str, Any]:
        return detail_out(services.submit(KIND, pk, actor=user, idempotency_key=key))

    return Status(201, answered_once(user, key, ["submit", pk], write))


def _request(request: HttpRequest, no: str) -> Request:
    people = ("submitter__person", "owner__person")
    rows = Request.objects.visible_to(acting(request)).select_related("customer", "unit", "region", *people)
    return get_object_or_404(rows, no=no)


@requests.get("", response=RequestPage, summary="List requests")
def list_requests(
    request: HttpRequest,
    cursor: Cursor = None,
    limit: Limit = 50,
    state: Word = None,
    kind: Word = None,
    customer: Word = None,
) -> dict[str, Any]:
    """Requests that you may see, newest first, by state, kind and customer code."""
    rows = Request.objects.visible_to(acting(request)).select_related("customer", "submitter")
    for name, value in (("state", state), ("kind", kind), ("customer__code", customer)):
        rows = rows.filter(**{name: value}) if value is not None else rows
    page, following = keyset(rows, cursor, limit)
    return {"items": [request_out(row) for row in page], "next_cursor": following}


@requests.get("/{no}", response=RequestDetail, summary="Read a request")
def show_request(request: HttpRequest, no: Name) -> dict[str, Any]:
    """What is asked, on which figures, under which policy, and how far it is."""
    return detail_out(_request(request, no))


def _answered(request: HttpRequest, what: list[Any], write: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    key = idempotency_key(request)
    return answered_once(acting(request), key, what, lambda: write(key))


def _decided(request: HttpRequest, no: str, step: int, body: DecisionIn, key: str) -> dict[str, Any]:
    decision = services.decide(
        no,
        step,
        actor=acting(request),
        verb=body.verb,
        content_sha256=body.content_sha256,
        reason=body.reason,
        conditions=conditions_of(REGISTRY[_request(request, no).kind], body.conditions),
        idempotency_key=key,
    )
    return {
        "request": no,
        "step": step,
        "verb": decision.verb,
        "decided_at": decision.decided_at,
        "state": decision.request.state,
    }


@requests.post("/{no}/steps/{int:step}/decide", response={201: DecisionOut}, summary="Decide a step")
def decide(request: HttpRequest, no: Name, step: int, body: DecisionIn) -> Status[Any]:
    """Approve, approve with conditions, return or reject; the only door, with all its checks."""
    _request(request, no)
    what = ["decide", no, step, body.model_dump(mode="json")]
    return Status(201, _answered(request, what, lambda key: _decided(request, no, step, body, key)))


@requests.post("/{no}/return", response={201: DecisionOut}, summary="Return a request")
def return_request(request: HttpRequest, no: Name, body: ReturnIn) -> Status[Any]:
    """Return it to its author from the open step that is yours."""
    found = _request(request, no)

    def write(key: str) -> dict[str, Any]:
        step = step_of(current_round(found), acting(request))
        if step is None:
            raise PermissionDenied
        said = DecisionIn(verb="return", content_sha256=body.content_sha256, reason=body.reason)
        return _decided(request, no, step.pk, said, key)

    return Status(201, _answered(request, ["return", no, body.model_dump(mode="json")], write))


@requests.post("/{no}/withdraw", response=RequestDetail, summary="Withdraw a request")
def withdraw(request: HttpRequest, no: Name, body: ReasonIn) -> dict[str, Any]:
    """Take your own request back before anybody has decided, or while it is returned."""
    _request(request, no)

    def write(key: str) -> dict[str, Any]:
        services.withdraw(no, actor=acting(request), reason=body.reason, idempotency_key=key)
        return detail_out(_request(request, no))

    return _answered(request, ["withdraw", no, body.reason], write)


@requests.post("/{no}/resubmit", response=RequestDetail, summary="Resubmit a request")
def resubmit(request: HttpRequest, no: Name) -> dict[str, Any]:
    """Send your returned request on its way again, as the application is now."""
    _request(request, no)

    def write(key: str) -> dict[str, Any]:
        services.resubmit(no, actor=acting(request), idempotency_key=key)
        return detail_out(_request(request, no))

    return _answered(request, ["resubmit", no], write)


@lines.get("", response=LinePage, summary="List credit lines")
def list_lines(request: HttpRequest, customer: Word = None, cursor: Cursor = None, limit: Limit = 50) -> dict[str, Any]:
    """Lines of customers that you may see, newest first, ended ones too."""
    rows = CreditLine.objects.visible_to(acting(request)).select_related("customer")
    if customer is not None:
        rows = rows.filter(customer__code=customer)
    page, following = keyset(rows, cursor, limit)
    return {"items": [line_out(row) for row in page], "next_cursor": following}

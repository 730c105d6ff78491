"""Signing a contract: the other side's copy is sent in, or the contract is given up."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import AUTHENTICATED, access, roles
from accounts.models import User
from accounts.problems import Problem
from contracts.forms_signing import EndForm, SignForm
from contracts.models import Contract
from contracts.services import signing
from contracts.views.contracts import FILERS, contract_page, keep_file, read_kept, visible_contracts
from jobs import storage
from jobs.idempotency import key_of_form
from workflows import services
from workflows.contract_signing import sign_contract

LARGEST = 20 * 1024 * 1024


@access(roles(*FILERS))
@require_POST
def sign(request: HttpRequest, no: str) -> HttpResponse:
    """Check the signed copy against our paper; a scan comes back with its pages to compare."""
    contract, user = _contract(request, no), _user(request)
    if not signing.holds(user, contract, *FILERS):
        raise PermissionDenied
    pages = contract.document.pages if contract.document else 0
    form = SignForm(request.POST, request.FILES, pages=pages or 0)
    if not form.is_valid():
        return contract_page(request, contract, sign_form=form, status=422)
    name, data = _file(form, contract)
    if not data:
        form.add_error("file", _("Please choose a file."))
        return contract_page(request, contract, sign_form=form, status=422)
    said = form.cleaned_data
    try:
        signed = sign_contract(
            contract, name=name, data=data, signed_on=said["signed_on"], actor=user, reason=said["reason"],
            confirmed={int(page) for page in said["confirmed"]}, idempotency_key=key_of_form(request.POST),
        )  # fmt: skip
    except Problem as problem:
        return _refused(request, contract, form, problem, name, data)
    messages.success(request, _said(signed))
    return redirect("contracts:contract", no)


@access(AUTHENTICATED)
@require_POST
def give_up(request: HttpRequest, no: str) -> HttpResponse:
    """The other side will not sign: the author takes the contract back, with a reason."""
    contract, user = _contract(request, no), _user(request)
    form = EndForm(request.POST)
    if not form.is_valid():
        return contract_page(request, contract, give_up_form=form, status=422)
    try:
        services.void_signing(
            no, actor=user, reason=form.cleaned_data["reason"], idempotency_key=key_of_form(request.POST)
        )
    except Problem as problem:
        return contract_page(request, contract, give_up_form=form, problem=problem, status=problem.status)
    messages.success(request, _("The contract %(number)s is given up.") % {"number": no})
    return redirect("contracts:contract", no)


def _refused(
    request: HttpRequest, contract: Contract, form: SignForm, problem: Problem, name: str, data: bytes
) -> HttpResponse:
    """The page with what is wrong at its place; a scan is kept, so that only its pages have to be ticked."""
    more: dict[str, Any] = {"problem": problem}
    if problem.code in ("needs_person", "scan_reader", "copy_differs", "signing_day"):
        more["match"] = signing.examine(contract, data).match
    if problem.code in ("needs_person", "signing_day"):
        token = keep_file(contract, name, data)
        sent = request.POST.copy()
        sent["kept"] = token
        match = more["match"]
        unread = match.by_eye if match and match.verdict != "different" else ()
        form = SignForm(sent, pages=match.our_pages if match else 0, unread=unread)
        form.is_valid()
        more["kept_url"] = reverse("contracts:contract-kept", args=[contract.number, token])
    for error in problem.errors or []:
        if error["field"] in form.fields:
            form.add_error(error["field"], error["message"])
    return contract_page(request, contract, sign_form=form, status=problem.status, **more)


def _file(form: SignForm, contract: Contract) -> tuple[str, bytes]:
    upload, kept = form.cleaned_data.get("file"), form.cleaned_data.get("kept")
    if upload is not None:
        return upload.name or "", upload.read(LARGEST + 1)
    if kept:
        file = read_kept(kept, contract)
        return file["name"], storage.get(file["sha256"])
    return "", b""


def _said(contract: Contract) -> str:
    if contract.state == "effective":
        return _("Both sides have signed: the contract %(number)s is in force.") % {"number": contract.number}
    said = {"number": contract.number, "day": contract.valid_from}
    return _("Both sides have signed: the contract %(number)s begins on %(day)s.") % said


def _contract(request: HttpRequest, no: str) -> Contract:
    return get_object_or_404(visible_contracts(_user(request)), number=no)


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user

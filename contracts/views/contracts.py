"""Contracts: the list, the page of one, the seal register, what ends soon."""

from typing import Any

from django.contrib import messages
from django.core import signing as tokens
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import AUTHENTICATED, access, roles
from accounts.models import User
from accounts.problems import Problem
from accounts.queries import business_today, has_role
from accounts.roles import Role
from accounts.templatetags import states
from contracts import contract_queries, queries
from contracts.contract_departures import departures
from contracts.forms_signing import EndForm, SealForm, SignForm
from contracts.models import Contract, SealEntry
from contracts.rules.amounts import capitals
from contracts.services import contracts as services
from contracts.services import signing
from customers.queries import business_day
from customers.views.papers import download
from jobs import storage

FILERS = (Role.REP, Role.SM, Role.LG, Role.CC, Role.CS)
REGISTER_READERS = (Role.LG, Role.CC, Role.FM, Role.CFO, Role.GM, Role.AUD)
KEPT = "contracts.signed-copy"


@access(AUTHENTICATED)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Contracts that the reader may see, newest first, by state."""
    text, state = request.GET.get("q", ""), request.GET.get("state", "")
    visible = _visible(request)
    found = contract_queries.contracts(visible, text=text, state=state)
    page = queries.page(found, before=_cursor(request, "before"), after=_cursor(request, "after"))
    query = f"q={text}&" if text else ""
    chips = [{"label": _("All"), "url": f"?{query}", "active": state not in contract_queries.STATES}]
    chips += [
        {"label": states.look(name, "contract").label, "url": f"?{query}state={name}", "active": state == name}
        for name in contract_queries.STATES
    ]
    soon = len(contract_queries.ending(visible, business_today()))
    context = {"page": page, "q": text, "chips": chips, "soon": soon, "filtered": bool(text or state)}
    context["may_register"] = has_role(_user(request), *REGISTER_READERS)
    return render(request, "contracts/contracts.html", context)


@access(AUTHENTICATED)
@require_GET
def contract(request: HttpRequest, number: str) -> HttpResponse:
    """One contract: how far it is, what it says, its papers and seals."""
    return contract_page(request, get_object_or_404(_visible(request), number=number))


@access(AUTHENTICATED)
@require_GET
def ending(request: HttpRequest) -> HttpResponse:
    """Contracts in force that end within 60 days, to be renewed or let go."""
    rows = contract_queries.ending(_visible(request), business_today())
    return render(request, "contracts/contracts_ending.html", {"rows": rows})


@access(roles(*REGISTER_READERS))
@require_GET
def seals(request: HttpRequest) -> HttpResponse:
    """The seal register."""
    text = request.GET.get("q", "")
    visible = SealEntry.objects.visible_to(_user(request))
    rows = contract_queries.register(visible, text=text)
    return render(request, "contracts/seals.html", {"rows": list(rows), "q": text})


@access(roles(*signing.KEEPERS))
@require_POST
def seal(request: HttpRequest, number: str) -> HttpResponse:
    """Note that a seal was set on printed copies."""
    found = get_object_or_404(_visible(request), number=number)
    form = SealForm(request.POST)
    if not form.is_valid():
        return contract_page(request, found, seal_form=form, status=422)
    try:
        signing.register_paper_seal(found, actor=_user(request), **form.cleaned_data)
    except Problem as problem:
        return contract_page(request, found, seal_form=form, problem=problem, status=problem.status)
    messages.success(request, _("The seal is in the register."))
    return redirect("contracts:contract", number)


@access(roles(*services.ENDERS))
@require_POST
def terminate(request: HttpRequest, number: str) -> HttpResponse:
    """End a contract that both sides have signed before its last day."""
    found = get_object_or_404(_visible(request), number=number)
    if not signing.holds(_user(request), found, *services.ENDERS):
        raise PermissionDenied
    form = EndForm(request.POST)
    if not form.is_valid():
        return contract_page(request, found, end_form=form, status=422)
    if found.signed_at is None:
        messages.error(request, _("Before both sides have signed, the author gives the contract up."))
        return redirect("contracts:contract", number)
    try:
        services.terminate(found, actor=_user(request), reason=form.cleaned_data["reason"])
    except Problem as problem:
        return contract_page(request, found, end_form=form, problem=problem, status=problem.status)
    messages.success(request, _("The contract %(number)s is terminated.") % {"number": found.number})
    return redirect("contracts:contract", number)


@access(AUTHENTICATED)
@require_GET
def copy(request: HttpRequest, number: str) -> HttpResponse:
    """The other side's signed copy as it was filed."""
    found = get_object_or_404(_visible(request), number=number, signed_copy__isnull=False)
    return download(found.signed_copy.file_name, "application/pdf", found.signed_copy.sha256)


@access(AUTHENTICATED)
@require_GET
def kept(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """A scan that somebody sent and now compares with our paper."""
    found = get_object_or_404(_visible(request), number=number)
    file = read_kept(token, found)
    return download(file["name"], "application/pdf", file["sha256"])


def keep_file(found: Contract, name: str, data: bytes) -> str:
    """Keep a file until it was compared; the token names it for this contract only."""
    return tokens.dumps({"no": found.number, "name": name[:200], "sha256": storage.put(data)}, salt=KEPT)


def read_kept(token: str, found: Contract) -> dict[str, str]:
    """The file behind a token. Raises Http404 for one of another contract, a wrong one, or one older than a day."""
    try:
        file: dict[str, str] = tokens.loads(token, salt=KEPT, max_age=86_400)
    except tokens.BadSignature as error:
        raise Http404 from error
    if file["no"] != found.number:
        raise Http404
    return file


def contract_page(request: HttpRequest, found: Contract, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a contract; `more` replaces parts of it: a form that was refused, a problem, what did not match."""
    user = _user(request)
    evaluation = found.content["evaluation"]
    waits = found.state == "sealed" and not hasattr(found, "signed_copy")
    context = {
        "contract": found,
        "stages": contract_queries.stages(found),
        "evaluation": evaluation,
        "values": evaluation["values"],
        "value_capitals": capitals(found.annual_value),
        "departures": departures(evaluation),
        "seals": found.seals.select_related("keeper"),
        "copy": getattr(found, "signed_copy", None),
        "may_sign": waits and signing.holds(user, found, *FILERS),
        "may_seal": found.sealed_at and not found.terminated_at and signing.holds(user, found, *signing.KEEPERS),
        "may_end": found.signed_at
        and not (found.terminated_at or found.expired_at)
        and signing.holds(user, found, *services.ENDERS),
        "may_give_up": found.state in ("approved", "sealed") and found.letter.created_by.person_id == user.person_id,
        "sign_form": SignForm(initial={"signed_on": business_day(found.customer.unit)}),
        "seal_form": SealForm(initial={"copies": found.copies}),
        "end_form": EndForm(),
        **more,
    }
    return render(request, "contracts/contract.html", context, status=status)


def visible_contracts(user: User) -> QuerySet[Contract]:
    """Contracts that the user may see, with what their page needs."""
    around = ("customer__unit", "customer__owner", "document", "template_version__template", "approved_by")
    return Contract.objects.visible_to(user).select_related(*around, "letter__created_by", "signed_copy__filed_by")


def _visible(request: HttpRequest) -> QuerySet[Contract]:
    return visible_contracts(_user(request))


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _cursor(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

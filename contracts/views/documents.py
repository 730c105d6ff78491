from asn1crypto import pem  # type: ignore[import-untyped]
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import access, roles
from accounts.models import User
from accounts.queries import covers, held_roles
from accounts.roles import Role
from contracts import queries, rules, services
from contracts.files import pdf_response
from contracts.forms import CodeForm, CompareForm, FilterForm, VoidForm
from contracts.models import Document, State
from contracts.production import root_certificate, verify_url

KEEPERS = (Role.FM, Role.CFO)
REPEATERS = (Role.CC, Role.AUD, *KEEPERS)
# Guessing a code is hopeless anyway; this keeps the public page from being used as a mill.
LOOKS_PER_MINUTE = 60


@access("authenticated")
@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = queries.documents(_visible(request), text=wanted.get("q", ""), kind=wanted.get("kind", ""))
    page = queries.page(found, before=_cursor(request, "before"), after=_cursor(request, "after"))
    return render(request, "contracts/documents.html", {"form": form, "page": page, "filtered": any(wanted.values())})


@access("authenticated")
@require_GET
def document(request: HttpRequest, number: str) -> HttpResponse:
    return _document(request, get_object_or_404(_visible(request), number=number), VoidForm())


@access("authenticated")
@require_GET
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    found = get_object_or_404(_visible(request), number=number, state=State.DONE)
    return pdf_response(found)


@access(roles(*KEEPERS))
@require_POST
def void(request: HttpRequest, number: str) -> HttpResponse:
    found = get_object_or_404(_visible(request), number=number)
    _permit(_holds(_user(request), found, *KEEPERS))
    form = VoidForm(request.POST)
    if not form.is_valid():
        return _document(request, found, form, status=422)
    try:
        services.void_document(found, actor=_user(request), reason=form.cleaned_data["reason"])
    except services.DocumentStateError:
        messages.error(request, _("The document is not in force, so it cannot be voided."))
    else:
        messages.success(request, _("The document %(number)s is void from now on.") % {"number": found.number})
    return redirect("contracts:document", number)


@access(roles(*REPEATERS))
@require_POST
def retry(request: HttpRequest, number: str) -> HttpResponse:
    found = get_object_or_404(_visible(request), number=number)
    _permit(_holds(_user(request), found, *REPEATERS))
    try:
        services.retry_document(found, actor=_user(request))
    except services.DocumentStateError:
        messages.error(request, _("The document has not failed, so there is nothing to repeat."))
    else:
        messages.success(request, _("The document is being made again."))
    return redirect("contracts:document", number)


@access("public")
@never_cache
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("contracts:verify", rules.read_verify_code(form.cleaned_data["code"])[:40] or "-")
    return render(request, "contracts/verify_code.html", {"form": form})


@access("public")
@never_cache
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest, code: str) -> HttpResponse:
    if _too_many(request):
        return render(request, "contracts/verify_busy.html", status=429)
    found = queries.by_code(code)
    if found is None:
        form = CodeForm(initial={"code": code[:60]})
        return render(request, "contracts/verify_code.html", {"form": form, "unknown": True}, status=404)
    form_file = CompareForm(request.POST, request.FILES) if request.method == "POST" else CompareForm()
    comparison = None
    if form_file.is_bound and form_file.is_valid():
        comparison = queries.compare(found, form_file.cleaned_data["file"])
    context = {
        "document": found,
        "customer": rules.masked_name(found.customer.name) if found.customer else "",
        "code": rules.spaced(found.verify_code),
        "digest": rules.spaced(found.pdf_sha256, 8),
        "form": form_file,
        "comparison": comparison,
    }
    return render(request, "contracts/verify.html", context, status=422 if form_file.errors else 200)


@access("public")
@require_GET
def root(request: HttpRequest, form: str) -> HttpResponse:
    certificate = root_certificate()
    if form == "pem":
        data = pem.armor("CERTIFICATE", certificate.dump())
        response = HttpResponse(data, content_type="application/x-pem-file")
    else:
        response = HttpResponse(certificate.dump(), content_type="application/pkix-cert")
    response["Content-Disposition"] = f'attachment; filename="countersign-root.{form}"'
    return response


def _document(request: HttpRequest, found: Document, form: VoidForm, *, status: int = 200) -> HttpResponse:
    user = _user(request)
    context = {
        "document": found,
        "verify_url": verify_url(found),
        "code": rules.spaced(found.verify_code),
        "digest": rules.spaced(found.pdf_sha256, 8),
        "form": form,
        "may_void": found.shown_state == State.DONE and _holds(user, found, *KEEPERS),
        "may_retry": found.state == State.FAILED and _holds(user, found, *REPEATERS),
    }
    return render(request, "contracts/document.html", context, status=status)


def _holds(user: User, document: Document, *wanted: str) -> bool:
    """Whether the user holds one of the roles for the document's customer: reading everything is not enough."""
    region = document.customer.region_id if document.customer else None
    return any(held.role in wanted and covers(held, document.unit_id, region) for held in held_roles(user))


def _permit(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


def _too_many(request: HttpRequest) -> bool:
    """A plain counter for each address and process; a proxy in front can do better."""
    key = f"verify:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, timeout=60)
    try:
        return cache.incr(key) > LOOKS_PER_MINUTE
    except ValueError:  # expired in between
        return False


def _visible(request: HttpRequest) -> QuerySet[Document]:
    return Document.objects.visible_to(_user(request)).select_related("unit", "customer", "ordered_by", "voided_by")


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _cursor(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

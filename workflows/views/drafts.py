"""From choosing what to ask for to sending it: form, live panel, papers; the same for every kind."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import AUTHENTICATED, access
from accounts.models import User
from accounts.problems import Problem
from accounts.queries import has_role
from customers.models import Customer
from jobs.idempotency import key_of_form
from workflows import draft_page, services
from workflows.drafts import choices, key_of, start
from workflows.kinds.pages import PAGES
from workflows.models import Request, State
from workflows.pages import Pages, Papers
from workflows.refusals import SENTENCES

# What every form of the page sends besides the fields of the letter.
ENVELOPE = frozenset({"csrfmiddlewaretoken", "idempotency_key", "papers", "send", "save"})


@access(AUTHENTICATED)
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """What to ask for, and for whom; what cannot be asked for says why."""
    user = _user(request)
    if request.method == "POST":
        pages = _pages(request.POST.get("kind", ""))
        customer = None
        if pages.by_customer:
            chosen = key_of(request.POST.get("customer"))
            customer = get_object_or_404(Customer.objects.visible_to(user), pk=chosen)
        try:
            letter = start(pages, customer, user)
        except Problem as problem:
            return render(request, "problem.html", {"problem": problem}, status=problem.status)
        return redirect("workflows:draft", kind=pages.code, pk=letter.pk)
    return render(request, "workflows/new.html", choices(user, request.GET))


@access(AUTHENTICATED)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The form; POST keeps what was typed, field by field, and shows what is wrong beside it."""
    pages = _pages(kind)
    if (gone := _already_sent(request, pages, pk)) is not None:
        return gone
    letter = _draft(request, pages, pk)
    form = _form(request, pages, letter)
    problem = None
    if request.method == "POST":
        problem = _keep(pages, form, letter, _user(request))
        if problem is None and form.is_valid():
            messages.success(request, _("Saved."))
            return redirect("workflows:draft", kind=kind, pk=pk)
    return _page(request, pages, letter, form, problem)


@access(AUTHENTICATED)
@require_POST
def live(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """While typing: keep the valid fields and answer with the panel of evidence, reasons and path."""
    pages = _pages(kind)
    letter = _draft(request, pages, pk)
    before = _asked(_form(request, pages, letter, bound=False))
    form = _form(request, pages, letter)
    problem = _keep(pages, form, letter, _user(request))
    if problem is None and _asked(form) != before:  # another variant asks for other fields
        return HttpResponse(headers={"HX-Refresh": "true"})
    shown = draft_page.live_panel(pages, _draft(request, pages, pk), _user(request))
    # Another amount asks for other papers; otherwise a file that was just chosen stays chosen.
    changed = shown["papers_mark"] != request.POST.get("papers", "")
    context = {**shown, "form": form, "problem": problem, "live": True, "swap_papers": changed}
    return render(request, "workflows/_live.html", context)


@access(AUTHENTICATED)
@require_POST
def submit(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Keep the form as it was sent, then send the letter on its way."""
    pages = _pages(kind)
    if (gone := _already_sent(request, pages, pk)) is not None:
        return gone
    letter = _draft(request, pages, pk)
    filled = bool(set(request.POST) - ENVELOPE)
    form = _form(request, pages, letter, bound=filled)
    problem = _keep(pages, form, letter, _user(request)) if filled else None
    if problem is None and (not filled or form.is_valid()):
        try:
            sent = _send(request, pages, letter)
        except Problem as refusal:
            problem = refusal
        else:
            messages.success(request, _("%(no)s is on its way.") % {"no": sent.no})
            return redirect("workflows:request", no=sent.no)
    gone = _already_sent(request, pages, pk)  # by the first of two clicks
    return gone or _page(request, pages, letter, form, problem, status=problem.status if problem else 422)


def _already_sent(request: HttpRequest, pages: Pages, pk: int) -> HttpResponse | None:
    """A second click or the back button leads to the request instead of nowhere."""
    on_the_way = Request.objects.visible_to(_user(request)).filter(kind=pages.code, letter_id=pk)
    sent = on_the_way.exclude(state__in=[State.RETURNED, State.WITHDRAWN]).first()
    if sent is None:
        return None
    messages.info(request, str(SENTENCES["already_submitted"]))
    return redirect("workflows:request", no=sent.no)


def _send(request: HttpRequest, pages: Pages, letter: Any) -> Request:
    key = key_of_form(request.POST)
    known = _returned(pages, letter)
    if known is not None:
        return services.resubmit(known.no, actor=_user(request), idempotency_key=key)
    return services.submit(pages.kind, letter.pk, actor=_user(request), idempotency_key=key)


@access(AUTHENTICATED)
@require_POST
def discard(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    pages = _pages(kind)
    letter = _draft(request, pages, pk)
    try:
        pages.discard(letter, _user(request))
    except Problem as problem:
        return render(request, "problem.html", {"problem": problem}, status=problem.status)
    messages.success(request, _("The draft was discarded."))
    return redirect("home")


@access(AUTHENTICATED)
@require_POST
def attach(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Add a paper; its kind is chosen beside it."""
    pages = _pages(kind)
    letter, box = _draft(request, pages, pk), _papers(pages)
    upload = request.FILES.get("file")
    problem = None
    if upload is None:
        problem = Problem("file_missing", 422, _("Please choose a file."), [{"field": "file", "message": ""}])
    else:
        try:
            box.attach(letter, request.POST.get("kind", ""), upload.name or "", upload.read(), _user(request))
        except Problem as refusal:
            problem = refusal
    if problem is None:
        return redirect(f"{_address(pages, pk)}#attachments")
    form = _form(request, pages, letter, bound=False)
    return _page(request, pages, letter, form, problem, status=problem.status)


@access(AUTHENTICATED)
@require_POST
def detach(request: HttpRequest, kind: str, pk: int, paper: int) -> HttpResponse:
    pages = _pages(kind)
    _papers(pages).detach(_draft(request, pages, pk), paper, _user(request))
    return redirect(f"{_address(pages, pk)}#attachments")


@access(AUTHENTICATED)
@require_GET
def revise(request: HttpRequest, no: str) -> HttpResponse:
    """From a returned request to its form."""
    returned = Request.objects.visible_to(_user(request)).filter(state=State.RETURNED)
    found = get_object_or_404(returned, no=no, submitter__person_id=_user(request).person_id)
    return redirect("workflows:draft", kind=found.kind, pk=found.letter_id)


@access(AUTHENTICATED)
@require_POST
def resubmit(request: HttpRequest, no: str) -> HttpResponse:
    found = get_object_or_404(Request.objects.visible_to(_user(request)), no=no)
    return submit(request, found.kind, found.letter_id)


def _user(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise TypeError("the login middleware lets nobody else in")
    return user


def _pages(kind: str) -> Pages:
    pages = PAGES.get(kind)
    if pages is None:
        raise Http404
    return pages


def _papers(pages: Pages) -> Papers:
    if pages.papers is None:
        raise Http404
    return pages.papers


def _draft(request: HttpRequest, pages: Pages, pk: int) -> Any:
    """A draft or returned letter that the user may see and prepare; anything else is not there."""
    letter = get_object_or_404(pages.letters(_user(request)), pk=pk)
    if not has_role(_user(request), *pages.writers):
        raise PermissionDenied(pages.missing_role())
    return letter


def _address(pages: Pages, pk: int) -> str:
    return reverse("workflows:draft", args=[pages.code, pk])


def _form(request: HttpRequest, pages: Pages, letter: Any, *, bound: bool = True) -> Any:
    sent = bound and request.method == "POST"
    return pages.form(letter, _user(request), request.POST if sent else None, request.FILES if sent else None)


def _asked(form: Any) -> list[str]:
    """The names of the fields that the form asks for."""
    return [field.name for _title, fields, *_part in form.sections for field in fields]


def _keep(pages: Pages, form: Any, letter: Any, user: User) -> Problem | None:
    """Save the valid fields of a form whatever the others say; nothing that was typed right is lost."""
    form.is_valid()
    try:
        pages.keep(letter, form, user)
    except Problem as problem:
        return problem
    return None


def _returned(pages: Pages, letter: Any) -> Request | None:
    return Request.objects.filter(kind=pages.code, letter_id=letter.pk, state=State.RETURNED).first()


def _page(
    request: HttpRequest, pages: Pages, letter: Any, form: Any, problem: Problem | None, status: int = 200
) -> HttpResponse:
    context = {
        **draft_page.page(pages, _draft(request, pages, letter.pk), _user(request), form),
        "problem": problem,
        "returned": _returned(pages, letter),
    }
    return render(request, "workflows/draft.html", context, status=422 if form.errors and status == 200 else status)

"""From choosing the customer to sending the application: form, live panel, papers."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import AUTHENTICATED, access
from accounts.models import User
from accounts.problems import Problem
from credit import services as credit
from credit.forms import CreditApplicationForm
from credit.models import CreditApplication
from credit.services.drafts import check_may_write
from customers.models import Customer
from jobs.idempotency import key_of_form
from workflows import draft_page, services
from workflows.credit_letter import KIND
from workflows.drafts import choices, key_of
from workflows.models import Request, State
from workflows.refusals import SENTENCES


@access(AUTHENTICATED)
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """First the customer; then the kinds that make sense for him, and why the others do not."""
    if request.method == "POST":
        chosen = key_of(request.POST.get("customer"))
        customer = get_object_or_404(Customer.objects.visible_to(_user(request)), pk=chosen)
        draft = CreditApplication.objects.drafts().filter(customer=customer, created_by=_user(request)).first()
        try:
            draft = draft or credit.start_draft(customer, _user(request))
        except Problem as problem:
            return render(request, "problem.html", {"problem": problem}, status=problem.status)
        return redirect("workflows:draft", pk=draft.pk)
    return render(request, "workflows/new.html", choices(_user(request), request.GET))


@access(AUTHENTICATED)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; POST keeps what was typed, field by field, and shows what is wrong beside it."""
    if (gone := _already_sent(request, pk)) is not None:
        return gone
    application = _draft(request, pk)
    form = CreditApplicationForm(request.POST or None, instance=application)
    problem = None
    if request.method == "POST":
        problem = _keep(form, application, _user(request))
        if problem is None and form.is_valid():
            messages.success(request, _("Saved."))
            return redirect("workflows:draft", pk=pk)
    return _page(request, application, form, problem)


@access(AUTHENTICATED)
@require_POST
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """While typing: keep the valid fields and answer with the panel of score, limit and path."""
    application = _draft(request, pk)
    form = CreditApplicationForm(request.POST, instance=application)
    problem = _keep(form, application, _user(request))
    fresh = _draft(request, pk)
    shown = draft_page.live_panel(fresh, _user(request))
    papers = draft_page.papers(fresh, shown["evaluation"]["documents"])
    # Another amount asks for other papers; otherwise a file that was just chosen stays chosen.
    changed = papers["papers_mark"] != request.POST.get("papers")
    context = {**shown, **papers, "form": form, "problem": problem, "live": True, "swap_papers": changed}
    return render(request, "workflows/_live.html", context)


@access(AUTHENTICATED)
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the form as it was sent, then send the application on its way."""
    if (gone := _already_sent(request, pk)) is not None:
        return gone
    application = _draft(request, pk)
    form = CreditApplicationForm(request.POST, instance=application)
    problem = _keep(form, application, _user(request)) if "req_limit" in request.POST else None
    if problem is None and ("req_limit" not in request.POST or form.is_valid()):
        try:
            sent = _send(request, application)
        except Problem as refusal:
            problem = refusal
        else:
            messages.success(request, _("%(no)s is on its way.") % {"no": sent.no})
            return redirect("workflows:request", no=sent.no)
    gone = _already_sent(request, pk)  # by the first of two clicks
    return gone or _page(request, application, form, problem, status=problem.status if problem else 422)


def _already_sent(request: HttpRequest, pk: int) -> HttpResponse | None:
    """A second click or the back button leads to the request instead of nowhere."""
    on_the_way = Request.objects.visible_to(_user(request)).filter(kind=KIND.code, letter_id=pk)
    sent = on_the_way.exclude(state__in=[State.RETURNED, State.WITHDRAWN]).first()
    if sent is None:
        return None
    messages.info(request, str(SENTENCES["already_submitted"]))
    return redirect("workflows:request", no=sent.no)


def _send(request: HttpRequest, application: CreditApplication) -> Request:
    key = key_of_form(request.POST)
    known = _returned(application)
    if known is not None:
        return services.resubmit(known.no, actor=_user(request), idempotency_key=key)
    return services.submit(KIND, application.pk, actor=_user(request), idempotency_key=key)


@access(AUTHENTICATED)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    application = _draft(request, pk)
    try:
        credit.discard_draft(application, _user(request))
    except Problem as problem:
        return render(request, "problem.html", {"problem": problem}, status=problem.status)
    messages.success(request, _("The draft was discarded."))
    return redirect("home")


@access(AUTHENTICATED)
@require_POST
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a paper; its kind is chosen beside it."""
    application = _draft(request, pk)
    upload = request.FILES.get("file")
    problem = None
    if upload is None:
        problem = Problem("file_missing", 422, _("Please choose a file."), [{"field": "file", "message": ""}])
    else:
        try:
            kind = request.POST.get("kind", "")
            credit.add_attachment(application, kind, upload.name or "", upload.read(), _user(request))
        except Problem as refusal:
            problem = refusal
    if problem is None:
        return redirect(f"{application_url(pk)}#attachments")
    return _page(request, application, CreditApplicationForm(instance=application), problem, status=problem.status)


@access(AUTHENTICATED)
@require_POST
def detach(request: HttpRequest, pk: int, paper: int) -> HttpResponse:
    application = _draft(request, pk)
    attachment = get_object_or_404(application.attachments.present(), pk=paper)
    credit.remove_attachment(attachment, _user(request))
    return redirect(f"{application_url(pk)}#attachments")


@access(AUTHENTICATED)
@require_GET
def revise(request: HttpRequest, no: str) -> HttpResponse:
    """From a returned request to its form."""
    returned = Request.objects.visible_to(_user(request)).filter(state=State.RETURNED)
    found = get_object_or_404(returned, no=no, submitter__person_id=_user(request).person_id)
    return redirect("workflows:draft", pk=found.letter_id)


@access(AUTHENTICATED)
@require_POST
def resubmit(request: HttpRequest, no: str) -> HttpResponse:
    found = get_object_or_404(Request.objects.visible_to(_user(request)), no=no)
    return submit(request, found.letter_id)


def _user(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise TypeError("the login middleware lets nobody else in")
    return user


def _draft(request: HttpRequest, pk: int) -> CreditApplication:
    """A draft or returned application that the user may see and prepare; anything else is not there."""
    visible = CreditApplication.objects.drafts().visible_to(_user(request))
    rows = visible.select_related(
        "customer__unit", "customer__region", "customer__owner", "customer__group", "created_by"
    )
    application = get_object_or_404(rows, pk=pk)
    check_may_write(application.customer, _user(request))
    return application


def application_url(pk: int) -> str:
    """The form's address."""
    return reverse("workflows:draft", args=[pk])


def _keep(form: CreditApplicationForm, application: CreditApplication, user: User) -> Problem | None:
    """Save the valid fields of a form whatever the others say; nothing that was typed right is lost."""
    form.is_valid()
    try:
        credit.save_draft(application.customer, form.cleaned_data, user, application)
    except Problem as problem:
        return problem
    return None


def _returned(application: CreditApplication) -> Request | None:
    return Request.objects.filter(kind=KIND.code, letter_id=application.pk, state=State.RETURNED).first()


def _page(
    request: HttpRequest,
    application: CreditApplication,
    form: Any,
    problem: Problem | None,
    status: int = 200,
) -> HttpResponse:
    context = {
        **draft_page.page(_draft(request, application.pk), _user(request), form),
        "problem": problem,
        "returned": _returned(application),
    }
    return render(request, "workflows/draft.html", context, status=422 if form.errors and status == 200 else status)

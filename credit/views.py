"""Pages of credit: case forms, papers, the printable score sheet."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import AUTHENTICATED, access
from accounts.models import User
from accounts.problems import Problem
from audit.clock import db_now
from credit.case_form_fields import DECLARATIONS, CaseFormForm, case_form_class, colleagues_of
from credit.evaluation import evaluate
from credit.models import Attachment, CaseForm, CreditApplication, LineCondition
from credit.queries import latest_forms
from credit.services import file_case_form, fulfil_condition
from credit.services.case_forms import may_file
from customers.models import Customer
from customers.views.papers import download
from policies.queries import pack, version_in_force
from policies.rules.calendar import business_date


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _customer(request: HttpRequest, pk: int) -> Customer:
    visible = Customer.objects.visible_to(_user(request)).select_related("unit", "region", "owner")
    return get_object_or_404(visible, pk=pk)


@access(AUTHENTICATED)
@require_http_methods(["GET", "HEAD", "POST"])
def case_form(request: HttpRequest, customer_pk: int, form_no: int) -> HttpResponse:
    """Read the newest survey, analysis or potential form, and file a new one where the role allows it."""
    if form_no not in CaseForm.Form.values:
        raise Http404
    user, customer = _user(request), _customer(request, customer_pk)
    today = business_date(db_now(), customer.unit.time_zone)
    filed = latest_forms(customer, today).get(form_no)
    allowed = may_file(form_no, customer, user)
    if request.method == "POST" and not allowed:
        raise PermissionDenied
    form_class = case_form_class(form_no, pack(version_in_force(today)).scorecard, colleagues_of(user))
    known = {**filed.answers, "second_surveyor": filed.second_surveyor_id} if filed else {}
    known = {name: value for name, value in known.items() if name not in DECLARATIONS}
    form = form_class(request.POST or None, initial={**known, "as_of": today})
    problem = None
    if request.method == "POST" and form.is_valid():
        problem = _file(form, customer, form_no, user)
        if problem is None:
            messages.success(request, _("The form was filed."))
            return redirect("credit:case_form", customer_pk=customer.pk, form_no=form_no)
    context = {
        "customer": customer,
        "form": form,
        "form_no": form_no,
        "title": CaseForm.Form(form_no).label,
        "filed": filed,
        "allowed": allowed,
        "problem": problem,
    }
    status = problem.status if problem else 422 if form.is_bound and form.errors else 200
    return render(request, "credit/case_form.html", context, status=status)


def _file(form: CaseFormForm, customer: Customer, form_no: int, user: User) -> Problem | None:
    try:
        file_case_form(
            customer,
            form_no,
            form.answers(),
            as_of=form.cleaned_data["as_of"],
            actor=user,
            second_surveyor=form.cleaned_data.get("second_surveyor"),
        )
    except Problem as problem:
        for error in problem.errors:
            form.add_error(error["field"], error["message"])
        return problem
    return None


@access(AUTHENTICATED)
@require_safe
def attachment(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out a paper, always as a download: what a customer wrote never runs on our page."""
    paper = get_object_or_404(Attachment.objects.visible_to(_user(request)).present(), pk=pk)
    return attachment_response(paper)


def attachment_response(paper: Attachment) -> HttpResponse:
    """The bytes of a paper, verified against their hash. The caller has checked who asks."""
    return download(paper.file_name, paper.media_type, paper.sha256)


@access(AUTHENTICATED)
@require_safe
def score_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Forms 4 to 6 of an application as of today, for reading and printing."""
    applications = CreditApplication.objects.visible_to(_user(request)).select_related(
        "customer__unit", "customer__region", "customer__owner", "customer__group"
    )
    application = get_object_or_404(applications, pk=pk)
    today = business_date(db_now(), application.customer.unit.time_zone)
    evaluation = evaluate(application, pack(version_in_force(today)), today).to_json()
    context = {"application": application, "customer": application.customer, "evaluation": evaluation}
    return render(request, "credit/score.html", context)


@access(AUTHENTICATED)
@require_POST
def fulfil(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that a condition of a granted line is met."""
    visible = Customer.objects.visible_to(_user(request)).values("pk")
    condition = get_object_or_404(LineCondition.objects.select_related("line"), pk=pk, line__customer__in=visible)
    try:
        evidence = request.POST.get("evidence", "").replace("\x00", "")
        fulfil_condition(condition, evidence=evidence, actor=_user(request))
    except Problem as problem:
        context = {"problem": problem, "back": reverse("customers:detail", args=[condition.line.customer_id])}
        return render(request, "problem.html", context, status=problem.status)
    messages.success(request, _("The condition is recorded as met."))
    return redirect("customers:detail", condition.line.customer_id)

"""Opening, changing and sharing customer files: form → one service call → back to the customer."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import AUTHENTICATED, access
from accounts.models import Region, User
from accounts.problems import Problem
from accounts.queries import held_roles
from accounts.roles import Role
from customers import authority, queries, services
from customers.forms import (
    AssignForm,
    ContactForm,
    CustomerForm,
    FlagForm,
    LicenceForm,
    NewCustomerForm,
    ShareForm,
    representatives,
)
from customers.models import Contact, Customer, LegalFlag, Licence

POSTS = ("GET", "POST")


@access(AUTHENTICATED)
@require_http_methods(POSTS)
def create(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    regions = _regions(user)
    if not regions.exists():
        raise PermissionDenied
    form = NewCustomerForm(request.POST or None, regions=regions, owners=_owners(user, regions))
    if request.method == "POST" and form.is_valid():
        data = form.service_fields()
        region = data.pop("region")
        accept = form.cleaned_data["accept_look_alike"]
        made = _attempt(
            form,
            lambda: services.create_customer(
                unit=region.unit, region=region, actor=user, accept_look_alike=accept, **data
            ),
        )
        if made is not None:
            messages.success(request, _("The customer file is open."))
            return redirect("customers:detail", pk=made.pk)
    return _page(request, form, _("New customer"), "customers:list")


@access(AUTHENTICATED)
@require_http_methods(POSTS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    customer = _customer(request, pk)
    _permit(authority.may_edit(_user(request), customer))
    form = CustomerForm(request.POST or None, instance=customer)
    if request.method == "POST" and form.is_valid():
        revision = request.POST.get("revision", "")
        known = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 9 else -1
        saved = _attempt(
            form,
            lambda: services.change_customer(
                customer, form.service_fields(), actor=_user(request), revision=known,
                accept_look_alike=form.cleaned_data["accept_look_alike"],
            ),
        )  # fmt: skip
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect("customers:detail", pk=pk)
    return _page(request, form, _("Customer file"), customer=customer)


@access(AUTHENTICATED)
@require_http_methods(POSTS)
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    customer, user = _customer(request, pk), _user(request)
    _permit(authority.may_reassign(user, customer))
    regions = _regions(user).filter(unit=customer.unit)
    form = AssignForm(request.POST or None, customer=customer, regions=regions)
    return _save(
        request, form, customer, _("Owner and region"),
        lambda: services.change_customer(customer, form.cleaned_data, actor=user),
    )  # fmt: skip


@access(AUTHENTICATED)
@require_http_methods(POSTS)
def share(request: HttpRequest, pk: int) -> HttpResponse:
    customer, user = _customer(request, pk), _user(request)
    _permit(authority.may_edit(user, customer))
    form = ShareForm(request.POST or None)

    def give() -> Customer:
        services.share_customer(customer, form.cleaned_data["user"], user)
        return customer

    extra = {"shares": queries.shares(customer)}
    return _save(request, form, customer, _("Share with a colleague"), give, extra, "customers/share.html")


@access(AUTHENTICATED)
@require_POST
def unshare(request: HttpRequest, pk: int) -> HttpResponse:
    customer = _customer(request, pk)
    _permit(authority.may_edit(_user(request), customer))
    colleague = get_object_or_404(queries.shares(customer), pk=_number(request.POST.get("user", "")))
    services.unshare_customer(customer, colleague, _user(request))
    messages.success(request, _("No longer shared."))
    return redirect("customers:share", pk=pk)


@access(AUTHENTICATED)
@require_http_methods(POSTS)
def contact(request: HttpRequest, pk: int, row: int | None = None) -> HttpResponse:
    customer, user = _customer(request, pk), _user(request)
    _permit(authority.may_edit(user, customer))
    known = get_object_or_404(Contact, pk=row, customer=customer) if row else None
    form = ContactForm(request.POST or None, instance=known)
    return _save(
        request, form, customer, _("Contact"),
        lambda: services.save_contact(customer, form.cleaned_data, actor=user, contact=known),
    )  # fmt: skip


@access(AUTHENTICATED)
@require_http_methods(POSTS)
def licence(request: HttpRequest, pk: int, row: int | None = None) -> HttpResponse:
    customer, user = _customer(request, pk), _user(request)
    _permit(authority.may_edit(user, customer))
    known = get_object_or_404(Licence, pk=row, customer=customer) if row else None
    form = LicenceForm(request.POST or None, instance=known)
    return _save(
        request, form, customer, _("Licence"),
        lambda: services.save_licence(customer, form.cleaned_data, actor=user, licence=known),
    )  # fmt: skip


@access(AUTHENTICATED)
@require_http_methods(POSTS)
def flag(request: HttpRequest, pk: int) -> HttpResponse:
    customer, user = _customer(request, pk), _user(request)
    _permit(authority.may_flag(user, customer))
    form = FlagForm(request.POST or None)
    return _save(
        request, form, customer, _("Legal record"),
        lambda: services.open_legal_flag(customer, actor=user, **form.cleaned_data),
    )  # fmt: skip


@access(AUTHENTICATED)
@require_POST
def close_flag(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    customer, user = _customer(request, pk), _user(request)
    _permit(authority.may_flag(user, customer))
    known = get_object_or_404(LegalFlag, pk=row, customer=customer)
    reason = request.POST.get("reason", "").replace("\x00", "").strip()[:500]
    if not reason:
        messages.error(request, _("Say why the record no longer stands."))
    else:
        services.close_legal_flag(known, on=queries.business_day(customer.unit), reason=reason, actor=user)
        messages.success(request, _("The record is closed."))
    return redirect("customers:detail", pk=pk)


# What the views share --------------------------------------------------------------------------------------


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (the declarations let nobody else in)
    return request.user


def _customer(request: HttpRequest, pk: int) -> Customer:
    rows = Customer.objects.visible_to(_user(request)).select_related("unit", "region", "owner")
    return get_object_or_404(rows, pk=pk)


def _permit(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _regions(user: User) -> QuerySet[Region]:
    """Regions in which the user may open or take over files."""
    reach = Q(pk__in=[])
    for held in held_roles(user):
        if held.role not in authority.EDITORS | {Role.REP}:
            continue
        if held.region_id is not None:
            reach |= Q(pk=held.region_id)
        else:
            reach |= Q(unit_id=held.unit_id) if held.unit_id else Q()
            if held.unit_id is None:
                return Region.objects.select_related("unit")
    return Region.objects.filter(reach).select_related("unit")


def _owners(user: User, regions: QuerySet[Region]) -> QuerySet[User]:
    """A representative opens files for himself, an editor for any representative of his units."""
    if not any(held.role in authority.EDITORS for held in held_roles(user)):
        return User.objects.filter(pk=user.pk)
    people: set[int] = set()
    for unit in {region.unit for region in regions}:
        people |= set(representatives(unit).values_list("user_id", flat=True))
    return User.objects.filter(pk__in=people)


def _attempt(form: forms.BaseForm, act: Callable[[], Any]) -> Any:
    """What the service gave back; None when it refused, with its reasons beside the fields."""
    try:
        return act()
    except ValidationError as error:
        named = error.error_dict if hasattr(error, "error_dict") else {"__all__": error.error_list}
        for field, errors in named.items():
            if any(each.code == "look_alike" for each in errors) and isinstance(form, CustomerForm):
                form.offer_look_alike()
            form.add_error(field if field in form.fields else None, errors)
    except Problem as problem:
        form.add_error(None, problem.title)
        if problem.code == "customer_changed_meanwhile" and isinstance(form, CustomerForm):
            form.show_what_the_file_says()
    return None


def _save(
    request: HttpRequest,
    form: forms.BaseForm,
    customer: Customer,
    title: str,
    act: Callable[[], Any],
    extra: dict[str, Any] | None = None,
    template: str = "customers/form.html",
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and _attempt(form, act) is not None:
        messages.success(request, _("Saved."))
        return redirect("customers:detail", pk=customer.pk)
    return _page(request, form, title, customer=customer, template=template, **(extra or {}))


def _page(
    request: HttpRequest,
    form: forms.BaseForm,
    title: str,
    back: str = "customers:detail",
    customer: Customer | None = None,
    template: str = "customers/form.html",
    **extra: Any,
) -> HttpResponse:
    context = {"form": form, "title": title, "customer": customer, "back": back, **extra}
    return render(request, template, context, status=422 if form.errors else 200)

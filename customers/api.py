"""REST resource `customers`: adapters over the same services as the pages."""

from hashlib import sha256
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Status

from accounts.models import Region, Unit, User
from accounts.problems import Problem
from accounts.schemas import idempotency_key, page_size
from customers import services
from customers.authority import importable_units, require
from customers.models import Customer, CustomerGroup
from customers.queries import found
from customers.schemas import (
    CustomerChange,
    CustomerIn,
    CustomerOut,
    CustomerPage,
    FeedIn,
    FeedOut,
    customer_out,
)
from customers.services.feed import MODELS
from jobs.idempotency import once

router = Router(tags=["customers"])


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _visible(request: HttpRequest) -> QuerySet[Customer]:
    return Customer.objects.visible_to(_user(request)).select_related("unit", "region", "owner", "group")


@router.get("", response=CustomerPage)
def list_customers(request: HttpRequest, q: str = "", cursor: str | None = None, limit: int = 50) -> dict[str, Any]:
    rows = found(_visible(request), q)
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
            raise Http404
        rows = rows.filter(pk__gt=int(cursor))
    size = page_size(limit)
    page = list(rows.order_by("pk")[: size + 1])
    following = str(page[size - 1].pk) if len(page) > size else None
    return {"items": [customer_out(row) for row in page[:size]], "next_cursor": following}


@router.get("/{int:pk}", response=CustomerOut)
def show_customer(request: HttpRequest, pk: int) -> dict[str, Any]:
    return customer_out(get_object_or_404(_visible(request), pk=pk))


@router.post("", response={201: CustomerOut})
def create_customer(request: HttpRequest, body: CustomerIn) -> Status[Any]:
    user = _user(request)
    data = body.model_dump(exclude={"unit", "region", "owner", "group"})
    unit = get_object_or_404(Unit, code=body.unit)
    region = get_object_or_404(Region, unit=unit, code=body.region)
    data["group"] = get_object_or_404(CustomerGroup, code=body.group) if body.group else None
    owner = get_object_or_404(User, email=User.normal_email(body.owner)) if body.owner else user

    def run() -> dict[str, Any]:
        made = services.create_customer(unit=unit, region=region, owner=owner, actor=user, **data)
        return {"id": made.pk}

    what = ["create_customer", body.model_dump(mode="json")]
    made, _again = once(user, idempotency_key(request), what, run)
    return Status(201, customer_out(get_object_or_404(_visible(request), pk=made["id"])))


@router.patch("/{int:pk}", response=CustomerOut)
def change_customer(request: HttpRequest, pk: int, body: CustomerChange) -> dict[str, Any]:
    user = _user(request)
    customer = get_object_or_404(_visible(request), pk=pk)
    changes = body.model_dump(exclude_unset=True, exclude={"revision", "accept_look_alike"})

    def run() -> dict[str, Any]:
        services.change_customer(
            customer, changes, actor=user, revision=body.revision, accept_look_alike=body.accept_look_alike
        )
        return {}

    what = ["change_customer", pk, body.model_dump(mode="json", exclude_unset=True)]
    once(user, idempotency_key(request), what, run)
    return customer_out(get_object_or_404(_visible(request), pk=pk))


@router.post("/feed/{unit}/{kind}", response=FeedOut)
def upsert_feed(request: HttpRequest, unit: str, kind: str, body: FeedIn) -> dict[str, Any]:
    user = _user(request)
    require(importable_units(user).exists(), "not_importer")
    chosen = next((each for each in importable_units(user) if each.code == unit), None)
    if chosen is None or kind not in MODELS:
        raise Http404
    if body.data_as_of.tzinfo is None:
        raise Problem("data_as_of_zone", 422, _("The time of the data needs a time zone."))

    def run() -> dict[str, Any]:
        result = services.upsert_feed(chosen, kind, body.rows, data_as_of=body.data_as_of, actor=user)
        if result.errors:
            raise _refused(result)
        return {
            "rows": result.rows, "inserted": result.inserted, "updated": result.updated,
            "unchanged": result.unchanged, "batch": result.batch_id,
        }  # fmt: skip

    what = ["feed", unit, kind, sha256(request.body).hexdigest()]
    return once(user, idempotency_key(request), what, run)[0]


def _refused(result: services.ImportResult) -> Problem:
    """Nothing was written; every refused value with its row, as ``rows.3.amount``."""
    errors = [
        {
            "field": f"rows.{error.row}.{error.column}".rstrip("."),
            "code": error.code,
            "message": error.message,
        }
        for error in result.errors
    ]
    return Problem("feed_refused", 422, _("Nothing was imported: some values are not valid."), errors)

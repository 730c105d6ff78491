"""REST resource `customers`: adapters over the same services as the pages."""

from hashlib import sha256
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Status

from accounts.models import Region, Unit, User
from accounts.problems import Problem
from accounts.schemas import Cursor, Limit, Name, Words, acting, check_nulls, idempotency_key, keyset
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
from customers.services.feed_rows import MODELS
from jobs.idempotency import once

router = Router(tags=["customers"])


def _visible(request: HttpRequest) -> QuerySet[Customer]:
    return Customer.objects.visible_to(acting(request)).select_related("unit", "region", "owner", "group")


@router.get("", response=CustomerPage, summary="List customers")
def list_customers(
    request: HttpRequest,
    q: Words = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Customers that you may see, in order of id; `q` is part of a name, a code or pinyin."""
    page, following = keyset(found(_visible(request), q), cursor, limit, newest_first=False)
    return {"items": [customer_out(row) for row in page], "next_cursor": following}


@router.get("/{int:pk}", response=CustomerOut, summary="Read a customer")
def show_customer(request: HttpRequest, pk: int) -> dict[str, Any]:
    """The file without contacts and other personal fields."""
    return customer_out(get_object_or_404(_visible(request), pk=pk))


@router.post("", response={201: CustomerOut}, summary="Open a customer file")
def create_customer(request: HttpRequest, body: CustomerIn) -> Status[Any]:
    """Open a file; a rep for himself, credit staff also for others."""
    user = acting(request)
    data = {name: value for name, value in body if name not in ("unit", "region", "owner", "group")}
    unit = get_object_or_404(Unit, code=body.unit)
    region = get_object_or_404(Region, unit=unit, code=body.region)
    data["group"] = get_object_or_404(CustomerGroup, code=body.group) if body.group else None
    owner = get_object_or_404(User, email=User.normal_email(body.owner)) if body.owner else user

    def run() -> dict[str, Any]:
        made = services.create_customer(unit=unit, region=region, owner=owner, actor=user, **data)
        return customer_out(made)

    what = ["create_customer", body.model_dump(mode="json")]
    return Status(201, once(user, idempotency_key(request), what, run)[0])


@router.patch("/{int:pk}", response=CustomerOut, summary="Change a customer file")
def change_customer(request: HttpRequest, pk: int, body: CustomerChange) -> dict[str, Any]:
    """Change fields; 409 when somebody changed the file since the revision that you read."""
    user = acting(request)
    customer = get_object_or_404(_visible(request), pk=pk)
    changes = {name: getattr(body, name) for name in body.model_fields_set - {"revision", "accept_look_alike"}}
    check_nulls(Customer, changes)

    def run() -> dict[str, Any]:
        services.change_customer(
            customer, changes, actor=user, revision=body.revision, accept_look_alike=body.accept_look_alike
        )
        return customer_out(get_object_or_404(_visible(request), pk=pk))

    what = ["change_customer", pk, body.model_dump(mode="json", exclude_unset=True)]
    return once(user, idempotency_key(request), what, run)[0]


@router.post("/feed/{unit}/{kind}", response=FeedOut, summary="Upsert trade facts")
def upsert_feed(request: HttpRequest, unit: Name, kind: Name, body: FeedIn) -> dict[str, Any]:
    """Orders, invoices, receipts or claims of a unit, by source key; all rows or none."""
    user = acting(request)
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

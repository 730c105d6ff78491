from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import AUTHENTICATED, access
from accounts.models import Region, User
from accounts.queries import held_roles
from accounts.roles import Role
from customers import queries
from customers.authority import EDITORS
from customers.models import Customer, CustomerType
from customers.rules.expiry import Expiry, expiry

PAGE = 50


@access(AUTHENTICATED)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)  # noqa: S101  (the declaration lets nobody else in)
    visible = Customer.objects.visible_to(request.user)
    text = request.GET.get("q", "")[:100]
    searched = queries.found(visible, text)
    chosen = _filters(request, searched)
    rows = chosen.select_related("unit", "region", "owner").order_by("pinyin", "pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": _with_licences(list(page)),
        "q": text,
        "chips": _chips(request, searched),
        "regions": Region.objects.filter(pk__in=visible.order_by().values("region_id")).select_related("unit"),
        "region": request.GET.get("region", ""),
        "types": CustomerType.choices,
        "type": request.GET.get("type", ""),
        "filtered": bool(text or any(request.GET.get(name) for name in ("region", "type", "show"))),
        "may_create": any(held.role in EDITORS | {Role.REP} for held in held_roles(request.user)),
    }
    return render(request, "customers/list.html", context)


def _with_licences(rows: list[Customer]) -> list[tuple[Customer, Expiry | None]]:
    """Each customer with the blocking licence that ends first, where one ends soon or has ended."""
    day = timezone.localdate()
    ending = queries.blocking_licences([row.pk for row in rows], day)
    return [(row, expiry(ending[row.pk].valid_to, day) if row.pk in ending else None) for row in rows]


def _filters(request: HttpRequest, rows: QuerySet[Customer]) -> QuerySet[Customer]:
    show, region, kind = (request.GET.get(name, "") for name in ("show", "region", "type"))
    if region.isascii() and region.isdigit() and len(region) < 19:
        rows = rows.filter(region_id=int(region))
    if kind in CustomerType.values:
        rows = rows.filter(customer_type=kind)
    return _shown(request, rows, show)


def _shown(request: HttpRequest, rows: QuerySet[Customer], show: str) -> QuerySet[Customer]:
    if show == "mine":
        return rows.filter(active=True, owner_id=request.user.pk)
    if show == "key":
        return rows.filter(active=True, key_account=True)
    if show == "closed":
        return rows.filter(active=False)
    return rows.filter(active=True)


def _chips(request: HttpRequest, rows: QuerySet[Customer]) -> list[dict[str, Any]]:
    names = {"": _("Active"), "mine": _("Mine"), "key": _("Key accounts"), "closed": _("Closed")}
    current = request.GET.get("show", "")
    return [
        {
            "label": label,
            "url": "?" + _query(request, show),
            "active": show == (current if current in names else ""),
            "count": _shown(request, rows, show).order_by().aggregate(n=Count("pk"))["n"],
        }
        for show, label in names.items()
    ]


def _query(request: HttpRequest, show: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    query["show"] = show
    return query.urlencode()

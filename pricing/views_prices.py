"""The price list as a page, and the import of products, prices and costs."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.access import AUTHENTICATED, access
from accounts.models import Unit, User
from accounts.paging import page_of
from accounts.problems import Problem
from accounts.queries import business_today
from pricing.models import ListPrice, PriceList
from pricing.queries import unit_costs
from pricing.rules.price_sheets import COLUMNS
from pricing.services.price_import import PriceImport, import_prices, may_import

KINDS = [("products", _("Products")), ("prices", _("List prices")), ("costs", _("Unit costs"))]


class PriceFileForm(forms.Form):
    """Which file, for which company."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Company"))
    kind = forms.ChoiceField(label=_("What the file holds"), choices=KINDS)
    file = forms.FileField(label=_("CSV or XLSX file"))

    def __init__(self, units: list[Unit], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = Unit.objects.filter(pk__in=[unit.pk for unit in units])
        self.fields["unit"].queryset = chosen  # type: ignore[attr-defined]
        self.fields["unit"].initial = units[0].pk


@access(AUTHENTICATED)
@require_http_methods(["GET", "POST"])
def prices(request: HttpRequest) -> HttpResponse:
    """The list in force, another one by choice; who keeps prices finds the import below it."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("the login middleware lets nobody else in")
    units = [unit for unit in Unit.objects.all() if may_import(user, unit)]
    result, status, form = None, 200, PriceFileForm(units) if units else None
    if request.method == "POST":
        result, form, status = _imported(request, user, units)
    context = {**_list(request, user, units), "form": form, "result": result, "kinds": _kinds()}
    return render(request, "pricing/prices.html", context, status=status)


def _imported(request: HttpRequest, user: User, units: list[Unit]) -> tuple[PriceImport | None, Any, int]:
    if not units:
        raise Problem("not_importer", 403, gettext("Your roles do not include this for this customer or unit."))
    form = PriceFileForm(units, request.POST, request.FILES)
    if not form.is_valid():
        return None, form, 422
    asked, check = form.cleaned_data, request.POST.get("do") != "import"
    result = import_prices(asked["unit"], asked["kind"], asked["file"].read(), actor=user, dry_run=check)
    return result, form, 422 if result.errors else 200


def _kinds() -> list[tuple[Any, list[Any]]]:
    return [(label, list(COLUMNS[kind])) for kind, label in KINDS]


def _list(request: HttpRequest, user: User, keeps: list[Unit]) -> dict[str, Any]:
    lists = list(PriceList.objects.visible_to(user).select_related("unit"))
    today, wanted = business_today(), request.GET.get("list", "")
    current = [each for each in lists if each.valid_from <= today and (each.valid_to is None or each.valid_to >= today)]
    named = [each for each in lists if str(each.pk) == wanted]
    chosen = next(iter([*named, *current, *lists]), None)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    rows = ListPrice.objects.filter(price_list=chosen).select_related("product__category")
    for word in words.split():
        rows = rows.filter(
            Q(product__code__icontains=word) | Q(product__name_zh__icontains=word) | Q(product__name_en__icontains=word)
        )
    page = page_of(rows, request.GET)
    with_cost = chosen is not None and chosen.unit in keeps
    costs: dict[int, Any] = {}
    if chosen is not None and with_cost:
        costs = unit_costs(chosen.unit, chosen.currency, [row.product_id for row in page.rows], today)
    return {
        "lists": [
            {"label": f"{each.code} · {each.currency}", "url": f"?list={each.pk}", "active": each == chosen}
            for each in lists
        ],
        "chosen": chosen,
        "q": words,
        "page": page,
        "rows": [{"price": row, "cost": costs.get(row.product_id)} for row in page.rows],
        "with_cost": with_cost,
    }

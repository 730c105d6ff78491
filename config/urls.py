"""All addresses of the product."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path


def app(prefix: str, module: str) -> list[URLPattern | URLResolver]:
    return [path(prefix, include(module))] if find_spec(module) else []


urlpatterns = [
    path("admin/", admin.site.urls),
    *app("", "accounts.urls"),
    *app("customers/", "customers.urls"),
    *app("policies/", "policies.urls"),
    *app("credit/", "credit.urls"),
    *app("audit/", "audit.urls"),
    *app("", "contracts.urls"),
    *app("", "workflows.urls"),
]

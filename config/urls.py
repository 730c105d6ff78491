"""All addresses of the product."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from workflows.views.home import home


def app(prefix: str, module: str) -> list[URLPattern | URLResolver]:
    return [path(prefix, include(module))] if find_spec(module) else []


urlpatterns = [
    path("", home, name="home"),
    path("admin/", admin.site.urls),
    *app("", "accounts.urls"),
    *app("customers/", "customers.urls"),
    *app("policies/", "policies.urls"),
    *app("credit/", "credit.urls"),
    *app("audit/", "audit.urls"),
    *app("", "contracts.urls"),
    *(app("", "workflows.urls") if find_spec("workflows.views.queue") and find_spec("workflows.views.requests") and find_spec("credit.forms") else []),
]
if find_spec("audit.api") and find_spec("contracts.api") and find_spec("customers.api"):
    from config import api

    urlpatterns.append(path("api/v1/", api.urls))

"""All addresses of the product."""

from django.contrib import admin
from django.urls import include, path

from config import api
from workflows.views.home import home

urlpatterns = [
    path("", home, name="home"),
    path("admin/", admin.site.urls),
    *api.urlpatterns,
    path("", include("accounts.urls")),
    path("customers/", include("customers.urls")),
    path("policies/", include("policies.urls")),
    path("credit/", include("credit.urls")),
    path("prices/", include("pricing.urls")),
    path("audit/", include("audit.urls")),
    path("", include("contracts.urls")),
    path("", include("workflows.urls")),
]

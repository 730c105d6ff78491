"""Addresses under /prices/."""

from django.urls import path

from pricing import views_agreements, views_prices

app_name = "pricing"
urlpatterns = [
    path("", views_prices.prices, name="prices"),
    path("agreements/", views_agreements.agreements, name="agreements"),
    path("agreements/<str:number>/", views_agreements.agreement, name="agreement"),
    path("agreements/<str:number>/end/", views_agreements.end, name="agreement_end"),
    path("agreements/<str:number>/notices/<int:pk>/seen/", views_agreements.seen, name="notice_seen"),
]

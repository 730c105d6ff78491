"""Addresses of the policy pages."""

from django.urls import path

from policies import views

app_name = "policies"
urlpatterns = [
    path("", views.detail, name="detail"),
    path("<int:number>/", views.detail, name="version"),
]

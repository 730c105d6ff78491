"""Addresses of the account pages."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("language/", views.language, name="language"),
    path("colleagues/", views.colleagues_offered, name="colleagues"),
    path("profile/", views.profile, name="profile"),
    path("about/", views.about, name="about"),
]

"""The home page: one view, its blocks depend on what there is for the reader."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import AUTHENTICATED, access
from accounts.models import User
from workflows import dashboards


@access(AUTHENTICATED)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    if not isinstance(request.user, User):
        raise TypeError("the login middleware lets nobody else in")
    return render(request, "workflows/home.html", dashboards.home(request.user))

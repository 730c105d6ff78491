"""Logging in and out, language, profile, and the offer of the source code."""

from collections.abc import Iterable
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import services
from accounts.access import AUTHENTICATED, PUBLIC, access
from accounts.colleagues import colleagues
from accounts.forms import LoginForm, ProfileForm
from accounts.held import Held
from accounts.models import User
from accounts.queries import held_roles


class Login(LoginView):
    """Log in by e-mail and password, in either language."""

    form_class = LoginForm
    template_name = "registration/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = Held.read(self.request.POST.get("held", ""))
        return super().get_context_data(demo=settings.DEMO, held=held.text if held else "", **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """What was being sent when the session had ended is offered for sending."""
        answer = super().form_valid(form)
        held = Held.read(self.request.POST.get("held", ""))
        return held.offer(self.request) if held else answer


_login, _logout = Login.as_view(), LogoutView.as_view()


@access(PUBLIC)
def login(request: HttpRequest) -> HttpResponse:
    return cast(HttpResponse, _login(request))


@access(AUTHENTICATED)
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    return _logout(request)


@access(PUBLIC)
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Show everything in the chosen language from now on."""
    code = request.POST.get("language", "")
    response = HttpResponseRedirect(_safe_next(request))
    if code not in dict(settings.LANGUAGES):
        return response
    if isinstance(request.user, User):
        if request.user.language != code:
            services.change_user(request.user, language=code, actor=request.user)
    else:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, samesite="Lax", secure=settings.HTTPS)
    return response


def _safe_next(request: HttpRequest) -> str:
    """Back to the page it came from, never to another site."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe and target.startswith("/") else "/"


@access(AUTHENTICATED)
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language, time zone and password of the one who is logged in."""
    assert isinstance(request.user, User)  # noqa: S101  (LoginRequiredMiddleware)
    user = User.objects.get(pk=request.user.pk)
    part = request.POST.get("save", "") if request.method == "POST" else ""
    form = ProfileForm(request.POST if part == "profile" else None, instance=user)
    password_form = PasswordChangeForm(request.user, request.POST if part == "password" else None)
    password_form.fields["old_password"].widget.attrs.pop("autofocus", None)
    if part == "profile" and form.is_valid():
        services.change_user(request.user, actor=request.user, **form.cleaned_data)
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Your profile is saved."))
        return redirect("profile")
    if part == "password" and password_form.is_valid():
        changed = services.change_password(
            request.user, password_form.cleaned_data["new_password1"], actor=request.user
        )
        update_session_auth_hash(request, changed)
        messages.success(request, _("Your password is changed; other devices are logged out."))
        return redirect("profile")
    context = {"form": form, "password_form": password_form, "assignments": held_roles(request.user)}
    return render(request, "accounts/profile.html", context, status=422 if part else 200)


@access(PUBLIC)
@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """Licence, version, and where the source code is (AGPL-3.0 section 13)."""
    return render(request, "accounts/about.html", {"source_url": getattr(settings, "SOURCE_URL", "")})


@access(AUTHENTICATED)
@require_GET
def colleagues_offered(request: HttpRequest) -> HttpResponse:
    """What a `ColleagueField` offers: whoever fits what was typed, sent as ``q`` or under the name of the field."""
    words = request.GET.get(request.headers.get("HX-Trigger-Name", "q"), "")
    rows: Iterable[Any] = colleagues(words, cast(User, request.user))
    offered = [
        (each.email, " · ".join(dict.fromkeys([each.display_name, *(held.get_role_display() for held in each.held)])))
        for each in rows
    ]
    return HttpResponse(render_to_string("accounts/colleagues.html", {"offered": offered}))

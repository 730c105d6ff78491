"""What was being sent when somebody turned out to be logged out is kept on the page and can be sent afterwards."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import csrf

from accounts.forms import LoginForm

# What a page may carry; more than that is no form that somebody filled in.
MOST: Final = 200_000
TECHNICAL: Final = frozenset({"csrfmiddlewaretoken"})


@dataclass(frozen=True)
class Held:
    """A form on its way.

    Args:
        path: to which it was sent, on this site.
        back: the page on which it was filled in, on this site.
        fields: names and values in their order.
        files: whether files came along, which no page can carry.
    """

    path: str
    back: str
    fields: list[tuple[str, str]]
    files: bool

    @classmethod
    def of(cls, request: HttpRequest) -> "Held | None":
        """What this request sends; nothing when it is no form, or holds a password."""
        names = set(request.POST) - TECHNICAL
        if request.method != "POST" or not names or any("password" in name for name in names):
            return None
        if request.headers.get("HX-Request") == "true":  # the script sends it as a page when it is refused
            return None
        fields = [(name, value) for name in request.POST for value in request.POST.getlist(name) if name in names]
        back = urlsplit(request.headers.get("Referer", ""))
        here = back.path if back.netloc == request.get_host() else "/"
        return cls(request.get_full_path(), here, [(name, str(value)) for name, value in fields], bool(request.FILES))

    @classmethod
    def read(cls, text: str) -> "Held | None":
        """What a login page carried; nothing when it is not that."""
        try:
            said = json.loads(text)
            found = cls(
                str(said["path"]), str(said["back"]), [(str(a), str(b)) for a, b in said["fields"]], bool(said["files"])
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        local = all(each.startswith("/") and not each.startswith(("//", "/\\")) for each in (found.path, found.back))
        return found if local and found.text else None

    @property
    def text(self) -> str:
        """As a login page carries it; empty when it is too long."""
        text = json.dumps(asdict(self), ensure_ascii=False)
        return text if len(text) <= MOST else ""

    @property
    def words(self) -> list[str]:
        """What somebody wrote himself, as far as it can be told from ids and choices."""
        return [value for _name, value in self.fields if " " in value.strip() or not value.isascii()]

    def offer(self, request: HttpRequest, status: int = 200) -> HttpResponse:
        """The page on which it can be looked at and sent."""
        return render(request, "accounts/held.html", {"held": self}, status=status)


class KeepingLoginMiddleware(LoginRequiredMiddleware):
    """Nobody gets in without login; what somebody sends after his session has ended waits on the login page."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        held = Held.of(request)
        if held is None or not held.text:
            return super().handle_no_permission(request, view_func)
        return _ask_login(request, held)


def _ask_login(request: HttpRequest, held: Held) -> HttpResponse:
    context = {"form": LoginForm(request), "next": held.back, "held": held.text, "demo": settings.DEMO}
    return render(request, "registration/login.html", context, status=401)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a form of another site; one of an old page of ours may be looked at and sent again.

    That it is ours says the browser by its ``Origin``, which no other site can set.
    """
    ours = request.headers.get("Origin", "") == f"{request.scheme}://{request.get_host()}"
    at_login = request.path == reverse("login")  # another tab has logged in meanwhile, or this page is sent once more
    held = Held.read(request.POST.get("held", "")) if at_login else Held.of(request)
    if not ours or held is None or not held.text:
        return csrf.csrf_failure(request, reason)
    return held.offer(request, 403) if request.user.is_authenticated else _ask_login(request, held)

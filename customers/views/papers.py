"""Handing out papers, always as a download: what somebody uploaded never runs on our page."""

from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.access import AUTHENTICATED, access
from accounts.models import User
from customers.models import Paper
from customers.papers import sees
from jobs import storage


@access(AUTHENTICATED)
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """A paper of a letter that this person sees; for everybody else there is no such paper."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    found = get_object_or_404(Paper.objects.present(), pk=pk)
    if not sees(request.user, found.letter_kind, found.letter_id):
        raise Http404
    return download(found.file_name, found.media_type, found.sha256)


def download(file_name: str, media_type: str, sha256: str) -> HttpResponse:
    """The bytes of a stored file, verified against their hash. The caller has checked who asks."""
    response = HttpResponse(storage.get(sha256), content_type=media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file_name)}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response

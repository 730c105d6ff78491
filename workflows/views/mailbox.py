"""The mailbox of the demo: what people would find in theirs. It exists in the demo only."""

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.access import PUBLIC, access

# Django's file back end ends each message with this line.
END: Final = b"\n" + b"-" * 79 + b"\n"
SHOWN: Final = 200
_NAME = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9]+-[0-9]+")
_LINK = re.compile(r"(https?://\S+)")


@dataclass(frozen=True)
class Mail:
    """One mail as its reader gets it."""

    name: str
    message: EmailMessage

    @property
    def to(self) -> str:
        return str(self.message["To"])

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def at(self) -> datetime:
        """Django writes UTC as -0000, which is read as no zone at all."""
        return parsedate_to_datetime(str(self.message["Date"])).replace(tzinfo=UTC)

    @property
    def parts(self) -> list[tuple[bool, str]]:
        """The text, cut into words and links: (is a link, text)."""
        body = self.message.get_body(("plain",))
        text = str(body.get_content()) if body is not None else ""
        return [(bool(_LINK.fullmatch(part)), part) for part in _LINK.split(text)]


@access(PUBLIC)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    found, to = _mails(), request.GET.get("to", "")
    people = sorted({mail.to for mail in found})
    context = {
        "mails": [mail for mail in found if not to or mail.to == to][:SHOWN],
        "people": people,
        "to": to,
    }
    return render(request, "workflows/mailbox.html", context)


@access(PUBLIC)
@require_GET
def mail(request: HttpRequest, name: str) -> HttpResponse:
    found = next((each for each in _mails(name) if each.name == name), None)
    if found is None:
        raise Http404
    return render(request, "workflows/mailbox_mail.html", {"mail": found})


def _mails(name: str = "") -> list[Mail]:
    """Newest first; one file for a known name."""
    if not settings.DEMO or (name and not _NAME.fullmatch(name)):
        raise Http404
    wanted = f"{name.rpartition('-')[0]}.log" if name else "*.log"
    files = sorted(Path(settings.EMAIL_FILE_PATH).glob(wanted), reverse=True)
    return [mail for file in files[: SHOWN * 5] for mail in _read(file)]


def _read(file: Path) -> list[Mail]:
    found = [part for part in file.read_bytes().split(END) if part.strip()]
    return [
        Mail(f"{file.stem}-{number}", email.message_from_bytes(part.lstrip(b"\n"), policy=email.policy.default))
        for number, part in enumerate(found)
    ][::-1]

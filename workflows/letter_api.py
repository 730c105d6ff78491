"""The REST resource of a kind of letter, the same for every kind: list, begin, read, change, papers, submit."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError as Invalid
from django.db.models import Model
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import create_model

from accounts.models import User
from accounts.schemas import Cursor, Limit, Page, Strict, Words, acting, check_nulls, idempotency_key, keyset
from customers.models import Customer
from jobs.answers import answered_once
from jobs.idempotency import once
from workflows import services
from workflows.models import Request
from workflows.pages import Pages, Papers
from workflows.preview import preview
from workflows.representations import attachment_out, detail_out, preview_out
from workflows.schemas import AttachmentOut, PreviewOut, RequestDetail


@dataclass(frozen=True)
class Letter:
    """What a kind says about its letter over REST.

    Args:
        name: of one, in words for the document, for example "credit application".
        model: of the letter.
        begin: schema of a new letter: the fields of `change`, and `customer` (a code) where it is about one.
        change: schema of a change; members that are left out stay as they are.
        out: schema of a letter; `shown`: (letter, number of its request or None) -> its members.
        rows: user -> letters that he may see, discarded ones left out, sent ones not; `customer` select_related.
        save: (customer or None, values, user, letter or None) -> the letter, through the service of the domain.
        inside: members that are no fields of the letter's model, such as a list of lines.
    """

    pages: Pages
    name: str
    model: type[Model]
    begin: type[Strict]
    change: type[Strict]
    out: type[Schema]
    shown: Callable[[Any, str | None], Mapping[str, Any]]
    rows: Callable[[User], Any]
    save: Callable[[Customer | None, dict[str, Any], User, Any], Any]
    inside: frozenset[str] = field(default=frozenset())

    @property
    def code(self) -> str:
        """The kind's code."""
        return self.pages.code

    def get(self, request: HttpRequest, pk: int) -> Any:
        """The letter, where the caller may see it."""
        return get_object_or_404(self.rows(acting(request)), pk=pk)

    def answer(self, request: HttpRequest, pk: int) -> dict[str, Any]:
        """The letter as it stands, with the number of its latest request that the caller may see."""
        sent = Request.objects.visible_to(acting(request)).filter(kind=self.code, letter_id=pk).order_by("-pk")
        return dict(self.shown(self.get(request, pk), sent.values_list("no", flat=True).first()))

    def said(self, body: Strict, before: Any = None) -> dict[str, Any]:
        """What was sent, when the letter could hold it.

        Raises:
            ValidationError: naming the members.
        """
        values = {name: getattr(body, name) for name in body.model_fields_set - {"customer"}}
        own = {name: value for name, value in values.items() if name not in self.inside}
        check_nulls(self.model, own)
        wanted = copy(before) if before else self.model()
        for name, value in own.items():
            setattr(wanted, name, value)
        wanted.clean_fields(exclude={each.name for each in self.model._meta.fields} - own.keys())
        start, end = getattr(wanted, "valid_from", None), getattr(wanted, "valid_to", None)
        if start and end and end < start:
            raise Invalid({"valid_to": _("The last day must not be before the first.")})
        return values


def letter_router(letter: Letter) -> Router:
    """The whole resource of a kind, ready for `config.api`."""
    router = Router(tags=[f"{letter.name}s"])
    _add_reading(router, letter)
    _add_writing(router, letter)
    _add_sending(router, letter)
    if letter.pages.papers is not None:
        _add_papers(router, letter, letter.pages.papers)
    return router


def _doc(letter: Letter, what: str, summary: str, description: str = "") -> dict[str, Any]:
    """Summary, description and a name of the operation that no other kind has."""
    return {
        "summary": summary % letter.name,
        "description": description,
        "operation_id": f"{letter.code}_{what}",
    }


def _add_reading(router: Router, letter: Letter) -> None:
    page: Any = create_model(f"{letter.out.__name__}Page", __base__=Page, items=(list[letter.out], ...))  # type: ignore[name-defined]
    newest = "Those that you may see, newest first."
    stands = "As it stands, with the number of its request once it was submitted."

    @router.get("", response=page, **_doc(letter, "list", "List every %s", newest))
    def list_letters(request: HttpRequest, cursor: Cursor = None, limit: Limit = 50) -> dict[str, Any]:
        found, following = keyset(letter.rows(acting(request)), cursor, limit)
        keys = [row.pk for row in found]
        sent = Request.objects.visible_to(acting(request)).filter(kind=letter.code, letter_id__in=keys)
        numbers = dict(sent.order_by("pk").values_list("letter_id", "no"))
        return {"items": [letter.shown(row, numbers.get(row.pk)) for row in found], "next_cursor": following}

    @router.get("/{int:pk}", response=letter.out, **_doc(letter, "show", "Read a %s", stands))
    def show_letter(request: HttpRequest, pk: int) -> dict[str, Any]:
        return letter.answer(request, pk)


def _add_writing(router: Router, letter: Letter) -> None:
    draft = "A draft; nobody is asked yet."
    again = "Change a draft or a returned one; whoever changes it cannot decide it."

    @router.post("", response={201: letter.out}, **_doc(letter, "create", "Begin a %s", draft))
    def create_letter(request: HttpRequest, body: letter.begin) -> Status[Any]:  # type: ignore[name-defined]
        user, values, customer = acting(request), letter.said(body), None
        if letter.pages.by_customer:
            customer = get_object_or_404(Customer.objects.visible_to(user), code=body.customer)

        def run() -> dict[str, Any]:
            return letter.answer(request, letter.save(customer, values, user, None).pk)

        what = ["create", letter.code, body.model_dump(mode="json", exclude_unset=True)]
        return Status(201, once(user, idempotency_key(request), what, run)[0])

    @router.patch("/{int:pk}", response=letter.out, **_doc(letter, "change", "Change a %s", again))
    def change_letter(request: HttpRequest, pk: int, body: letter.change) -> dict[str, Any]:  # type: ignore[name-defined]
        user, row = acting(request), letter.get(request, pk)
        values = letter.said(body, row)

        def run() -> dict[str, Any]:
            letter.save(row.customer, values, user, row)
            return letter.answer(request, pk)

        what = ["change", letter.code, pk, body.model_dump(mode="json", exclude_unset=True)]
        return once(user, idempotency_key(request), what, run)[0]


def _add_sending(router: Router, letter: Letter) -> None:
    path = "Figures, approval path with reasons and people, expected time; nothing is stored."
    way = "Send it on its way; 422 with one sentence per reason when that is not possible."

    @router.get("/{int:pk}/preview", response=PreviewOut, **_doc(letter, "preview", "Preview a submitted %s", path))
    def preview_letter(request: HttpRequest, pk: int) -> dict[str, Any]:
        user = acting(request)
        return preview_out(preview(letter.pages.kind, letter.get(request, pk), user), user)

    @router.post("/{int:pk}/submit", response={201: RequestDetail}, **_doc(letter, "submit", "Submit a %s", way))
    def submit_letter(request: HttpRequest, pk: int) -> Status[Any]:
        letter.get(request, pk)
        user, key = acting(request), idempotency_key(request)

        def write() -> dict[str, Any]:
            return detail_out(services.submit(letter.pages.kind, pk, actor=user, idempotency_key=key), user)

        return Status(201, answered_once(user, key, ["submit", letter.code, pk], write))


def _add_papers(router: Router, letter: Letter, box: Papers) -> None:
    there, address = "The papers that are attached now.", "/{int:pk}/attachments"
    codes = ", ".join(code for code, _label in box.kinds)
    add = f"Add a PDF, PNG, JPG, XLSX or DOCX file to a draft; `kind` says what it is: {codes}."

    @router.get(address, response=list[AttachmentOut], **_doc(letter, "papers", "List the papers of a %s", there))
    def list_papers(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
        return [attachment_out(paper) for paper in box.attached(letter.get(request, pk))]

    @router.post(address, response={201: AttachmentOut}, **_doc(letter, "attach", "Attach a paper to a %s", add))
    def attach_paper(request: HttpRequest, pk: int, kind: Words, file: UploadedFile) -> Status[Any]:
        user, row = acting(request), letter.get(request, pk)
        data, name = file.read(), file.name or ""

        def run() -> dict[str, Any]:
            return attachment_out(box.attach(row, kind, name, data, user))

        what = ["attach", letter.code, pk, kind, name, sha256(data).hexdigest()]
        return Status(201, once(user, idempotency_key(request), what, run)[0])

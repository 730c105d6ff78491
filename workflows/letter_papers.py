"""Papers of a letter as most kinds keep them: in `customers.models.Paper`, known by the kind and the letter's id."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.models import User
from customers.models import Paper
from customers.services import papers
from customers.views.papers import download
from workflows.pages import Papers

Needed = Callable[[Any, Mapping[str, Any]], Sequence[Mapping[str, Any]]]


def papers_of(code: str, kinds: Sequence[tuple[str, Any]], needed: Needed | None = None) -> Papers:
    """The papers of a kind of letter.

    Args:
        kinds: (code, label) of papers that may be attached.
        needed: (letter, evaluation) -> what has to be there; nothing when left out.
    """

    def attach(letter: Any, kind: str, name: str, data: bytes, actor: User) -> Paper:
        return papers.add_paper(code, letter.pk, kind, name, data, actor)

    def detach(letter: Any, pk: int, actor: User) -> None:
        papers.remove_paper(get_object_or_404(papers.papers_of(code, letter.pk), pk=pk), actor)

    def submitted(letter: int, pk: int) -> HttpResponse:
        paper = get_object_or_404(Paper, pk=pk, letter_kind=code, letter_id=letter)
        return download(paper.file_name, paper.media_type, paper.sha256)

    return Papers(
        kinds=kinds,
        attached=lambda letter: list(papers.papers_of(code, letter.pk)),
        attach=attach,
        detach=detach,
        address=lambda paper: reverse("customers:paper", args=[paper.pk]),
        submitted=submitted,
        needed=needed or (lambda letter, evaluation: ()),
    )

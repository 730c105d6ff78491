"""Letting a colleague read a request that he would not see by his role."""

from django.db import transaction
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm

from accounts.models import User
from accounts.problems import Problem
from contracts.models import Document
from workflows import rules
from workflows.models import Request
from workflows.refusals import problem
from workflows.trail import note_aside


@transaction.atomic
def share_request(request: Request, with_user: User, *, actor: User) -> None:
    """Let a colleague read the request and its papers; he may not decide by that. Sharing again is nothing.

    Raises:
        Problem: the actor is not the submitter (403), or the colleague's account is closed (422).
    """
    if request.submitter.person_id != actor.person_id:
        raise problem(rules.Refusal("not_yours"))
    if not with_user.is_active:
        raise Problem("account_closed", 422, _("This account is closed."))
    show(request, with_user, actor=actor)


def show(request: Request, with_user: User, *, actor: User) -> bool:
    """Give a colleague sight of the request and its papers, in the caller's transaction; whether he had none before.

    What he has been shown he may read from then on; why he was shown it is the caller's to check.
    """
    if Request.objects.visible_to(with_user).filter(pk=request.pk).exists():
        return False
    assign_perm("workflows.view_request", with_user, request)
    for document in Document.objects.filter(request_no=request.no):
        assign_perm("contracts.view_document", with_user, document)
    note_aside(request, "request.shared", actor, after={"with": with_user.display_name, "user": with_user.pk})
    return True

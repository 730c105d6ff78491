"""Filing the survey (form 2), the analysis (form 3) and the potential sheet (form 5)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.problems import Problem
from accounts.queries import covers, held_roles
from accounts.roles import Role
from audit.services import record
from credit.models import CaseForm
from customers.models import Customer

MAY_FILE: Final = {
    CaseForm.Form.SURVEY: (Role.REP, Role.SM, Role.RD, Role.CS, Role.CC),
    CaseForm.Form.ANALYSIS: (Role.CC,),
    CaseForm.Form.POTENTIAL: (Role.REP, Role.SM, Role.RD, Role.CC),
}


def may_file(form_no: int, customer: Customer, actor: User) -> bool:
    """Whether the actor's roles allow this form for this customer; analysis is kept apart from selling."""
    allowed = MAY_FILE[CaseForm.Form(form_no)]
    in_role = any(
        held.role in allowed and covers(held, customer.unit_id, customer.region_id) for held in held_roles(actor)
    )
    sells = customer.owner.person_id == actor.person_id
    return in_role and not (form_no == CaseForm.Form.ANALYSIS and sells)


@transaction.atomic
def file_case_form(
    customer: Customer,
    form_no: int,
    answers: Mapping[str, Any],
    *,
    as_of: date,
    actor: User,
    second_surveyor: User | None = None,
) -> CaseForm:
    """File a form; it supersedes the earlier one and is never edited.

    Args:
        form_no: 2 survey, 3 analysis, 5 potential.
        answers: checked answers by field code.
        as_of: day of the visit, of the statements or of the rating.
        second_surveyor: who else was there (form 2; mandatory by policy above 300,000).

    Raises:
        Problem: 404 for an invisible customer, 403 for a role that may not file the form, 422 when the
            second surveyor is the same natural person.
    """
    if not Customer.objects.visible_to(actor).filter(pk=customer.pk).exists():
        raise Problem("not_found", 404, _("There is no such customer."))
    if not may_file(form_no, customer, actor):
        raise Problem("not_permitted", 403, _("Your role may not file this form for this customer."))
    if second_surveyor is not None and second_surveyor.person_id == actor.person_id:
        sentence = _("The second surveyor must be another person.")
        errors = [{"field": "second_surveyor", "message": sentence}]
        raise Problem("second_surveyor", 422, sentence, errors=errors)
    filed = CaseForm.objects.create(
        customer=customer,
        form_no=form_no,
        answers=dict(answers),
        as_of=as_of,
        filled_by=actor,
        second_surveyor=second_surveyor,
    )
    record(
        "credit.form_filed",
        stream=f"customer:{customer.pk}",
        actor=actor,
        object_type="case_form",
        object_id=str(filed.pk),
        object_label=str(filed.get_form_no_display()),
        customer_id=customer.pk,
        customer_label=customer.name,
        after={"form_no": int(form_no), "as_of": as_of},
    )
    return filed

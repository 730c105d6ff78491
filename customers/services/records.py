"""Contacts, licences and legal records of a customer."""

from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from customers import authority, queries
from customers.models import Contact, Customer, LegalFlag, Licence
from customers.services.file_rows import (
    note_row,
    own_row,
    refuse_unknown,
    require_editor,
    set_values,
)

CONTACT_FIELDS: Final = ("name", "title", "mobile", "email", "consent", "active")
LICENCE_FIELDS: Final = ("kind", "number", "scope", "valid_from", "valid_to", "blocking")


@transaction.atomic
def save_contact(
    customer: Customer, data: dict[str, Any], *, actor: User | None, contact: Contact | None = None
) -> Contact:
    """Add or change a person at the customer; name, mobile and e-mail enter the trail as commitments.

    Raises:
        ValidationError: a field is refused.
        Problem: 403 without authority.
    """
    require_editor(customer, actor)
    refuse_unknown(data, CONTACT_FIELDS)
    row = own_row(customer, contact) or Contact(customer=customer)
    before = set_values(row, data)
    if before is None:
        return row
    after = {name: getattr(row, name) for name in before}
    pii = {f"contact.{name}": str(after.pop(name)) for name in ("name", "mobile", "email") if after.get(name)}
    for name in ("name", "mobile", "email"):
        before.pop(name, None)
    note_row(customer, "customers.contact_saved", actor, "contact", row, before, after, pii)
    return row


@transaction.atomic
def save_licence(
    customer: Customer, data: dict[str, Any], *, actor: User | None, licence: Licence | None = None
) -> Licence:
    """Add or change a licence.

    Raises:
        ValidationError: a field is refused.
        Problem: 403 without authority.
    """
    require_editor(customer, actor)
    refuse_unknown(data, LICENCE_FIELDS)
    row = own_row(customer, licence) or Licence(customer=customer)
    before = set_values(row, data)
    if before is None:
        return row
    after = {name: getattr(row, name) for name in before}
    note_row(customer, "customers.licence_saved", actor, "licence", row, before, after, {})
    return row


@transaction.atomic
def open_legal_flag(customer: Customer, *, kind: str, on: date, source: str, actor: User | None) -> LegalFlag:
    """Enter a public record or an event that weighs on the customer's credit.

    Raises:
        ValidationError: a field is refused.
        Problem: 403 without authority.
    """
    if actor is not None:
        authority.require(authority.may_flag(actor, customer), "not_flagger")
    if on > queries.business_day(customer.unit):
        raise ValidationError({"on": _("The day must not be in the future.")}, code="future")
    flag = LegalFlag(customer=customer)
    after = {"kind": kind, "on": on, "source": source}
    set_values(flag, after)
    note_row(customer, "customers.legal_flag_opened", actor, "legal_flag", flag, None, after, {})
    return flag


@transaction.atomic
def close_legal_flag(flag: LegalFlag, *, on: date, reason: str, actor: User | None) -> LegalFlag:
    """Say that a record no longer stands, and why; closing twice changes nothing.

    Raises:
        ValidationError: closed before it was opened.
        Problem: 403 without authority.
    """
    flag = LegalFlag.objects.select_for_update().select_related("customer").get(pk=flag.pk)
    if actor is not None:
        authority.require(authority.may_flag(actor, flag.customer), "not_flagger")
    if flag.closed_on is not None:
        return flag
    if set_values(flag, {"closed_on": on}) is not None:
        note_row(
            flag.customer, "customers.legal_flag_closed", actor, "legal_flag", flag, None,
            {"kind": flag.kind, "closed_on": on}, {}, reason,
        )  # fmt: skip
    return flag

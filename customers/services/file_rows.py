"""Rows of a customer file: who may write them, what is refused, what the trail says."""

from typing import Any, Final, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from customers import authority
from customers.models import Contact, Customer, Licence
from customers.rules.names import hidden_characters

PERSONAL: Final = frozenset({"legal_rep", "phone", "mobile", "email", "contact_name", "bank_masked"})
Row = TypeVar("Row", Contact, Licence)


def require_editor(customer: Customer, actor: User | None) -> None:
    if actor is not None:
        authority.require(authority.may_edit(actor, customer), "not_customer_editor")


def refuse_unknown(fields: dict[str, Any], allowed: tuple[str, ...]) -> None:
    refused = sorted(set(fields) - set(allowed))
    if refused:
        raise ValidationError(
            _("These fields cannot be set here: %(fields)s.") % {"fields": ", ".join(refused)},
            code="unknown_field",
        )


def normal(fields: dict[str, Any]) -> dict[str, Any]:
    """Codes in capitals, text without surrounding spaces; nothing else is repaired."""
    normal = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    if isinstance(normal.get("uscc"), str):
        normal["uscc"] = normal["uscc"].upper()
    return normal


def refuse_hidden(row: models.Model) -> None:
    """No text of the file may contain characters that nobody sees."""
    errors = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        hidden = hidden_characters(value) if isinstance(value, str) else []
        if hidden:
            errors[field.name] = ValidationError(
                _("The text contains characters that cannot be seen (%(characters)s)."),
                code="hidden",
                params={"characters": ", ".join(hidden[:3])},
            )
    if errors:
        raise ValidationError(errors)


def own_row(customer: Customer, row: Row | None) -> Row | None:
    if row is None:
        return None
    return type(row).objects.select_for_update().get(pk=row.pk, customer=customer)


def set_values(row: models.Model, data: dict[str, Any]) -> dict[str, Any] | None:
    """Write changed fields after checking; returns what they were, None when nothing differs."""
    before = {name: getattr(row, name) for name in data}
    changed = [name for name, value in normal(data).items() if row.pk is None or value != before[name]]
    if not changed:
        return None
    for name in changed:
        setattr(row, name, normal(data)[name])
    refuse_hidden(row)
    row.full_clean()
    row.save()
    return {name: before[name] for name in changed}


def plain(value: Any) -> Any:
    if isinstance(value, User):
        return {"id": value.pk, "name": value.display_name}
    return getattr(value, "code", str(value)) if isinstance(value, models.Model) else value


def note_file(
    customer: Customer,
    action: str,
    actor: User | None,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Personal fields leave the body: new values are committed to, old ones stay in earlier events."""
    pii = {name: str(value) for name, value in (after or {}).items() if name in PERSONAL and value}
    record(
        action,
        stream=f"customer:{customer.pk}",
        actor=actor,
        object_type="customer",
        object_id=str(customer.pk),
        object_label=customer.name,
        customer_id=customer.pk,
        customer_label=customer.name,
        before=_impersonal(before),
        after=_impersonal(after),
        pii=pii,
    )


def _impersonal(values: dict[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {name: value for name, value in values.items() if name not in PERSONAL}


def note_row(
    customer: Customer,
    action: str,
    actor: User | None,
    object_type: str,
    row: models.Model,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    pii: dict[str, str],
    reason: str = "",
) -> None:
    record(
        action,
        stream=f"customer:{customer.pk}",
        actor=actor,
        object_type=object_type,
        object_id=str(row.pk),
        customer_id=customer.pk,
        customer_label=customer.name,
        before=before,
        after=after,
        pii=pii,
        reason=reason,
    )

"""Opening, changing and sharing customer files; of personal data the trail keeps only commitments."""

from datetime import date
from typing import Any, Final, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm, remove_perm

from accounts.models import Region, Unit, User
from accounts.problems import Problem
from audit.services import record
from customers import authority, queries
from customers.models import Contact, Customer, LegalFlag, Licence
from customers.rules.names import hidden_characters, skeleton, sort_key

# What the page and the API may set; stars and key-account status follow from their own decisions.
FILE_FIELDS: Final = (
    "name", "name_en", "short_name", "uscc", "customer_type", "segment", "group", "legal_rep",
    "registered_address", "bank_masked", "phone", "founded_on", "since", "buyer_public_or_large",
    "category_purchases", "turnover", "target_lines", "active",
)  # fmt: skip
ASSIGNMENT_FIELDS: Final = ("owner", "region")
PERSONAL: Final = frozenset({"legal_rep", "phone", "mobile", "email", "contact_name", "bank_masked"})
CONTACT_FIELDS: Final = ("name", "title", "mobile", "email", "consent", "active")
Row = TypeVar("Row", Contact, Licence)
LICENCE_FIELDS: Final = ("kind", "number", "scope", "valid_from", "valid_to", "blocking")


def derived(name: str) -> dict[str, str]:
    """The columns that follow from a name: sort and search key, look-alike skeleton."""
    return {"pinyin": sort_key(name), "skeleton": skeleton(name)}


@transaction.atomic
def create_customer(
    *,
    unit: Unit,
    region: Region,
    owner: User,
    code: str,
    name: str,
    actor: User | None,
    accept_look_alike: bool = False,
    **fields: Any,
) -> Customer:
    """Open the file of a new customer.

    Args:
        code: the customer's number in the ERP; the feed finds the customer by it.
        actor: who opens it; None is the system, which may also set stars and key-account status.
        accept_look_alike: the actor has seen that a customer with the same-looking name exists.

    Raises:
        ValidationError: a field is refused; code ``look_alike`` on the name when it resembles another.
        Problem: 403 when the actor's roles do not cover the place.
    """
    if actor is not None:
        authority.require(authority.may_create(actor, unit, region), "not_customer_editor")
        _refuse_unknown(fields, FILE_FIELDS)
        if not authority.holds(actor, authority.EDITORS, unit.pk, region.pk):
            authority.require(owner.pk == actor.pk, "owner_not_self")
    fields.setdefault("currency", unit.currency)
    customer = Customer(unit=unit, region=region, owner=owner, code=code, name=name, **derived(name), **_normal(fields))
    _check(customer, accept_look_alike)
    customer.save()
    changes = {"code": code, "name": name, **{field: _plain(getattr(customer, field)) for field in fields}}
    changes |= {"unit": unit.code, "region": region.code, "owner": _plain(owner)}
    _record(customer, "customers.customer_created", actor, after=changes)
    return customer


@transaction.atomic
def change_customer(
    customer: Customer,
    changes: dict[str, Any],
    *,
    actor: User | None,
    revision: int | None = None,
    accept_look_alike: bool = False,
) -> Customer:
    """Change fields of the file; nothing is written and no event left when nothing differs.

    Args:
        changes: new values by field name (`FILE_FIELDS`, and `ASSIGNMENT_FIELDS` for who may reassign).
        revision: what the editor saw; a newer file is refused instead of overwritten.

    Raises:
        ValidationError: a field is refused.
        Problem: 403 without authority, 409 when somebody changed the file meanwhile.
    """
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    _authorise(customer, changes, actor)
    if revision is not None and revision != customer.revision:
        raise Problem(
            "customer_changed_meanwhile",
            409,
            _("Somebody has changed this file meanwhile. Look at it again."),
        )
    before = {field: getattr(customer, field) for field in changes}
    changes = {name: value for name, value in _normal(changes).items() if value != before[name]}
    if not changes:
        return customer
    for field, value in changes.items():
        setattr(customer, field, value)
    if "name" in changes:
        for field, value in derived(customer.name or "").items():
            setattr(customer, field, value)
    _check(customer, accept_look_alike or "name" not in changes)
    customer.revision += 1
    customer.save()
    _record(
        customer,
        "customers.customer_changed",
        actor,
        before={name: _plain(before[name]) for name in changes},
        after={name: _plain(getattr(customer, name)) for name in changes},
    )
    return customer


@transaction.atomic
def share_customer(customer: Customer, with_user: User, actor: User | None) -> None:
    """Let a colleague read a customer that his roles do not show him; sharing twice changes nothing.

    Raises:
        Problem: 403 without authority, 422 for a closed account.
    """
    _require_editor(customer, actor)
    if not with_user.is_active:
        raise Problem("user_inactive", 422, _("This account is closed."))
    if with_user.pk in shared_with(customer):
        return
    assign_perm("customers.view_customer", with_user, customer)
    _record(customer, "customers.customer_shared", actor, after={"with": _plain(with_user)})


@transaction.atomic
def unshare_customer(customer: Customer, with_user: User, actor: User | None) -> None:
    """Take a share back; nothing happens when there was none.

    Raises:
        Problem: 403 without authority.
    """
    _require_editor(customer, actor)
    if with_user.pk not in shared_with(customer):
        return
    remove_perm("customers.view_customer", with_user, customer)
    _record(customer, "customers.customer_unshared", actor, before={"with": _plain(with_user)})


def shared_with(customer: Customer) -> set[int]:
    """Ids of the users with whom the customer is shared, read under the customer's row lock."""
    Customer.objects.select_for_update().get(pk=customer.pk)
    return set(queries.shares(customer).values_list("pk", flat=True))


@transaction.atomic
def save_contact(
    customer: Customer, data: dict[str, Any], *, actor: User | None, contact: Contact | None = None
) -> Contact:
    """Add or change a person at the customer; name, mobile and e-mail enter the trail as commitments.

    Raises:
        ValidationError: a field is refused.
        Problem: 403 without authority.
    """
    _require_editor(customer, actor)
    _refuse_unknown(data, CONTACT_FIELDS)
    row = _own(customer, contact) or Contact(customer=customer)
    before = _set(row, data)
    if before is None:
        return row
    after = {name: getattr(row, name) for name in before}
    pii = {f"contact.{name}": str(after.pop(name)) for name in ("name", "mobile", "email") if after.get(name)}
    for name in ("name", "mobile", "email"):
        before.pop(name, None)
    _event(customer, "customers.contact_saved", actor, "contact", row, before, after, pii)
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
    _require_editor(customer, actor)
    _refuse_unknown(data, LICENCE_FIELDS)
    row = _own(customer, licence) or Licence(customer=customer)
    before = _set(row, data)
    if before is None:
        return row
    after = {name: getattr(row, name) for name in before}
    _event(customer, "customers.licence_saved", actor, "licence", row, before, after, {})
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
    _set(flag, after)
    _event(customer, "customers.legal_flag_opened", actor, "legal_flag", flag, None, after, {})
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
    if _set(flag, {"closed_on": on}) is not None:
        _event(
            flag.customer, "customers.legal_flag_closed", actor, "legal_flag", flag, None,
            {"kind": flag.kind, "closed_on": on}, {}, reason,
        )  # fmt: skip
    return flag


# Checks -----------------------------------------------------------------------------------------------------


def _authorise(customer: Customer, changes: dict[str, Any], actor: User | None) -> None:
    if actor is None:
        return
    _require_editor(customer, actor)
    allowed: tuple[str, ...] = FILE_FIELDS
    if authority.may_reassign(actor, customer):
        allowed += ASSIGNMENT_FIELDS
        region = changes.get("region")
        if region is not None and region.pk != customer.region_id:
            # Into a region that the actor does not cover, the file would leave his sight.
            within = authority.holds(actor, authority.EDITORS, customer.unit_id, region.pk)
            authority.require(within, "region_not_covered")
    _refuse_unknown(changes, allowed)


def _require_editor(customer: Customer, actor: User | None) -> None:
    if actor is not None:
        authority.require(authority.may_edit(actor, customer), "not_customer_editor")


def _refuse_unknown(fields: dict[str, Any], allowed: tuple[str, ...]) -> None:
    refused = sorted(set(fields) - set(allowed))
    if refused:
        raise ValidationError(
            _("These fields cannot be set here: %(fields)s.") % {"fields": ", ".join(refused)},
            code="unknown_field",
        )


def _normal(fields: dict[str, Any]) -> dict[str, Any]:
    """Codes in capitals, text without surrounding spaces; nothing else is repaired."""
    normal = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    if isinstance(normal.get("uscc"), str):
        normal["uscc"] = normal["uscc"].upper()
    return normal


def _check(customer: Customer, accept_look_alike: bool) -> None:
    _refuse_hidden(customer)
    if customer.region.unit_id != customer.unit_id:
        raise ValidationError({"region": _("This region belongs to another company.")}, code="region_of_unit")
    if not customer.owner.is_active:
        raise ValidationError({"owner": _("This account is closed.")}, code="owner_inactive")
    customer.full_clean()
    if accept_look_alike:
        return
    found = queries.look_alikes(customer.name, customer.unit, exclude=customer if customer.pk else None)
    if found:
        # Only the fact is told: the other customer may be none of the actor's business.
        message = _("A customer with a name that looks the same exists already.")
        raise ValidationError({"name": ValidationError(message, "look_alike")})


def _refuse_hidden(row: models.Model) -> None:
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


def _own(customer: Customer, row: Row | None) -> Row | None:
    if row is None:
        return None
    return type(row).objects.select_for_update().get(pk=row.pk, customer=customer)


def _set(row: models.Model, data: dict[str, Any]) -> dict[str, Any] | None:
    """Write changed fields after checking; returns what they were, None when nothing differs."""
    before = {name: getattr(row, name) for name in data}
    changed = [name for name, value in _normal(data).items() if row.pk is None or value != before[name]]
    if not changed:
        return None
    for name in changed:
        setattr(row, name, _normal(data)[name])
    _refuse_hidden(row)
    row.full_clean()
    row.save()
    return {name: before[name] for name in changed}


# Events -----------------------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    if isinstance(value, User):
        return {"id": value.pk, "name": value.display_name}
    return getattr(value, "code", str(value)) if isinstance(value, models.Model) else value


def _record(
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


def _event(
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

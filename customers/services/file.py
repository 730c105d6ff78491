"""Everything that changes the file of a customer itself."""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from guardian.shortcuts import assign_perm, remove_perm

from accounts.models import Region, Unit, User
from accounts.problems import Problem
from customers import authority, queries
from customers.models import Customer
from customers.rules.names import skeleton, sort_key
from customers.services.file_rows import normal, note_file, plain, refuse_hidden, refuse_unknown, require_editor

# What the page and the API may set; stars and key-account status follow from their own decisions.
FILE_FIELDS: Final = (
    "name", "name_en", "short_name", "uscc", "customer_type", "segment", "group", "legal_rep",
    "registered_address", "bank_masked", "phone", "founded_on", "since", "buyer_public_or_large",
    "category_purchases", "turnover", "target_lines", "active",
)  # fmt: skip
ASSIGNMENT_FIELDS: Final = ("owner", "region")


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
        refuse_unknown(fields, FILE_FIELDS)
        if not authority.holds(actor, authority.EDITORS, unit.pk, region.pk):
            authority.require(owner.pk == actor.pk, "owner_not_self")
    fields.setdefault("currency", unit.currency)
    customer = Customer(unit=unit, region=region, owner=owner, code=code, name=name, **derived(name), **normal(fields))
    _check(customer, accept_look_alike)
    customer.save()
    changes = {"code": code, "name": name, **{field: plain(getattr(customer, field)) for field in fields}}
    changes |= {"unit": unit.code, "region": region.code, "owner": plain(owner)}
    note_file(customer, "customers.customer_created", actor, after=changes)
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
    changes = {name: value for name, value in normal(changes).items() if value != before[name]}
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
    note_file(
        customer,
        "customers.customer_changed",
        actor,
        before={name: plain(before[name]) for name in changes},
        after={name: plain(getattr(customer, name)) for name in changes},
    )
    return customer


@transaction.atomic
def share_customer(customer: Customer, with_user: User, actor: User | None) -> None:
    """Let a colleague read a customer that his roles do not show him; sharing twice changes nothing.

    Raises:
        Problem: 403 without authority, 422 for a closed account, or for who looks after the customer and would
            go on reading it when somebody else does.
    """
    require_editor(customer, actor)
    if not with_user.is_active:
        raise Problem("user_inactive", 422, _("This account is closed."))
    if with_user.person_id == customer.owner.person_id:
        raise Problem("shared_with_owner", 422, _("This colleague looks after the customer and sees it already."))
    if with_user.pk in shared_with(customer):
        return
    assign_perm("customers.view_customer", with_user, customer)
    note_file(customer, "customers.customer_shared", actor, after={"with": plain(with_user)})


@transaction.atomic
def unshare_customer(customer: Customer, with_user: User, actor: User | None) -> None:
    """Take a share back; nothing happens when there was none.

    Raises:
        Problem: 403 without authority.
    """
    require_editor(customer, actor)
    if with_user.pk not in shared_with(customer):
        return
    remove_perm("customers.view_customer", with_user, customer)
    note_file(customer, "customers.customer_unshared", actor, before={"with": plain(with_user)})


def shared_with(customer: Customer) -> set[int]:
    """Ids of the users with whom the customer is shared, read under the customer's row lock."""
    Customer.objects.select_for_update().get(pk=customer.pk)
    return set(queries.shares(customer).values_list("pk", flat=True))


def _authorise(customer: Customer, changes: dict[str, Any], actor: User | None) -> None:
    if actor is None:
        return
    require_editor(customer, actor)
    allowed: tuple[str, ...] = FILE_FIELDS
    if authority.may_reassign(actor, customer):
        allowed += ASSIGNMENT_FIELDS
        region = changes.get("region")
        if region is not None and region.pk != customer.region_id:
            # Into a region that the actor does not cover, the file would leave his sight.
            within = authority.holds(actor, authority.EDITORS, customer.unit_id, region.pk)
            authority.require(within, "region_not_covered")
    refuse_unknown(changes, allowed)


def _check(customer: Customer, accept_look_alike: bool) -> None:
    refuse_hidden(customer)
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

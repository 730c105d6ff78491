"""Who is credit control of a customer."""

from accounts.models import User
from accounts.queries import covers, held_roles
from accounts.roles import Role
from customers.models import Customer


def is_credit_control(customer: Customer, actor: User) -> bool:
    """Whether the actor is credit controller of the customer's place today."""
    return any(
        held.role == Role.CC and covers(held, customer.unit_id, customer.region_id) for held in held_roles(actor)
    )

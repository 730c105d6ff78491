"""Our part of the customer page: his stars, what they give him, how they came about, and when they are rated again."""

from datetime import date

from django.http import HttpRequest

from accounts.models import User
from accounts.queries import has_role
from accounts.roles import Role
from customers.models import Customer
from customers.panels import Panel
from customers.queries import business_day
from customers.queries_tiers import TierState, tier_history, tier_in_force, waiting_tiers
from policies.queries import NoPolicyError, pack, version_in_force
from policies.rules.tiers.benefits import Item, benefits
from workflows.models import Request
from workflows.tier_evaluation import PROVISIONAL
from workflows.tier_figures import figures_for

# Who may read what is given beside the open rebate (requirements C9).
RESTRICTED = "hidden_rebate"
READS_RESTRICTED = (Role.GM, Role.CFO, Role.FM, Role.RD, Role.AUD)


def tier(request: HttpRequest, customer: Customer) -> Panel | None:
    """Stars in force with every benefit in figures of today."""
    if not isinstance(request.user, User):
        return None
    today = business_day(customer.unit)
    state = tier_in_force(customer, today)
    everything = has_role(request.user, *READS_RESTRICTED)
    history = tier_history(customer)
    numbers = {row.request_no for row in history if row.request_no}
    context = {
        "customer": customer,
        "state": state,
        "items": [item for item in _given(customer, state, today) if everything or item.code != RESTRICTED],
        "restricted": RESTRICTED,
        "history": history,
        "waiting": waiting_tiers(history),
        "readable": _readable(request.user, numbers),
    }
    return "workflows/tier_change/customer_tier.html", context


def _given(customer: Customer, state: TierState, today: date) -> tuple[Item, ...]:
    """Every benefit in figures of today; nothing while no policy is in force."""
    try:
        policy = pack(version_in_force(today))
    except NoPolicyError:
        return ()
    figures = figures_for(policy, [customer], today)[customer.pk]
    provisional = state.provisional or state.tier is None
    return benefits(policy, state.tier or PROVISIONAL, figures, provisional=provisional, levers=state.levers).items


def _readable(user: User, numbers: set[str]) -> set[str]:
    """Those of the requests that the reader may open."""
    if not numbers:
        return set()
    return set(Request.objects.visible_to(user).filter(no__in=numbers).values_list("no", flat=True))

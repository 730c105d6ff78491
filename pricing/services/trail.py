"""What happens to an agreement is told in a stream of its own: orders do not crowd the request's trail."""

from datetime import datetime
from typing import Any

from accounts.models import User
from audit.services import record
from pricing.models import PriceAgreement


def note(
    action: str,
    agreement: PriceAgreement,
    actor: User | None,
    *,
    after: dict[str, Any],
    reason: str = "",
    of_request: bool = False,
    at: datetime | None = None,
) -> None:
    """Append to the agreement's stream, in the transaction of the change.

    Args:
        actor: None is the system.
        at: the database's clock, read under the lock of the agreement's row.
        of_request: the event belongs to what the request brought about, and is shown with it.
    """
    record(
        action,
        stream=f"agreement:{agreement.number}",
        actor=actor,
        object_type="price_agreement",
        object_id=str(agreement.pk),
        object_label=agreement.number,
        request_no=agreement.request_no if of_request else None,
        customer_id=agreement.customer_id,
        customer_label=agreement.customer.name,
        after=after,
        reason=reason,
        policy={"number": agreement.policy_number},
        at=at,
    )

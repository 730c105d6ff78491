"""Documents of tests, ordered and issued the way the product does it."""

from typing import Any

from accounts.models import User
from contracts import services
from contracts.models import Document
from customers.models import Customer
from jobs import executor
from tests.contracts.samples import snapshot


def ordered(customer: Customer, *, actor: User | None = None, request_no: str = "CR-1", **options: Any) -> Document:
    """A decision notice that waits for its job."""
    changes = options.pop("changes", {})
    kind, language = options.pop("kind", "decision_notice"), options.pop("language", "zh-hans")
    return services.order_document(
        kind,
        language=language,
        request_no=request_no,
        customer=customer,
        snapshot=snapshot(kind, language, **changes),
        actor=actor,
        **options,
    )


def issued(customer: Customer, **options: Any) -> Document:
    """A decision notice whose job has been done."""
    document = ordered(customer, **options)
    executor.run_until_idle()
    document.refresh_from_db()
    return document

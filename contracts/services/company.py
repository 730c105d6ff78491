"""What our contracts say about the company itself: where to pay, where to write."""

from django.db import transaction

from accounts.models import Unit, User
from audit.services import record
from contracts.models import CompanyAccount


@transaction.atomic
def keep_account(unit: Unit, *, bank_zh: str, bank_en: str, email: str, actor: User | None) -> CompanyAccount:
    """Enter or change the bank account of a company; contracts made from now on print it."""
    names = ("bank_zh", "bank_en", "email")
    known = CompanyAccount.objects.select_for_update().filter(unit=unit).first()
    before = {name: getattr(known, name) for name in names} if known else None
    after = {"bank_zh": bank_zh, "bank_en": bank_en, "email": email}
    account, _created = CompanyAccount.objects.update_or_create(unit=unit, defaults=after)
    record(
        "contract.company_account",
        stream=f"unit:{unit.pk}",
        actor=actor,
        object_type="company_account",
        object_id=str(account.pk),
        object_label=str(unit),
        before=before,
        after=after,
    )
    return account

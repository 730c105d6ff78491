"""Operators keep the bank account that contracts print; nothing here gives them a say in a decision."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin import Kept
from accounts.models import User
from contracts.models import CompanyAccount
from contracts.services.company import keep_account


@admin.register(CompanyAccount)
class CompanyAccountAdmin(Kept):
    list_display = ("unit", "bank_zh", "bank_en", "email")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("unit",) if obj else ()

    def save_model(self, request: HttpRequest, obj: CompanyAccount, form: Any, change: bool) -> None:
        """Through the service, so that the trail has it."""
        if isinstance(request.user, User):
            said = {name: getattr(obj, name) for name in ("bank_zh", "bank_en", "email")}
            obj.pk = keep_account(obj.unit, actor=request.user, **said).pk

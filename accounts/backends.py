"""Login by e-mail and password; Django's superuser and staff flags carry no business authority."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from accounts.models import User

# Operators look after reference data in the admin; nothing else is theirs by flag.
OPERATOR_APPS = frozenset({"accounts", "axes"})
OPERATOR_MODELS = frozenset({"contracts.companyaccount"})

APPS_SHOWN = OPERATOR_APPS | {name.partition(".")[0] for name in OPERATOR_MODELS}


class AuthorityBackend(ModelBackend):
    """Answers `has_perm` for the operators' admin only; approval authority is asked of role assignments."""

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        if obj is not None or isinstance(user_obj, AnonymousUser) or not isinstance(user_obj, User):
            return False
        app, _, name = perm.partition(".")
        theirs = app in OPERATOR_APPS or f"{app}.{name.partition('_')[2]}" in OPERATOR_MODELS
        return user_obj.is_active and user_obj.is_staff and theirs

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return bool(user_obj.is_active and user_obj.is_staff and app_label in APPS_SHOWN)

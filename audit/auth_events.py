"""Logging in, failing to, and out: a stream per account. By signals: Django offers nothing else here."""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth import signals
from django.db import transaction

from accounts.models import User
from audit import services


def connect() -> None:
    """Listen; called once at start."""
    signals.user_logged_in.connect(_logged_in, dispatch_uid="audit.logged_in")
    signals.user_logged_out.connect(_logged_out, dispatch_uid="audit.logged_out")
    signals.user_login_failed.connect(_login_failed, dispatch_uid="audit.login_failed")
    user_locked_out.connect(_locked_out, dispatch_uid="audit.locked_out")


def _logged_in(user: User, **kwargs: Any) -> None:
    _record("auth.logged_in", user, actor=user)


def _logged_out(user: User | None, **kwargs: Any) -> None:
    if user is not None:
        _record("auth.logged_out", user, actor=user)


def _login_failed(credentials: dict[str, Any], **kwargs: Any) -> None:
    _record("auth.login_failed", _account(credentials.get("username") or credentials.get("email")))


def _locked_out(username: str | None = None, **kwargs: Any) -> None:
    _record("auth.locked_out", _account(username))


def _account(name: object) -> User | None:
    """What was typed is not recorded when no account has it: people type passwords into the wrong field."""
    if not isinstance(name, str) or "\x00" in name:
        return None
    return User.objects.filter(email=User.normal_email(name)).first()


@transaction.atomic
def _record(action: str, account: User | None, actor: User | None = None) -> None:
    services.record(
        action,
        stream=f"auth:{account.pk if account else 'unknown'}",
        actor=actor,
        object_type="account",
        object_id=str(account.pk) if account else "",
        object_label=account.display_name if account else "",
    )

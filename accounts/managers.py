from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager

if TYPE_CHECKING:
    from accounts.models import User


class UserManager(BaseUserManager["User"]):
    """Accounts are created by e-mail; a new account is a new natural person unless one is given."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        from accounts.models import Person

        person = fields.pop("person", None) or Person.objects.create(name=fields.get("display_name") or email)
        user = self.model(email=self.model.normal_email(email), person=person, **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=self.model.normal_email(username or ""))

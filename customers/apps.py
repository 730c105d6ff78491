from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from customers import audit_actions, tasks
        from customers.services import tier_changes

        assert audit_actions  # noqa: S101  (imported for what they register)
        assert tasks  # noqa: S101
        tier_changes.connect()

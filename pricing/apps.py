from django.apps import AppConfig


class PricingConfig(AppConfig):
    name = "pricing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from pricing import audit_actions, tasks

        assert audit_actions  # noqa: S101  (imported for what they register)
        assert tasks  # noqa: S101

from django.apps import AppConfig


class PricingConfig(AppConfig):
    name = "pricing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from pricing import audit_actions, integrity, panels, tasks
        from pricing.services.special_prices import connect

        assert audit_actions  # noqa: S101  (imported for what they register)
        assert integrity  # noqa: S101
        assert tasks  # noqa: S101
        panels.connect()
        connect()

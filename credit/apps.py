from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "credit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from credit import audit_actions, panels, tasks

        assert audit_actions  # noqa: S101  (imported for what they register)
        assert tasks  # noqa: S101
        panels.connect()

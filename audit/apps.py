from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audit import audit_actions, auth_events

        auth_events.connect()
        assert audit_actions  # noqa: S101  (imported for what it registers)

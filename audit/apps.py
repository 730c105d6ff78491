from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audit import audit_actions, auth_events  # noqa: F401  (the first registers by being imported)

        auth_events.connect()

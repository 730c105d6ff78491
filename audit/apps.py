from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import trail
        from audit import audit_actions, auth_events, services  # noqa: F401  (the first registers by being imported)

        trail.plug(services.record)
        auth_events.connect()

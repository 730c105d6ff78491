from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from workflows import audit_actions, checks, integrity, panels, pinned, tasks  # noqa: F401  (each registers itself)
        from workflows.notices import tasks as notices  # noqa: F401

        panels.connect()

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from importlib.util import find_spec

        if find_spec("credit.services") and find_spec("credit.evaluation") and find_spec("policies.queries"):
            from workflows import audit_actions, checks, tasks  # noqa: F401  (each registers itself)

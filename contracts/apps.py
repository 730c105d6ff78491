from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "contracts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from contracts import audit_actions, integrity, tasks
        from contracts.services import contracts

        contracts.connect()

        # imported for what they register
        assert audit_actions  # noqa: S101
        assert integrity  # noqa: S101
        assert tasks  # noqa: S101

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class JobsConfig(AppConfig):
    name = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jobs import tasks  # noqa: F401  (registers its jobs)

        # Web processes and commands ring with our Celery app, too, not with Celery's default one
        import_module(settings.WSGI_APPLICATION.partition(".")[0] + ".celery")

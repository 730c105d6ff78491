"""SIGKILL in the middle of a document: nothing is lost and nothing happens twice."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection

from audit.models import Event
from contracts import production
from contracts.models import Document
from contracts.pipeline.verify import verify_pdf
from jobs import executor, storage
from jobs.models import Job
from tests import factories
from tests.contracts.factories import ordered


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_one_document() -> None:
    """SIGKILL while the letter is being made; the lease runs out, another worker makes it: one file, one event."""
    document = ordered(factories.customer(factories.company()))
    environment = {**os.environ, "COUNTERSIGN_DATA": str(settings.COUNTERSIGN_DATA), "DATABASE_URL": _database_url()}
    for pause in (0.1, 0.4):
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "run_jobs", "--until-idle"], env=environment, cwd=settings.BASE_DIR
        )
        _wait_for(lambda: Job.objects.get(key=f"doc:{document.pk}").state == "running")
        time.sleep(pause)
        worker.kill()
        worker.wait()
        assert Document.objects.get(pk=document.pk).state in ("queued", "done")
        Job.objects.filter(state="running").update(lease_until="2026-01-01T00:00Z")
    executor.run_until_idle()
    document.refresh_from_db()
    assert document.state == "done", document.failure
    assert verify_pdf(storage.get(document.pdf_sha256), production.root_certificate()).ok
    events = Event.objects.filter(object_type="document", object_id=str(document.pk)).order_by("pk")
    assert [event.action for event in events] == ["document.ordered", "document.issued"]
    assert Job.objects.get(key=f"doc:{document.pk}").attempts >= 2


def _database_url() -> str:
    """The server of this run, with this worker's test database."""
    return re.sub(r"/[^/?]+(\?|$)", rf"/{connection.settings_dict['NAME']}\1", os.environ["DATABASE_URL"], count=1)


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "the worker never took the job"
        time.sleep(0.01)

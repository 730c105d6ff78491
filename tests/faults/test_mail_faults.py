"""A worker is lost between the mail server's yes and its own commit: the mail may come twice, under one id."""

import math
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from jobs import doorbell, executor
from jobs.models import Job
from jobs.models import State as JobState
from tests import factories
from workflows.models import Delivery, Notification
from workflows.notices.delivering import MAX_ATTEMPTS
from workflows.notices.telling import dispatch

PAST = datetime(2026, 1, 1, tzinfo=UTC)


class Server(socketserver.ThreadingTCPServer):
    """Enough of SMTP to take a mail; `on_mail` runs before it says that it has."""

    allow_reuse_address = True
    mails: list[str]
    on_mail: Callable[[], None]
    refuse: bytes = b""


class Session(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.mails.append("".join(iter(lambda: self.rfile.readline().decode(), ".\r\n")))
                self.server.on_mail()
            if verb == b"RCPT" and self.server.refuse:
                self.wfile.write(self.server.refuse)
                continue
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
            if verb == b"QUIT":
                return


@pytest.fixture
def smtp(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(doorbell, "_silent_until", math.inf)
    server = Server(("127.0.0.1", 0), Session)
    server.mails, server.on_mail = [], lambda: None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.server_address[1], 5
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def told() -> Delivery:
    """Somebody is told something, and the mail has a job."""
    somebody = factories.user("Somebody")
    dispatch([Notification.objects.create(user=somebody, what="delegation_ended", event_key="k")])
    return Delivery.objects.get()


def again() -> None:
    """Let the job come due at once."""
    Job.objects.filter(state=JobState.PENDING).update(due_at=PAST)
    executor.run_until_idle()


def test_a_worker_lost_after_sending_leads_to_a_second_mail_with_the_same_id(smtp: Server) -> None:
    delivery = told()
    job = Job.objects.get(kind="workflows.deliver")

    def another_worker_takes_over() -> None:
        smtp.on_mail = lambda: None
        Job.objects.filter(pk=job.pk).update(lease_until=PAST)
        executor.run(job.pk)
        connection.close()

    smtp.on_mail = another_worker_takes_over
    executor.run(job.pk)
    delivery.refresh_from_db()
    ids = {re.search(r"Message-ID: (\S+)", text).group(1) for text in smtp.mails}  # type: ignore[union-attr]
    assert (len(smtp.mails), ids) == (2, {delivery.message_id})
    assert (delivery.state, delivery.attempts) == ("sent", 2)


def test_a_mail_server_that_comes_back_gets_the_mail_and_one_that_does_not_is_given_up(smtp: Server) -> None:
    delivery = told()
    smtp.refuse = b"451 try later\r\n"
    executor.run_until_idle()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("queued", 1)
    assert delivery.last_error
    for _attempt in range(MAX_ATTEMPTS):
        again()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("failed", MAX_ATTEMPTS)
    assert not Job.objects.filter(state__in=[JobState.PENDING, JobState.DEAD]).exists()


def test_an_address_that_the_server_does_not_know_bounces_at_once(smtp: Server) -> None:
    delivery = told()
    smtp.refuse = b"550 no such user\r\n"
    executor.run_until_idle()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("bounced", 1)
    smtp.refuse = b""
    assert smtp.mails == []

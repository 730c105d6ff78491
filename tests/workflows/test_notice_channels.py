"""Other channels against a real HTTP server: success, an error inside a 200, 5xx, silence, and a rate limit."""

import json
import smtplib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.core.cache import cache

from workflows.notices.channels import Outgoing, RefusedError, UnavailableError
from workflows.notices.channels.dingtalk import DingTalk, signature
from workflows.notices.channels.mail import Mail
from workflows.notices.channels.sms import Sms
from workflows.notices.channels.wecom import WeCom

MESSAGE = Outgoing(
    to="13800138000",
    subject="CR-202611-0001 · waits for your decision",
    text="The whole of it: CNY 500,000.00",
    url="https://example.test/n/token/",
    message_id="<one@example.test>",
)


@dataclass
class Stub:
    """A service that answers as it is told and remembers what it was asked."""

    address: str = ""
    answers: list[tuple[int, Any]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    silent: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def stub(settings: Any) -> Iterator[Stub]:
    made = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.asked.append((self.path, json.loads(sent or b"{}"), dict(self.headers)))
            status, said = made.answers.pop(0)
            if status == 0:  # say nothing until the test is over
                made.silent.wait(10)
                return
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    made.address = f"http://127.0.0.1:{server.server_port}"
    settings.CHANNEL_TIMEOUT = 0.3
    settings.WECOM_URL, settings.WECOM_CORP_ID, settings.WECOM_SECRET = made.address, "corp", "secret"
    settings.DINGTALK_WEBHOOK, settings.DINGTALK_SECRET = f"{made.address}/robot/send?access_token=t", "SEC123"
    settings.SMS_URL, settings.SMS_TOKEN = f"{made.address}/messages", "bearer"
    cache.clear()
    yield made
    made.silent.set()
    server.shutdown()
    thread.join()
    server.server_close()
    cache.clear()


TOKEN = (200, {"errcode": 0, "access_token": "tok", "expires_in": 7200})


def test_wecom_sends_a_card_with_number_and_link_and_asks_for_its_token_once(stub: Stub) -> None:
    stub.answers = [TOKEN, (200, {"errcode": 0, "msgid": "m1"}), (200, {"errcode": 0, "msgid": "m2"})]
    assert [WeCom().send(MESSAGE), WeCom().send(MESSAGE)] == ["m1", "m2"]
    paths = [urlsplit(path).path for path, _body, _headers in stub.asked]
    assert paths == ["/cgi-bin/gettoken", "/cgi-bin/message/send", "/cgi-bin/message/send"]
    _path, body, _headers = stub.asked[1]
    assert body["textcard"]["url"] == MESSAGE.url
    assert "500,000" not in json.dumps(body)
    assert body["enable_duplicate_check"] == 1


def test_wecom_asks_for_a_new_token_when_the_old_one_ran_out(stub: Stub) -> None:
    stub.answers = [TOKEN, (200, {"errcode": 42001}), TOKEN, (200, {"errcode": 0, "msgid": "m"})]
    assert WeCom().send(MESSAGE) == "m"


def test_dingtalk_signs_its_call_and_calls_the_person(stub: Stub) -> None:
    stub.answers = [(200, {"errcode": 0, "errmsg": "ok"})]
    assert DingTalk().send(MESSAGE) == MESSAGE.message_id
    path, body, _headers = stub.asked[0]
    query = parse_qs(urlsplit(path).query)
    assert abs(int(query["timestamp"][0]) - time.time() * 1000) < 60_000
    assert signature("SEC123", int(query["timestamp"][0])) in path
    assert body["at"] == {"atMobiles": ["13800138000"], "isAtAll": False}


def test_the_signature_of_dingtalk_is_the_documented_one() -> None:
    # HMAC-SHA256("1577262236757\n" + secret, secret), base64, percent-encoded; computed with openssl
    assert signature("this is secret", 1577262236757) == (
        "&timestamp=1577262236757&sign=hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D"
    )
    assert signature("", 1) == ""


def test_a_text_message_carries_its_token_and_its_id(stub: Stub) -> None:
    stub.answers = [(200, {"id": "s1"})]
    assert Sms().send(MESSAGE) == "s1"
    path, body, headers = stub.asked[0]
    assert (path, headers["Authorization"]) == ("/messages", "Bearer bearer")
    assert body == {"to": MESSAGE.to, "text": f"{MESSAGE.subject} {MESSAGE.url}", "id": MESSAGE.message_id}


CHANNELS = {"wecom": WeCom(), "dingtalk": DingTalk(), "sms": Sms()}
LATER = {"wecom": {"errcode": 45009}, "dingtalk": {"errcode": 130101}, "sms": {"error": "busy", "retry": True}}
NEVER = {"wecom": {"errcode": 60111}, "dingtalk": {"errcode": 310000}, "sms": {"error": "unknown number"}}


@pytest.mark.parametrize("name", CHANNELS)
def test_what_may_pass_is_tried_again_and_what_will_not_is_refused(stub: Stub, name: str) -> None:
    channel = CHANNELS[name]
    if name == "wecom":
        cache.set("wecom-access-token", "tok", 60)
    for answer in [(503, {}), (429, {}), (200, LATER[name]), (200, b"<html>proxy</html>"), (0, {})]:
        stub.answers = [answer]
        with pytest.raises(UnavailableError):
            channel.send(MESSAGE)
    for answer in [(200, NEVER[name]), (403, {}), (302, {})]:
        stub.answers = [answer]
        with pytest.raises(RefusedError):
            channel.send(MESSAGE)
    assert all("500,000" not in str(body) for _path, body, _headers in stub.asked)


def test_wecom_without_such_a_member_is_refused(stub: Stub) -> None:
    stub.answers = [TOKEN, (200, {"errcode": 0, "invaliduser": "13800138000"})]
    with pytest.raises(RefusedError):
        WeCom().send(MESSAGE)


def test_nobody_listening_is_tried_again(settings: Any) -> None:
    settings.SMS_URL = "http://127.0.0.1:9/"
    with pytest.raises(UnavailableError):
        Sms().send(MESSAGE)


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"no such user")}), RefusedError),
        (smtplib.SMTPRecipientsRefused({"a@b": (450, b"greylisted")}), UnavailableError),
        (smtplib.SMTPServerDisconnected("bye"), UnavailableError),
        (smtplib.SMTPDataError(451, b"later"), UnavailableError),
        (TimeoutError(), UnavailableError),
    ],
)
def test_a_mail_server_that_says_no_is_understood(
    error: Exception, raised: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: object, _messages: object) -> int:
        raise error

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    with pytest.raises(raised):
        Mail().send(MESSAGE)


def test_a_mail_bears_the_id_of_its_delivery() -> None:
    Mail().send(MESSAGE)
    sent = mail.outbox[-1].message()
    assert (sent["Message-ID"], sent["Auto-Submitted"]) == (MESSAGE.message_id, "auto-generated")

"""Comments with mentions, and who is kept informed; neither decides anything."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse

from accounts.models import User
from accounts.problems import Problem
from audit.models import Event
from jobs.models import Job
from tests.factories import Company
from tests.workflows.at_the_queue import browser, text
from tests.workflows.factories import ready_application
from workflows import services
from workflows.kinds.credit import KIND
from workflows.models import Comment, Request, Watcher
from workflows.rules.mentions import fragments, mentioned
from workflows.services.comments import LONGEST, Said
from workflows.talk import linked


@pytest.fixture
def request_(company: Company) -> Request:
    return services.submit(KIND, ready_application(company).pk, actor=company.rep, idempotency_key="s")


def say(request: Request, actor: User, words: str) -> Said:
    return services.comment(request.no, words, actor=actor, idempotency_key=uuid4().hex)


def sees(user: User, request: Request) -> bool:
    return Request.objects.visible_to(user).filter(pk=request.pk).exists()


def told(what: str) -> list[dict[str, Any]]:
    payloads = Job.objects.filter(kind="workflows.notify").values_list("payload", flat=True)
    return [event for payload in payloads for event in payload["events"] if event["what"] == what]


def test_whoever_sees_a_request_may_comment_and_it_is_an_event(request_: Request, company: Company) -> None:
    said = say(request_, company.manager, "  Please see CR-202601-0001.\r\nThanks  ")
    assert said.comment.text == "Please see CR-202601-0001.\nThanks"
    event = Event.objects.get(action="request.commented", request_no=request_.no)
    assert event.actor_id == company.manager.pk
    assert told("commented") == [{"what": "commented", "actor": company.manager.pk, "comment": said.comment.pk}]
    with pytest.raises(Http404):
        say(request_, company.other_rep, "What is this?")


def test_sent_twice_it_is_said_once_and_it_is_never_changed(request_: Request, company: Company) -> None:
    for _ in range(2):
        services.comment(request_.no, "Once.", actor=company.rep, idempotency_key="same")
    assert Comment.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.update(text="Never said.")


def test_a_mention_shows_the_request_and_the_author_reads_whom_he_has_shown_it(
    request_: Request, company: Company
) -> None:
    other = company.other_rep
    assert not sees(other, request_)
    said = say(request_, company.manager, f"@{other.display_name} knows the buyer; @{company.rep.email} too.")
    assert said.shown == (other.display_name,)
    assert set(said.comment.mentions) == {other.pk, company.rep.pk}
    assert sees(other, request_)
    assert [event["to"] for event in told("mentioned")] == [said.comment.mentions]


def test_a_mention_does_not_open_a_confidential_request(request_: Request, company: Company) -> None:
    Request.objects.filter(pk=request_.pk).update(confidential=True)
    said = say(request_, company.rep, f"@{company.other_rep.display_name} @{company.lawyer.display_name}")
    assert said.unreached == (company.other_rep.display_name, company.lawyer.display_name)
    assert said.comment.mentions == []
    assert not sees(company.other_rep, request_)
    assert told("mentioned") == []


@pytest.mark.parametrize(("words", "code"), [(" \n ", "comment_empty"), ("x" * (LONGEST + 1), "comment_long")])
def test_an_empty_or_endless_comment_is_refused(request_: Request, company: Company, words: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        say(request_, company.rep, words)
    assert (refused.value.code, refused.value.status) == (code, 422)
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("@王伟请看一下", [1]),
        ("请@王伟、@王伟东看", [1, 2]),
        ("@Ann, @Annabel and @ann again", [3, 4]),
        ("@Annika", []),
        ("write to ann@example.org or @ann@example.org", [3]),
        ("@ nobody", []),
        ("no sign", []),
    ],
)
def test_names_are_found_as_they_are_written(words: str, found: list[int]) -> None:
    names = {"王伟": 1, "王伟东": 2, "ann": 3, "annabel": 4, "ann@example.org": 3}
    assert mentioned(words, names) == found


def test_a_flood_of_signs_is_cut_off() -> None:
    assert len(fragments("@a " * 500)) == 10
    assert linked("<b>CR-202611-0001</b>\nsecond") == (
        '<p>&lt;b&gt;<a href="/requests/CR-202611-0001/">CR-202611-0001</a>&lt;/b&gt;<br>second</p>'
    )


def test_a_watcher_sees_the_request_and_ends_it_himself(request_: Request, company: Company) -> None:
    other = company.other_rep
    for _ in range(2):
        services.watch(request_.no, actor=company.rep, user=other, idempotency_key=uuid4().hex)
    assert Watcher.objects.filter(ended_at__isnull=True).count() == 1
    assert sees(other, request_)
    assert [event["to"] for event in told("watched")] == [[other.pk]]
    with pytest.raises(Problem) as refused:
        services.unwatch(request_.no, actor=company.manager, user=other, idempotency_key="not yours")
    assert refused.value.code == "watcher_not_yours"
    services.unwatch(request_.no, actor=other, idempotency_key="end")
    assert not Watcher.objects.filter(ended_at__isnull=True).exists()
    assert sorted(Event.objects.filter(action__contains="watched").values_list("action", flat=True)) == [
        "request.unwatched",
        "request.watched",
    ]


def test_a_confidential_request_is_watched_only_by_those_who_see_it(request_: Request, company: Company) -> None:
    Request.objects.filter(pk=request_.pk).update(confidential=True)
    with pytest.raises(Problem) as refused:
        services.watch(request_.no, actor=company.rep, user=company.lawyer, idempotency_key="k")
    assert refused.value.code == "watcher_confidential"


def test_on_the_page_and_in_the_panel_people_talk_and_what_was_typed_is_kept(
    request_: Request, company: Company
) -> None:
    client, step = browser(company.manager), request_.steps.get(status="open")
    address = reverse("workflows:comment", args=[request_.no])
    panel = reverse("workflows:panel", args=[step.pk])
    where = {"origin": "queue", "step": str(step.pk), "query": "sort=risk"}
    sent = {"text": f"@{company.other_rep.display_name} <b>?</b>", "idempotency_key": "1", **where}
    answer = client.post(address, sent)
    assert answer["Location"] == f"{panel}?sort=risk#talk"
    shown = client.get(answer["Location"])
    assert "did not see this request until now" in text(shown)
    assert "&lt;b&gt;?&lt;/b&gt;" in shown.content.decode()
    long = client.post(address, {"text": "long " * 500, "idempotency_key": "2", **where})
    assert long.status_code == 422
    assert "long long" in long.content.decode()
    part = client.post(address, {"text": "By htmx", "idempotency_key": "3"}, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "Your comment is there." in text(part)
    page = text(client.get(reverse("workflows:request", args=[request_.no])))
    assert "By htmx" in page


def test_watching_from_the_page(request_: Request, company: Company) -> None:
    client = browser(company.manager)
    watch = reverse("workflows:watch", args=[request_.no])
    assert client.post(watch, {"idempotency_key": "1"}).status_code == 302
    wrong = client.post(watch, {"email": "nobody@example.org", "idempotency_key": "2"})
    assert "Nobody with this address" in text(wrong)
    client.post(watch, {"email": company.other_rep.email, "idempotency_key": "3"})
    page = client.get(reverse("workflows:request", args=[request_.no])).content.decode()
    kept = page.partition("Kept informed:")[2]
    assert re.search(company.other_rep.display_name, kept)
    gone = client.post(reverse("workflows:unwatch", args=[request_.no]), {"idempotency_key": "4"})
    assert gone.status_code == 302
    assert Watcher.objects.filter(ended_at__isnull=True).get().user == company.other_rep


def test_colleagues_are_offered_while_a_name_is_typed(request_: Request, company: Company) -> None:
    address = reverse("workflows:people", args=[request_.no])
    offered = browser(company.manager).get(address, {"q": company.cfo.display_name[:2]}).content.decode()
    assert f'data-mention="{company.cfo.display_name}"' in offered
    assert browser(company.other_rep).get(address, {"q": "a"}).status_code == 404

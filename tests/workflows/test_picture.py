"""The picture of a request's way: true states also in loops, boxes that never overlap, honest durations."""

import re
from itertools import combinations
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from credit import services as credit
from tests.factories import Company
from tests.workflows.factories import ready_application
from workflows import picture, services
from workflows.kinds.credit import KIND
from workflows.models import Request, Step, Submission
from workflows.queries_pages import current_round, earlier_rounds
from workflows.views.shown import state_word

pytestmark = pytest.mark.django_db


def decide(request: Request, role: str, actor: Any, verb: str = "approve", **said: Any) -> None:
    request.refresh_from_db()
    sha = Submission.objects.get(request=request, round=request.round).content_sha256
    step = Step.objects.get(request=request, role=role, status="open")
    key = {"content_sha256": sha, "idempotency_key": uuid4().hex}
    services.decide(request.no, step.pk, actor=actor, verb=verb, **key, **said)


def returned_once(company: Company) -> Request:
    """CL-3: SM approves, CC returns, RD answers; the rep sends it again, SM and RD are carried over."""
    letter = ready_application(company, limit=500_000)
    request = services.submit(KIND, letter.pk, actor=company.rep, idempotency_key=uuid4().hex)
    decide(request, "SM", company.manager)
    decide(request, "RD", company.director)
    decide(request, "CC", company.credit_controller, "return", reason="Statements are old.")
    letter = KIND.lock(request.letter_id)
    credit.save_draft(letter.customer, {"reason_text": "New statements."}, company.rep, letter)
    services.resubmit(request.no, actor=company.rep, idempotency_key=uuid4().hex)
    request.refresh_from_db()
    return request


def rounds_of(request: Request) -> list[picture.Round]:
    round_ = current_round(request)
    return [*reversed(earlier_rounds(request)), (round_.submission, round_.steps)]


def words(rounds: list[picture.Round]) -> dict[int, str]:
    return {step.pk: state_word(step) for _submission, steps in rounds for step in steps}


def test_each_round_has_its_own_lane_with_the_states_of_that_round(company: Company) -> None:
    request = returned_once(company)
    rounds = rounds_of(request)
    first, second = picture.lanes(request, rounds, words(rounds))
    assert [[box.word for box in column] for column in first.columns] == [
        ["Rep"], ["Endorsed"], ["Endorsed", "Returned"], ["Not needed"], ["Returned"],
    ]  # fmt: skip
    assert [[box.word for box in column] for column in second.columns] == [
        ["Rep"], ["Carried over"], ["Carried over", "To decide"], ["Waiting"], ["In review"],
    ]  # fmt: skip


def test_boxes_never_overlap_and_stay_inside(company: Company) -> None:
    request = returned_once(company)
    rounds = rounds_of(request)
    made = picture.lanes(request, rounds, words(rounds))
    boxes = [box for lane in made for column in lane.columns for box in column]
    for one, other in combinations(boxes, 2):
        apart = abs(one.x - other.x) >= picture.BOX_W or abs(one.y - other.y) >= picture.BOX_H
        assert apart, (one, other)
    svg = picture.drawn(made, "x")
    width, height = (int(found) for found in re.search(r'width="(\d+)" height="(\d+)"', svg).groups())  # type: ignore[union-attr]
    assert all(box.x + picture.BOX_W <= width and box.y + picture.BOX_H <= height for box in boxes)


def test_the_author_s_own_time_is_counted_between_two_rounds(company: Company) -> None:
    request = returned_once(company)
    rounds = rounds_of(request)
    stays = picture.stays(request, rounds, words(rounds), current_round(request).now)
    assert [(stay.round, stay.what, stay.who) for stay in stays] == [
        (1, "Sales manager", "Manager"),
        (1, "Regional director", "Director"),
        (1, "Credit controller", "Credit Controller"),
        (1, "Revision", "Rep"),
        (2, "Credit controller", ""),
    ]
    assert all(stay.taken is not None and stay.taken >= 0 for stay in stays)


def test_the_page_shows_the_picture_and_escapes_what_is_in_it(company: Company, client: Client) -> None:
    company.manager.display_name = "<b>Manager</b>"
    company.manager.save()
    request = returned_once(company)
    client.force_login(company.rep)
    page = client.get(f"/requests/{request.no}/").content.decode()
    assert 'class="way-picture"' in page
    assert "<b>Manager</b>" not in page


@pytest.mark.parametrize(
    ("text", "shown"), [("Sales manager", "Sales manager"), ("信用经理" * 4, "信用经理信用经理信…")]
)
def test_long_names_are_shortened_to_what_fits(text: str, shown: str) -> None:
    assert picture.shortened(text, 21) == shown

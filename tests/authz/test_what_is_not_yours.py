"""What is somebody else's does not exist for you, and what you may see you may not therefore decide; page and API."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts import services as accounts
from accounts.models import User
from audit.models import Event
from tests import factories
from tests.authz.world import Api, World, browser
from workflows.models import Decision, Step

Decide = Callable[[World, User, Step, str, str], Any]


def over_the_page(world: World, actor: User, step: Step, no: str, sha: str) -> Any:
    said = {"verb": "approve", "content_sha256": sha, "idempotency_key": f"page {actor.pk} {step.pk}"}
    return browser(actor).post(f"/requests/{no}/steps/{step.pk}/decide/", said)


def over_the_api(world: World, actor: User, step: Step, no: str, sha: str) -> Any:
    said = {"verb": "approve", "content_sha256": sha}
    return Api(actor).post(f"/api/v1/requests/{no}/steps/{step.pk}/decide", said)


channel = pytest.mark.parametrize("decide", [over_the_page, over_the_api])


def refused(world: World, decide: Decide, actor: User, step: Step, no: str | None = None) -> Any:
    """Try to decide; nothing may have changed."""
    before = (Decision.objects.count(), list(Step.objects.order_by("pk").values_list("status", flat=True)))
    answer = decide(world, actor, step, no or world.request.no, step.submission.content_sha256)
    assert (Decision.objects.count(), list(Step.objects.order_by("pk").values_list("status", flat=True))) == before
    return answer


def test_another_rep_finds_nothing_of_the_customer_on_any_page(world: World) -> None:
    stranger = browser(world.company.other_rep)
    mine = [
        "customers/<int:pk>/", "customers/<int:pk>/edit/", "customers/<int:pk>/share/",
        "customers/<int:pk>/contacts/<int:row>/", "credit/customers/<int:customer_pk>/forms/<int:form_no>/",
        "credit/attachments/<int:pk>/", "credit/applications/<int:pk>/score/", "requests/drafts/<slug:kind>/<int:pk>/",
        "requests/<str:no>/", "requests/<str:no>/documents/", "requests/<str:no>/people/", "requests/<str:no>/papers/<int:paper>/",
        "queue/<int:step>/", "documents/<str:number>/", "documents/<str:number>.pdf",
    ]  # fmt: skip
    found = [(route, stranger.get(world.address(route)).status_code) for route in mine]
    assert {status for _route, status in found} == {404}, found
    assert browser(world.company.rep).get(world.address("requests/<str:no>/")).status_code == 200
    for listing in ("/", "/customers/", "/requests/", "/documents/", "/requests/new/"):
        page = stranger.get(listing).content.decode()
        assert world.customer.name not in page
        assert world.request.no not in page


def test_another_rep_cannot_write_to_what_he_cannot_see(world: World) -> None:
    stranger = browser(world.company.other_rep)
    doors = [
        "requests/drafts/<slug:kind>/<int:pk>/", "requests/drafts/<slug:kind>/<int:pk>/preview/", "requests/drafts/<slug:kind>/<int:pk>/submit/",
        "requests/drafts/<slug:kind>/<int:pk>/discard/", "requests/drafts/<slug:kind>/<int:pk>/attachments/",
        "requests/drafts/<slug:kind>/<int:pk>/attachments/<int:paper>/remove/", "requests/<str:no>/withdraw/",
        "requests/<str:no>/share/", "requests/<str:no>/comments/", "requests/<str:no>/watch/",
        "requests/<str:no>/unwatch/", "requests/<str:no>/resubmit/", "requests/<str:no>/steps/<int:step>/decide/",
        "requests/<str:no>/steps/<int:step>/return/", "requests/<str:no>/steps/<int:step>/take-back/",
        "requests/<str:no>/steps/<int:step>/add/", "requests/<str:no>/steps/<int:step>/remove/",
        "requests/<str:no>/reroute/", "requests/<str:no>/steps/<int:step>/ask/", "requests/<str:no>/questions/<int:question>/answer/",
        "customers/<int:pk>/edit/", "customers/<int:pk>/share/", "customers/<int:pk>/licences/new/",
        "credit/conditions/<int:pk>/fulfil/", "credit/customers/<int:customer_pk>/forms/<int:form_no>/",
        "notifications/<int:pk>/read/", "notifications/deliveries/<int:pk>/resend/",
    ]  # fmt: skip
    events = Event.objects.count()
    said = {"req_limit": "1", "verb": "approve", "reason": "x", "withdraw-reason": "x", "evidence": "x"}
    found = [(route, stranger.post(world.address(route), said).status_code) for route in doors]
    assert {status for _route, status in found} == {404}, found
    assert Event.objects.count() == events
    world.draft.refresh_from_db()
    assert world.draft.req_limit == 500_000


def test_another_rep_finds_nothing_over_the_api(world: World) -> None:
    stranger, owner = Api(world.company.other_rep), Api(world.company.rep)
    for listing in ("customers", "credit-applications", "requests", "credit-lines", "documents"):
        assert stranger.get(f"/api/v1/{listing}").json()["items"] == [], listing
        assert owner.get(f"/api/v1/{listing}").json()["items"], listing
    single = [
        f"customers/{world.customer.pk}", f"credit-applications/{world.draft.pk}",
        f"credit-applications/{world.draft.pk}/attachments", f"credit-applications/{world.draft.pk}/preview",
        f"requests/{world.request.no}", f"documents/{world.document.number}", f"documents/{world.document.number}/pdf",
    ]  # fmt: skip
    found = [(path, stranger.get(f"/api/v1/{path}").status_code) for path in single]
    assert {status for _path, status in found} == {404}, found
    seen = {"content_sha256": "0" * 64}
    doors: dict[str, dict[str, Any]] = {
        "withdraw": {"reason": "x"},
        "resubmit": {},
        "reroute": {"version": 1, "reason": "x"},
        "comments": {"text": "x"},
        "watchers": {},
        "watchers/end": {},
        "return": {**seen, "reason": "x"},
        f"steps/{world.step.pk}/decide": {**seen, "verb": "approve"},
        f"steps/{world.step.pk}/take-back": {"reason": "x"},
        f"steps/{world.step.pk}/approvers": {"role": "LG", "where": "before", "reason": "x"},
        f"steps/{world.step.pk}/remove": {"reason": "x"},
        f"steps/{world.step.pk}/questions": {"text": "x"},
        f"questions/{world.question.pk}/answer": {"text": "x"},
    }
    for path, said in doors.items():
        assert stranger.post(f"/api/v1/requests/{world.request.no}/{path}", said).status_code == 404, path


@channel
def test_a_step_under_the_address_of_another_request_is_not_found(world: World, decide: Decide) -> None:
    answer = refused(world, decide, world.company.manager, world.step, world.decided.no)
    assert answer.status_code == 404


@channel
def test_the_submitter_cannot_decide_although_he_holds_the_role(world: World, decide: Decide) -> None:
    accounts.assign_role(world.company.rep, "SM", unit=world.company.unit, valid_from=factories.EVER)
    assert refused(world, decide, world.company.rep, world.step).status_code == 403


@channel
def test_the_second_account_of_the_submitter_cannot_decide(world: World, decide: Decide) -> None:
    second = factories.user("Rep Twice", person=world.company.rep.person)
    accounts.assign_role(second, "SM", unit=world.company.unit, valid_from=factories.EVER)
    assert refused(world, decide, second, world.step).status_code == 403
    refusal = Event.objects.filter(action="rule.refused", actor_id=second.pk).get()
    assert (refusal.content["extra"]["code"], refusal.request_no) == ("own_request", world.request.no)


@channel
def test_a_reader_with_another_role_cannot_decide(world: World, decide: Decide) -> None:
    assert refused(world, decide, world.company.auditor, world.step).status_code == 403


@channel
def test_a_role_taken_away_while_the_page_is_open_refuses_the_decision(world: World, decide: Decide) -> None:
    manager = world.company.manager
    assert browser(manager).get(f"/queue/{world.step.pk}/").status_code == 200
    for held in manager.role_assignments.all():
        accounts.end_role(held)
    assert refused(world, decide, manager, world.step).status_code in {403, 404}


def test_a_narrower_role_while_the_page_is_open_refuses_with_the_reason(world: World) -> None:
    """He still sees the request (as sales operations), but no longer decides it."""
    manager = world.company.manager
    for held in manager.role_assignments.all():
        accounts.end_role(held)
    accounts.assign_role(manager, "PM", unit=world.company.unit, valid_from=factories.EVER)
    answer = refused(world, over_the_page, manager, world.step)
    assert answer.status_code == 403
    assert "You do not hold the role that this step asks for." in answer.content.decode()


@channel
def test_a_closed_account_decides_nothing(world: World, decide: Decide) -> None:
    accounts.set_active(world.company.manager, False, actor=world.company.cfo)
    assert refused(world, decide, world.company.manager, world.step).status_code in {302, 401}


def test_a_shared_customer_is_read_and_not_edited_by_sharing_alone(world: World) -> None:
    """Customer service reads the unit's customers but prepares no application: visible, not allowed."""
    clerk = browser(world.company.keeper)
    assert clerk.get(world.address("customers/<int:pk>/")).status_code == 200
    auditor = browser(world.company.auditor)
    assert auditor.get(world.address("requests/drafts/<slug:kind>/<int:pk>/")).status_code == 403
    assert auditor.post(world.address("requests/drafts/<slug:kind>/<int:pk>/discard/")).status_code == 403

"""A walk over every address as everybody: nothing is open by oversight, and looking changes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts import services as accounts
from accounts.access import PUBLIC
from accounts.roles import Role
from tests import factories
from tests.authz.world import Api, World, api_routes, browser, routes

CLOSELY = {"rep", "other_rep", "manager", "credit_controller", "cfo", "auditor", "keeper", "newcomer", "operator"}
MAIN_PAGES = ("", "queue/", "queue/<int:step>/", "requests/", "requests/<str:no>/", "requests/new/", "customers/",
              "customers/<int:pk>/", "documents/", "policies/", "audit/", "requests/drafts/<slug:kind>/<int:pk>/")  # fmt: skip
# The description of the API, and addresses that do not exist.
API_OPEN = {"api/v1/openapi.json", "api/v1/", "api", "api/"}


@contextmanager
def read_only() -> Iterator[None]:
    """Let PostgreSQL itself refuse every write."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield
        transaction.set_rollback(True)


def everybody(world: World) -> dict[str, Any]:
    """One person for each of the fourteen roles, one without any, and an operator."""
    people = dict(world.company.people)
    for role in (Role.PM, Role.QA, Role.SO):
        people[role.value] = world.company.hire(role.value, role)
    people["newcomer"] = factories.user("Newcomer")
    people["operator"] = factories.user("Operator", is_staff=True, is_superuser=True)
    return people


def test_every_address_says_who_may_come_in() -> None:
    silent = [route for route, view in routes() if not isinstance(getattr(view, "access_policy", None), (str, tuple))]
    assert silent == []


def test_without_login_every_page_leads_to_the_login(world: World) -> None:
    public = {route for route, view in routes() if view.access_policy == PUBLIC}
    assert public == {"login/", "language/", "about/", "v/", "v/<str:code>", r"^certificates/root\.(?P<form>pem|cer)$",
                      "mailbox/", "mailbox/<str:name>/"}  # fmt: skip  # the demo's own, 404 anywhere else
    open_doors = []
    for route, _ in routes():
        if route in public:
            continue
        address = world.address(route)
        for answer in (browser().get(address), browser().post(address)):
            if (answer.status_code, answer.headers.get("Location", "").split("?")[0]) != (302, reverse("login")):
                open_doors.append((route, answer.status_code))
    assert open_doors == []


def test_looking_writes_nothing_and_breaks_nothing_whoever_looks(world: World) -> None:
    """Every GET under a read-only transaction, in which an attempt to write would raise.

    Those who differ in what they may see and open go everywhere, the other roles to the main pages.
    """
    everywhere = {route: world.address(route) for route, _ in routes()}
    strange, writing = [], set()
    for name, person in everybody(world).items():
        client = browser(person)
        for route in everywhere if name in CLOSELY else MAIN_PAGES:
            if route in writing:
                continue
            with read_only():
                answer = client.get(everywhere[route])
            if answer.status_code not in {200, 302, 403, 404, 405}:
                strange.append((name, route, answer.status_code))
            if answer.status_code == 405:  # for writing only: nobody looks there
                writing.add(route)
    assert strange == []


def test_looking_over_the_api_writes_nothing_either(world: World) -> None:
    strange, people = [], everybody(world)
    for name in ("rep", "manager", "cfo", "keeper", "newcomer", "operator"):
        api = Api(people[name])
        for route in api_routes():
            with read_only():
                answer = api.get(world.address(route))
            if answer.status_code not in {200, 403, 404, 405}:
                strange.append((name, route, answer.status_code))
    assert strange == []


def test_the_walk_reaches_what_is_behind_the_addresses(world: World) -> None:
    """The walks above would be worth little if everybody met 404 everywhere."""
    readers = {
        "rep": ["requests/<str:no>/", "requests/drafts/<slug:kind>/<int:pk>/", "customers/<int:pk>/", "documents/<str:number>.pdf",
                "credit/attachments/<int:pk>/", "credit/applications/<int:pk>/score/", "requests/<str:no>/documents/"],
        "manager": ["colleagues/", "queue/<int:step>/", "queue/", "requests/<str:no>/", "n/<str:token>/", "notifications/"],
        "auditor": ["notifications/deliveries/",
                    "audit/", "audit/events/<int:pk>/", "audit/requests/<str:number>/", "documents/<str:number>/"],
        "keeper": ["customers/import/", "customers/import/template/<str:kind>.<str:form>"],
    }  # fmt: skip
    missed = [
        (name, route)
        for name, wanted in readers.items()
        for route in wanted
        if browser(world.company.people[name]).get(world.address(route)).status_code != 200
    ]
    assert missed == []


def test_without_a_token_the_api_says_401(world: World) -> None:
    open_doors = []
    for route in api_routes():
        answer = Client().get(world.address(route))
        if answer.status_code not in {401, 405} and not route.startswith("api/<path") and route not in API_OPEN:
            open_doors.append((route, answer.status_code))
    assert open_doors == []


def test_a_form_without_the_token_of_its_page_is_refused(world: World) -> None:
    """Cross-site requests: every POST of a page needs the CSRF token, login and public pages too."""
    open_doors = []
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.company.rep, backend="accounts.backends.AuthorityBackend")
    for route, _ in routes():
        answer = client.post(world.address(route))
        if answer.status_code not in {403, 405}:
            open_doors.append((route, answer.status_code))
    assert open_doors == []


def test_the_operators_flag_shows_nothing_of_the_business(world: World) -> None:
    """Superuser and staff without a role: no customer, request, document or event, on page and API."""
    operator = factories.user("Operator", is_staff=True, is_superuser=True)
    client, api = browser(operator), Api(operator)
    secrets = [world.customer.name, world.request.no, world.request.customer.name, world.decided.no]
    for address in ("/", "/customers/", "/requests/", "/queue/", "/documents/", "/requests/new/"):
        page = client.get(address).content.decode()
        assert not [secret for secret in secrets if secret in page], address
    assert client.get("/audit/").status_code == 403
    for address in ("/api/v1/customers", "/api/v1/requests", "/api/v1/documents", "/api/v1/credit-lines"):
        assert api.get(address).json()["items"] == [], address
    hidden = (
        "customers/<int:pk>/",
        "requests/<str:no>/",
        "requests/drafts/<slug:kind>/<int:pk>/",
        "documents/<str:number>.pdf",
    )
    assert {client.get(world.address(route)).status_code for route in hidden} == {404}


def test_the_admin_is_for_operators_and_holds_no_business_record(world: World) -> None:
    assert browser(world.company.cfo).get("/admin/").status_code == 302
    operator = browser(factories.user("Operator", is_staff=True, is_superuser=True))
    assert operator.get("/admin/").status_code == 200
    for address in ("/admin/viewflow/process/", "/admin/viewflow/task/", "/admin/auth/group/"):
        assert operator.get(address).status_code == 403, address


def test_a_role_that_has_ended_opens_nothing(world: World) -> None:
    director = browser(world.company.director)
    assert director.get(world.address("requests/<str:no>/")).status_code == 200
    for held in world.company.director.role_assignments.all():
        accounts.end_role(held)
    assert director.get(world.address("requests/<str:no>/")).status_code == 404
    assert world.customer.name not in director.get("/customers/").content.decode()

"""The queue over REST: what waits, many decisions at once, comments, watchers and saved filters."""

from uuid import uuid4

import pytest

from tests.authz.world import Api
from tests.pricing.factories import Market, market
from tests.workflows.test_bulk import asked
from workflows.models import Comment, Decision, SavedFilter


@pytest.fixture
def shop(db: None) -> Market:
    return market()


def test_the_queue_is_read_in_pages_and_decided_together(shop: Market) -> None:
    requests = [asked(shop, quantity=quantity)[0] for quantity in (100, 300, 200)]
    api = Api(shop.company.manager)
    first = api.get("/api/v1/queue?sort=amount&limit=2").json()
    assert [item["request"] for item in first["items"]] == [requests[1].no, requests[2].no]
    second = api.get(f"/api/v1/queue?sort=amount&limit=2&cursor={first['next_cursor']}").json()
    assert ([item["request"] for item in second["items"]], second["next_cursor"]) == ([requests[0].no], None)
    items = [
        {name: item[name] for name in ("request", "step", "content_sha256")}
        for item in [*first["items"], *second["items"]]
    ]
    items[0]["content_sha256"] = "0" * 64
    answer = api.post("/api/v1/requests/bulk-decisions", {"verb": "approve", "items": items})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["decided"], told["refused"]) == (2, 1)
    refused = next(item for item in told["items"] if not item["decided"])
    assert (refused["request"], refused["code"], refused["status"]) == (requests[1].no, "content_changed", 409)
    assert Decision.objects.count() == 2
    assert len(api.get("/api/v1/queue").json()["items"]) == 1


def test_a_repeated_bulk_decision_gets_the_first_answer(shop: Market) -> None:
    asked(shop, 2)
    api = Api(shop.company.manager)
    waiting = api.get("/api/v1/queue?kind=special_price&role=SM").json()["items"]
    items = [{name: item[name] for name in ("request", "step", "content_sha256")} for item in waiting]
    body = {"verb": "return", "reason": "Please add the offer.", "items": items}
    headers = {**api.headers, "idempotency-key": "again"}
    first, again = (
        api.client.post("/api/v1/requests/bulk-decisions", body, content_type="application/json", headers=headers)
        for _ in range(2)
    )
    assert first.json() == again.json()
    assert first.json()["decided"] == Decision.objects.count() == 2
    missing = api.post("/api/v1/requests/bulk-decisions", {"verb": "reject", "items": items})
    assert (missing.status_code, missing.json()["code"]) == (422, "reason_missing")


def test_comments_and_watchers(shop: Market) -> None:
    request = asked(shop)[0]
    api, other = Api(shop.company.manager), shop.company.other_rep
    address = f"/api/v1/requests/{request.no}"
    said = api.post(f"{address}/comments", {"text": f"@{other.email} knows the buyer."})
    assert said.status_code == 201
    assert said.json()["shown_to"] == [other.display_name]
    assert Api(other).get(f"{address}/comments").json()["items"][0]["text"] == Comment.objects.get().text
    assert api.post(f"{address}/comments", {"text": " "}).status_code == 422
    assert api.post(f"{address}/watchers", {}).status_code == 201
    assert api.post(f"{address}/watchers", {"email": other.email}).status_code == 201
    assert len(api.get(f"{address}/watchers").json()) == 2
    assert api.post(f"{address}/watchers", {"email": "nobody@example.org"}).status_code == 404
    assert [row["email"] for row in Api(other).post(f"{address}/watchers/end", {}).json()] == [
        shop.company.manager.email
    ]


def test_filters_are_kept_changed_and_deleted(shop: Market) -> None:
    api, address = Api(shop.company.manager), "/api/v1/saved-filters"
    made = [api.post(address, {"name": name, "query": "sort=risk&evil=1"}).json() for name in ("Risky", "Late")]
    assert made[0]["query"] == "sort=risk"
    assert api.post(address, {"name": "risky"}).json()["errors"][0]["field"] == "name"
    headers = {**api.headers, "idempotency-key": uuid4().hex}
    changed = api.client.patch(
        f"{address}/{made[1]['id']}", {"move": -1, "default": True}, content_type="application/json", headers=headers
    )
    assert changed.json()["default"] is True
    assert [row["name"] for row in api.get(address).json()] == ["Late", "Risky"]
    gone = api.client.delete(f"{address}/{made[0]['id']}", headers={**headers, "idempotency-key": uuid4().hex})
    assert gone.status_code == 204
    assert SavedFilter.objects.get().name == "Late"
    elsewhere = Api(shop.company.director)
    assert elsewhere.get(address).json() == []

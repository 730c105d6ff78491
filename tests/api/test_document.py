"""The OpenAPI document: complete enough to write a client from."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from config.api import api
from tests.api.client import ROOT

RESOURCES = {
    "customers", "credit-applications", "tier-changes", "special-prices", "contracts", "contract-templates", "clauses",
    "requests", "credit-lines", "price-agreements", "price-checks", "documents", "audit-events",
    "notifications", "notification-preferences", "deliveries", "delegations", "policies", "policy-changes", "queue",
    "saved-filters",
}  # fmt: skip
# An answer, a library of some dozen clauses that is read whole, and what holds for oneself.
NOT_PAGED = {"price-checks", "clauses", "notification-preferences", "saved-filters"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    answer = Client().get(f"{ROOT}/openapi.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    found: dict[str, Any] = json.loads(answer.content)
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from ([part["$ref"]] if "$ref" in part else [])
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from references(each)


def test_every_resource_is_there(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert {path.split("/")[3] for path in document["paths"]} == RESOURCES
    assert "/api/v1/customers/feed/{unit}/{kind}" in document["paths"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    names = {name.removeprefix("#/components/schemas/") for name in references(document)}
    assert "Problem" in names
    assert names <= document["components"]["schemas"].keys()


def test_every_operation_says_what_it_does_and_how_it_fails(document: dict[str, Any]) -> None:
    names = []
    for path, method, operation in operations(document):
        what = f"{method} {path}"
        names.append(operation["operationId"])
        assert operation["summary"], what
        assert operation["description"], what
        assert operation["security"] == [{"Bearer": []}], what
        failing = {status for status in operation["responses"] if status >= "400"}
        assert {"401", "403", "404", "405", "422", "500"} <= failing, what
        assert (method == "get") or ({"400", "409", "413", "415"} <= failing), what
        for status in failing:
            assert list(operation["responses"][status]["content"]) == ["application/problem+json"], what
        assert any(status < "300" for status in operation["responses"]), what
    assert len(names) == len(set(names))


def test_every_parameter_of_a_path_is_declared(document: dict[str, Any]) -> None:
    for path, _method, operation in operations(document):
        declared = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        assert declared == set(re.findall(r"\{(\w+)\}", path)), path


def test_every_write_asks_for_its_key(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        keys = [each for each in operation["parameters"] if each["name"] == "Idempotency-Key"]
        assert [each["required"] for each in keys] == ([] if method == "get" else [True]), path


def test_every_body_refuses_members_that_are_not_declared(document: dict[str, Any]) -> None:
    for path, _method, operation in operations(document):
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            if kind == "application/json":
                name = content["schema"]["$ref"].rsplit("/", 1)[1]
                assert document["components"]["schemas"][name]["additionalProperties"] is False, path


def test_every_list_is_a_keyset_page(document: dict[str, Any]) -> None:
    for resource in RESOURCES - NOT_PAGED:
        operation = document["paths"][f"/api/v1/{resource}"]["get"]
        assert {"cursor", "limit"} <= {each["name"] for each in operation["parameters"]}
        name = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
        assert {"items", "next_cursor"} == set(document["components"]["schemas"][name]["properties"])


def test_every_operation_asks_for_a_token() -> None:
    for bound in api._get_bound_routers():
        for view in bound.path_operations.values():
            assert all(operation.auth_callbacks for operation in view.operations)

"""The OpenAPI document: what ninja knows, with the problems and the idempotency key that all operations share."""

from typing import Any, Final

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from config.api_problems import MEDIA_TYPE

PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "RFC 9457. `code` is stable; `title` and messages are in the asked language.",
    "type": "object",
    "required": ["type", "code", "title", "status", "instance"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:countersign:problem:step_closed"]},
        "code": {"type": "string", "examples": ["step_closed"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
}
READ_PROBLEMS: Final = {
    401: "No valid bearer token.",
    403: "Visible, but not allowed.",
    404: "There is no such thing, or it is not yours to see.",
    405: "The address does not take this method.",
    422: "Values are not valid, or a rule refuses; `errors` names the fields.",
    500: "Our fault; logged.",
}
WRITE_PROBLEMS: Final = {
    400: "The body is not strict JSON, or the idempotency key is missing.",
    409: "The state has moved on, or the idempotency key was used for something else.",
    413: "The body is too large.",
    415: "The body is not application/json.",
}
KEY_HEADER: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Chosen by the sender; the same key with the same body gives the first answer again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 180},
}
LANGUAGE_HEADER: Final[dict[str, Any]] = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": "zh-Hans or en; default: the language of the account.",
    "schema": {"type": "string"},
}


class DocumentedAPI(NinjaAPI):
    """An API whose document says what every operation may answer."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        document["components"]["schemas"]["Problem"] = PROBLEM
        for methods in document["paths"].values():
            for method, operation in methods.items():
                _complete(method, operation)
        return document


def _complete(method: str, operation: dict[str, Any]) -> None:
    writes = method != "get"
    problems = {**READ_PROBLEMS, **WRITE_PROBLEMS} if writes else READ_PROBLEMS
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, description in sorted(problems.items()):
        operation["responses"].setdefault(status, {"description": description, "content": content})
    operation["parameters"] += [KEY_HEADER, LANGUAGE_HEADER] if writes else [LANGUAGE_HEADER]

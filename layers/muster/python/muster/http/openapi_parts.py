"""The pieces of the OpenAPI document that no model tells: parameters, headers, the problem."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from muster import errors
from muster.access.refusals import NoTokenError, TokenInvalidError
from muster.errors import MusterError
from muster.http.errors import (
    NoSuchRouteError,
    PermissionMissingError,
    UnavailableError,
    UnexpectedError,
)
from muster.http.paging import ListQuery
from muster.http.queries import NoQuery
from muster.http.routing import Route

UNIVERSAL_ERRORS: tuple[type[MusterError], ...] = (
    NoTokenError,
    TokenInvalidError,
    PermissionMissingError,
    NoSuchRouteError,
    errors.QuotaExceededError,
    UnexpectedError,
    UnavailableError,
)
INFO: Mapping[str, Any] = {
    "title": "Muster",
    "version": "1",
    "summary": "Keeps track of everything an organisation owns.",
    "description": (
        "Every change is a commit of the tenant's ledger. Send `Authorization: Bearer mst_…`. "
        "Refusals are problem documents (RFC 9457) with a stable `code`; see docs/errors.md."
    ),
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}
MEANINGS: Mapping[int, str] = {
    200: "Done",
    201: "Made",
    202: "Accepted: a job does it",
    204: "Done; there is nothing to say",
    302: "Go where `Location` leads: a signed address, good for five minutes",
    207: "Some rows were refused: see each result",
    304: "Not changed since the version in If-None-Match",
    400: "The request can't be understood",
    401: "A valid token is needed",
    403: "The role or the token's scopes do not allow it",
    404: "Absent, or not yours to see",
    405: "The address does not take this method",
    409: "The current state does not allow it",
    412: "It was changed since it was read",
    413: "The body is too large",
    415: "The content type is not supported",
    422: "The input breaks a rule",
    428: "If-Match is needed",
    429: "A limit is used up",
    500: "Something went wrong on our side",
    503: "Not available just now",
}
_TEXT = {"type": "string"}
_FIELD_ERROR = {
    "type": "object",
    "required": ["code", "detail"],
    "properties": {
        "code": {**_TEXT, "description": "Which rule was broken."},
        "detail": {**_TEXT, "description": "What is wrong, and what to do."},
        "pointer": {**_TEXT, "description": "Where: a JSON pointer into the body."},
        "parameter": {**_TEXT, "description": "Where: a query parameter or header."},
    },
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": {**_TEXT, "format": "uri", "description": "The problem's address; ends in code."},
        "title": {**_TEXT, "description": "The kind of problem."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {**_TEXT, "description": "What happened, and what to do."},
        "instance": {**_TEXT, "description": "The path that was asked for."},
        "code": {**_TEXT, "description": "Stable; docs/errors.md lists them all."},
        "request_id": {**_TEXT, "description": "Name it when you report the problem."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
    },
}
_HEADERS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "X-Request-Id": ("The request's id: yours when you sent one.", _TEXT),
    "ETag": ("The version, for If-Match.", {**_TEXT, "pattern": '^"v[0-9]+"$'}),
    "Location": ("Where what was made, or the job, can be read.", _TEXT),
    "Link": ('The next page (rel="next").', _TEXT),
    "Retry-After": ("Seconds to wait before trying again.", {"type": "string"}),
    "WWW-Authenticate": ("How to send a token.", _TEXT),
    "Idempotency-Replayed": (
        "`true`: the answer to an earlier request with this key.",
        {"type": "string", "enum": ["true"]},
    ),
}
COMPONENTS: Mapping[str, Any] = {
    "schemas": {"Problem": _PROBLEM, "FieldError": _FIELD_ERROR},
    "securitySchemes": {
        "token": {"type": "http", "scheme": "bearer", "description": "A token: `mst_…`."}
    },
    "headers": {
        name: {"description": words, "schema": schema} for name, (words, schema) in _HEADERS.items()
    },
}


def headers_of(route: Route, status: int) -> dict[str, Any]:
    """Return the headers that an answer may have."""
    names = ["X-Request-Id"]
    if (status < 300 and "{" in route.path) or status in {201, 304}:  # noqa: PLR2004 - HTTP
        names.append("ETag")
    if status in {201, 202, 302}:
        names.append("Location")
    if status == 200 and issubclass(route.extras.get("query", BaseModel), ListQuery):  # noqa: PLR2004
        names.append("Link")
    if status in {202, 409, 429, 503}:
        names.append("Retry-After")
    if status == 401:  # noqa: PLR2004 - HTTP
        names.append("WWW-Authenticate")
    if route.writes and status < 500:  # noqa: PLR2004 - HTTP
        names.append("Idempotency-Replayed")
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def path_parameters(route: Route) -> Iterator[dict[str, Any]]:
    """Yield the parameters in the path's braces."""
    for name in re.findall(r"\{(\w+)\}", route.path):
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1},
        }


def query_parameters(route: Route) -> Iterator[dict[str, Any]]:
    """Yield what the query model tells, and `dry_run` for what writes."""
    model = route.extras.get("query", NoQuery)
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    shared = schema.get("$defs", {})
    for name, found in schema.get("properties", {}).items():
        parameter = _query_parameter(name, _resolved(found, shared))
        needed = {"required": True} if name in schema.get("required", ()) else {}
        yield {**parameter, **needed}
    if issubclass(model, ListQuery) and model.takes_filters:
        yield {
            "name": "filters",
            "in": "query",
            "description": "`name=value` pairs, such as `type=…` or `cf.<dotted name>=…`; "
            "the same name again is OR.",
            "style": "form",
            "explode": True,
            "schema": {"type": "object", "additionalProperties": _TEXT},
        }
    if route.writes:
        words = "Check everything and answer as if it were done, but write nothing."
        yield _query_parameter("dry_run", {"type": "boolean", "description": words})


def conditional_parameters(route: Route) -> Iterator[dict[str, Any]]:
    """Yield If-Match for what writes one resource, If-None-Match for what reads one."""
    if "{" not in route.path:
        return
    if route.writes:
        # Not `required`: what is missing is answered by 428, which says more than 400.
        words = 'The version that you read, such as `"v17"`, or `*` for any.'
        if route.needs_if_match:
            words += " Without it the request is refused (428)."
        yield _header("If-Match", words, {"type": "string"})
    else:
        yield _header("If-None-Match", "A version that you have: 304 if it is the newest.", _TEXT)


def header_parameters(route: Route) -> Iterator[dict[str, Any]]:
    """Yield the headers that most routes take."""
    if route.writes and route.extras.get("idempotent", True):
        words = "A key of your own, such as a UUID: repeating the request then does nothing twice."
        yield _header(
            "Idempotency-Key", words, {"type": "string", "minLength": 1, "maxLength": 255}
        )
    yield _header("X-Request-Id", "An id of your own, echoed and logged.", _TEXT)


def _header(name: str, words: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": words, "schema": dict(schema)}


def _query_parameter(name: str, found: Mapping[str, Any]) -> dict[str, Any]:
    schema = {k: v for k, v in found.items() if k not in {"title", "description", "default"}}
    if found.get("default") not in (None, []):
        schema["default"] = found["default"]
    parameter: dict[str, Any] = {"name": name, "in": "query", "schema": schema}
    if "description" in found:
        parameter["description"] = found["description"]
    if schema.get("type") == "array":
        parameter |= {"style": "form", "explode": name not in {"fields", "sort"}}
    return parameter


def _resolved(found: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parameter's schema without references and without the null that means absent."""
    options = [option for option in found.get("anyOf", ()) if option != {"type": "null"}]
    schema = dict(found)
    if options:
        del schema["anyOf"]
        schema |= options[0] if len(options) == 1 else {"anyOf": options}
    if "$ref" in schema:
        schema |= shared[schema.pop("$ref").rsplit("/", 1)[1]]
    if "$ref" in schema.get("items", {}):
        schema["items"] = shared[schema["items"]["$ref"].rsplit("/", 1)[1]]
    return schema

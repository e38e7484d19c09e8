"""The OpenAPI 3.1 document, made from the routes and their models."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from muster.errors import MusterError
from muster.http import refusals
from muster.http.bodies import max_bytes, media_types
from muster.http.errors import PROBLEM_TYPE, status_of
from muster.http.openapi_parts import (
    COMPONENTS,
    INFO,
    MEANINGS,
    UNIVERSAL_ERRORS,
    conditional_parameters,
    header_parameters,
    headers_of,
    path_parameters,
    query_parameters,
)
from muster.http.paging import ListQuery
from muster.http.routing import Route
from muster.http.table import RouteTable

_REFERENCE = "#/components/schemas/{model}"
_JSON = "application/json"

type Models = Mapping[tuple[Any, JsonSchemaMode], dict[str, Any]]
"""A model's schema for input or output, by the model."""


def document(table: RouteTable) -> dict[str, Any]:
    """Return the document. Operations come in the order in which the routes were declared."""
    models, schemas = _schemas(table.routes)
    paths: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for route in table.routes:
        paths[route.path][route.method.lower()] = _operation(route, models)
    components = {**COMPONENTS, "schemas": {**schemas, **COMPONENTS["schemas"]}}
    _add_parts(table.routes, models, components["schemas"])
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(r.tag for r in table.routes)],
        "paths": dict(paths),
        "components": components,
    }


def errors_of(route: Route) -> tuple[type[MusterError], ...]:
    """Return every refusal that a route documents: its view's own, and those of the layer."""
    found: list[type[MusterError]] = [refusals.InvalidParameterError]
    if not route.public:
        found += UNIVERSAL_ERRORS
    if issubclass(route.extras.get("query", BaseModel), ListQuery):
        found.append(refusals.InvalidCursorError)
    if route.writes:
        found += [refusals.InvalidJsonError, refusals.BodyTooLargeError]
        found.append(
            refusals.ContentTypeError if "body" in route.extras else refusals.BodyNotExpectedError
        )
    if "body" in route.extras:
        found.append(refusals.InvalidBodyError)
    if route.writes and route.extras.get("idempotent", True):
        found += [refusals.KeyReusedError, refusals.InFlightError]
    if route.needs_if_match:
        found.append(refusals.IfMatchRequiredError)
    if route.writes and "{" in route.path:
        found.append(refusals.NotAbsentError)
    return tuple(dict.fromkeys([*found, *route.extras.get("errors", ())]))


def _schemas(routes: Iterable[Route]) -> tuple[Models, dict[str, Any]]:
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {}
    for route in routes:
        returns = route.returns
        if "body" in route.extras:
            wanted[route.extras["body"], "validation"] = None
        if returns is not None:
            wanted[returns, "serialization"] = None
    models, definitions = models_json_schema(list(wanted), ref_template=_REFERENCE)
    return models, definitions.get("$defs", {})


def _operation(route: Route, models: Models) -> dict[str, Any]:
    summary = route.summary.rstrip(".")
    operation: dict[str, Any] = {
        "operationId": route.operation_id,
        "tags": [route.tag],
        "summary": summary,
        "parameters": [
            *path_parameters(route),
            *query_parameters(route),
            *conditional_parameters(route),
            *header_parameters(route),
        ],
        "responses": {**_successes(route, models), **_refusals(route)},
    }
    description = route.extras.get("description") or _description(route)
    if description:
        operation["description"] = description
    if route.public:
        operation["security"] = []
    else:
        operation["x-permission"] = str(route.permission)
    if "body" in route.extras:
        operation["requestBody"] = _request_body(route, models)
    return operation


def _description(route: Route) -> str:
    lines = (route.view.__doc__ or "").strip().split("\n", 1)
    return re.sub(r"\s+", " ", lines[1]).strip() if len(lines) > 1 else ""


def _request_body(route: Route, models: Models) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": models[route.extras["body"], "validation"]}
    if "example" in route.extras:
        content["example"] = route.extras["example"]
    return {
        "required": True,
        "description": f"At most {max_bytes(route)} bytes.",
        "content": dict.fromkeys(media_types(route), content),
    }


def _successes(route: Route, models: Models) -> dict[str, Any]:
    found = {route.status: MEANINGS[route.status], **route.extras.get("statuses", {})}
    answers = {str(status): _success(route, models, status, found[status]) for status in found}
    if not route.writes and "{" in route.path:
        answers["304"] = {"description": MEANINGS[304], "headers": headers_of(route, 304)}
    return answers


def _success(route: Route, models: Models, status: int, meaning: str) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": meaning, "headers": headers_of(route, status)}
    returns = route.returns
    if returns is not None and status != 204:  # noqa: PLR2004 - no content
        schema = models[returns, "serialization"]
        if issubclass(route.extras.get("query", BaseModel), ListQuery):
            schema = {"$ref": schema["$ref"] + "_parts"}
        answer["content"] = {_JSON: {"schema": schema}}
    return answer


def _refusals(route: Route) -> dict[str, Any]:
    codes: defaultdict[int, list[str]] = defaultdict(list)
    for error in errors_of(route):
        codes[status_of(error)].append(error.code)
    answers: dict[str, Any] = {}
    for status, names in sorted(codes.items()):
        listed = ", ".join(f"`{name}`" for name in dict.fromkeys(names))
        answers[str(status)] = {
            "description": f"{MEANINGS[status]}: {listed}.",
            "headers": headers_of(route, status),
            "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return answers


def _add_parts(routes: Iterable[Route], models: Models, schemas: dict[str, Any]) -> None:
    """Add, for each list, what it looks like where `fields` leaves members out."""
    for route in routes:
        returns = route.returns
        query = route.extras.get("query", BaseModel)
        if returns is None or not issubclass(query, ListQuery):
            continue
        name = models[returns, "serialization"]["$ref"].rsplit("/", 1)[1]
        page = schemas[name]
        item = page["properties"]["items"]["items"].get("$ref", "").rsplit("/", 1)[-1]
        if not item:
            schemas[f"{name}_parts"] = page
            continue
        schemas[f"{item}_parts"] = {k: v for k, v in schemas[item].items() if k != "required"}
        items = {**page["properties"]["items"], "items": {"$ref": _ref(f"{item}_parts")}}
        parts = {**page, "properties": {**page["properties"], "items": items}}
        schemas[f"{name}_parts"] = parts


def _ref(name: str) -> str:
    return _REFERENCE.format(model=name)

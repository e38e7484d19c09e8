"""Holds answers to the OpenAPI document: status documented, body as its schema says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from muster.http.gateway import Request
from muster.http.openapi import document
from muster.http.routing import Route
from muster.http.table import RouteTable


@cache
def served_by(table: RouteTable) -> dict[str, Any]:
    """Return the document."""
    return document(table)


def require_documented(
    table: RouteTable, route: Route, status: int, media_type: str, text: str
) -> None:
    """Fail unless the document says that this route may answer so."""
    operation = served_by(table)["paths"][route.path][route.method.lower()]
    assert str(status) in operation["responses"], f"{route.operation_id}: {status}: {text[:500]}"
    content = operation["responses"][str(status)].get("content", {})
    if not content:
        assert text == "", f"{route.operation_id}: {status} has a body"
        return
    assert media_type in content, f"{route.operation_id}: {status} as {media_type}"
    validator = _validator(table, route.path, route.method.lower(), status)
    errors = list(validator.iter_errors(json.loads(text)))
    assert not errors, f"{route.operation_id}: {status}: {errors[0]}"


def route_of(table: RouteTable, event: Mapping[str, Any]) -> Route:
    """Return the route that an event is for."""
    request = Request(
        method=event["httpMethod"],
        path=event["path"],
        resource=event["resource"],
        parameters=event["pathParameters"] or {},
        query=(),
        headers={},
        body=b"",
        request_id="",
        base_url="",
    )
    return table.match(request).route


@cache
def _validator(table: RouteTable, path: str, method: str, status: int) -> Draft202012Validator:
    responses = served_by(table)["paths"][path][method]["responses"]
    [content] = responses[str(status)]["content"].values()
    whole = Resource.from_contents(served_by(table), default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("urn:muster", whole)
    schema = {**content["schema"]}
    if "$ref" in schema:
        schema["$ref"] = "urn:muster" + schema["$ref"]
    return Draft202012Validator(schema, registry=registry, format_checker=FormatChecker())

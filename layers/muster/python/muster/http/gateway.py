"""API Gateway's events (REST API, Lambda proxy) in, and its answers out."""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}", re.ASCII)
_EXECUTE_API = re.compile(r"\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?", re.ASCII)


@dataclass(frozen=True)
class Request:
    """One HTTP request as it came."""

    method: str
    path: str
    """As it was sent, from `/v1` on."""
    resource: str
    """The path as it is registered: `/v1/assets/{asset_id}`."""
    parameters: Mapping[str, str]
    """Path parameters as they were sent: percent-encoded."""
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    """Names in lower case; values of a repeated header joined by commas."""
    body: bytes | None
    """None when the event's base64 can't be decoded."""
    request_id: str
    base_url: str


@dataclass(frozen=True)
class Reply:
    """One HTTP answer."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_event(self) -> dict[str, Any]:
        """Return the answer as API Gateway takes it."""
        return {
            "statusCode": self.status,
            "headers": dict(self.headers),
            "multiValueHeaders": {},
            "body": self.body,
        }


def read_event(event: Mapping[str, Any]) -> Request:
    """Return the request of an event, which may lack what API Gateway leaves empty."""
    context = event.get("requestContext") or {}
    headers = _headers(event)
    path = event.get("path") or context.get("path") or "/"
    return Request(
        method=context.get("httpMethod") or event.get("httpMethod") or "GET",
        path=path,
        resource=context.get("resourcePath") or event.get("resource") or "",
        parameters=event.get("pathParameters") or {},
        query=_query(event),
        headers=headers,
        body=_body(event),
        request_id=_request_id(headers, context),
        base_url=_base_url(headers, context),
    )


def decoded(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return path parameters without percent-encoding."""
    return {name: unquote(value) for name, value in parameters.items()}


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    several = event.get("multiValueHeaders") or {}
    single = event.get("headers") or {}
    joined = {name.lower(): ", ".join(values) for name, values in several.items() if values}
    return {**{name.lower(): value for name, value in single.items()}, **joined}


def _query(event: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    several = event.get("multiValueQueryStringParameters")
    if several:
        return tuple((name, value or "") for name, values in several.items() for value in values)
    return tuple((n, v or "") for n, v in (event.get("queryStringParameters") or {}).items())


def _body(event: Mapping[str, Any]) -> bytes | None:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return None


def _request_id(headers: Mapping[str, str], context: Mapping[str, Any]) -> str:
    given = headers.get("x-request-id", "")
    if _REQUEST_ID.fullmatch(given):
        return given
    return str(context.get("requestId") or uuid.uuid4())


def _base_url(headers: Mapping[str, str], context: Mapping[str, Any]) -> str:
    # Behind a domain of its own the stage is not part of the path; at AWS's address it is.
    host = headers.get("host", "")
    stage = context.get("stage")
    return f"/{stage}" if stage and _EXECUTE_API.search(host) else ""

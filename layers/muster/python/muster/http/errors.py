"""The one table from kinds of refusal to HTTP, and the problem document (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster import errors
from muster.errors import MusterError

PROBLEM_TYPE = "application/problem+json"
TYPE_BASE = "https://muster.example/problems/"


class NoSuchRouteError(errors.NotFoundError):
    """There is nothing at this address."""

    code = "no_such_route"


class MethodNotAllowedError(MusterError):
    """The address is known and does not take this method; `Allow` names those that it takes."""

    code = "method_not_allowed"
    title = "The address does not take this method"


class PermissionMissingError(errors.ForbiddenError):
    """The role or the token's scopes do not hold the route's permission, named in `permission`."""

    code = "permission_missing"


class UnexpectedError(MusterError):
    """A defect of ours. What happened is in the log, under the request id (500)."""

    code = "internal_error"
    title = "Something went wrong on our side"


class UnavailableError(errors.TransientError):
    """AWS did not answer, or asks us to slow down; the same request may pass later."""

    code = "unavailable"


STATUSES: Mapping[type[MusterError], int] = {
    errors.MalformedRequestError: 400,
    errors.UnauthenticatedError: 401,
    errors.ForbiddenError: 403,
    errors.NotFoundError: 404,
    MethodNotAllowedError: 405,
    errors.ConflictError: 409,
    errors.PreconditionFailedError: 412,
    errors.TooLargeError: 413,
    errors.UnsupportedMediaTypeError: 415,
    errors.InvalidInputError: 422,
    errors.PreconditionRequiredError: 428,
    errors.QuotaExceededError: 429,
    UnexpectedError: 500,
    errors.TransientError: 503,
}
_RETRY_SECONDS = {429: "5", 503: "2"}


def status_of(kind: type[MusterError]) -> int:
    """Return a refusal's status; 500 for one that derives from no kind."""
    return next((STATUSES[base] for base in kind.__mro__ if base in STATUSES), 500)


def problem(error: MusterError, *, instance: str, request_id: str) -> dict[str, Any]:
    """Return the problem document. `extra` can't replace a member that every problem has."""
    body: dict[str, Any] = {
        **error.extra,
        "type": TYPE_BASE + error.code,
        "title": error.title,
        "status": status_of(type(error)),
        "detail": error.detail,
        "instance": instance,
        "code": error.code,
        "request_id": request_id,
    }
    if error.errors:
        body["errors"] = [each.as_json() for each in error.errors]
    return body


def problem_headers(error: MusterError) -> dict[str, str]:
    """Return what the status asks for: a challenge, the methods allowed, when to try again."""
    status = status_of(type(error))
    headers = {"Content-Type": PROBLEM_TYPE}
    if status == STATUSES[errors.UnauthenticatedError]:
        reason = ', error="invalid_token"' if error.code == "token_invalid" else ""
        headers["WWW-Authenticate"] = f'Bearer realm="muster"{reason}'
    if isinstance(error, MethodNotAllowedError):
        headers["Allow"] = ", ".join(error.extra["allow"])
    if status in _RETRY_SECONDS or "retry_after" in error.extra:
        headers["Retry-After"] = str(error.extra.get("retry_after", _RETRY_SECONDS.get(status)))
    return headers

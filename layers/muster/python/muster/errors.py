"""The kinds of refusal. A leaf error lives beside the code that raises it, and is one of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class FieldError:
    """One thing wrong at one place.

    `pointer` is an RFC 6901 JSON pointer into the request body, or `parameter` names a query
    parameter or header; for files, `extra` carries `row` (1-based, header is row 1) and `column`.
    """

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the member of a problem's `errors[]`."""
        body: dict[str, Any] = {"code": self.code, "detail": self.detail, **self.extra}
        if self.pointer is not None:
            body["pointer"] = self.pointer
        if self.parameter is not None:
            body["parameter"] = self.parameter
        return body


class MusterError(Exception):
    """A refusal that the caller can understand; `code` is stable and listed in docs/errors.md."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "The request was refused"

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        """`detail` says what happened and what to do; `extra` becomes members of the problem."""
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.extra = dict(extra or {})


class InvalidInputError(MusterError):
    """The request was understood and breaks a rule (422)."""

    code = "invalid_input"
    title = "The input breaks a rule"


class MalformedRequestError(MusterError):
    """The request can't be understood: syntax, unknown parameter, bad cursor (400)."""

    code = "malformed_request"
    title = "The request can't be understood"


class UnauthenticatedError(MusterError):
    """No credential, or one that is not valid (401)."""

    code = "unauthenticated"
    title = "A valid token is needed"


class ForbiddenError(MusterError):
    """Known, and not allowed (403)."""

    code = "forbidden"
    title = "You may not do this"


class NotFoundError(MusterError):
    """Absent, or another tenant's: the two can't be told apart (404)."""

    code = "not_found"
    title = "Not found"


class ConflictError(MusterError):
    """The state does not allow it (409)."""

    code = "conflict"
    title = "The current state does not allow this"


class PreconditionFailedError(MusterError):
    """Somebody else changed it since it was read (412)."""

    code = "precondition_failed"
    title = "It was changed since you read it"


class PreconditionRequiredError(MusterError):
    """The request has to say which version it means (428)."""

    code = "precondition_required"
    title = "If-Match is needed"


class TooLargeError(MusterError):
    """The body or the file is larger than the published limit (413)."""

    code = "too_large"
    title = "Too large"


class UnsupportedMediaTypeError(MusterError):
    """The content type is not one that the route takes (415)."""

    code = "unsupported_media_type"
    title = "The content type is not supported"


class QuotaExceededError(MusterError):
    """A limit of the tenant or the token is used up (429)."""

    code = "quota_exceeded"
    title = "A limit is used up"


class TransientError(MusterError):
    """A part is not available just now; the same request may pass later (503)."""

    code = "transient"
    title = "Not available just now"

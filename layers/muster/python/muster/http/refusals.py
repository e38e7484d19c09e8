"""What the HTTP layer itself refuses: requests that can't be read, or that break a model."""

from __future__ import annotations

from muster.errors import (
    ConflictError,
    InvalidInputError,
    MalformedRequestError,
    PreconditionFailedError,
    PreconditionRequiredError,
    TooLargeError,
    UnsupportedMediaTypeError,
)


class BodyTooLargeError(TooLargeError):
    """The body has more bytes than the route takes; `max_bytes` says how many those are."""

    code = "body_too_large"


class ContentTypeError(UnsupportedMediaTypeError):
    """The content type, its charset or the content encoding is not one that the route takes."""

    code = "content_type_not_supported"


class InvalidJsonError(MalformedRequestError):
    """The body is not JSON: its syntax, its encoding, a repeated member, NaN, or too deep."""

    code = "invalid_json"


class BodyNotExpectedError(MalformedRequestError):
    """The route takes no body."""

    code = "body_not_expected"


class InvalidBodyError(InvalidInputError):
    """The body is JSON and breaks the route's rules; `errors` points at each place."""

    code = "invalid_body"


class InvalidParameterError(MalformedRequestError):
    """A query parameter or header is unknown, repeated or has a value that it can't have."""

    code = "invalid_parameter"


class InvalidCursorError(MalformedRequestError):
    """The cursor was cut, is older than a day, or belongs to another list."""

    code = "invalid_cursor"


class IfMatchRequiredError(PreconditionRequiredError):
    """The request has to say, by If-Match, which version it means."""

    code = "if_match_required"


class NotAbsentError(PreconditionFailedError):
    """`If-None-Match: *` asks to create only, and this route changes what exists."""

    code = "exists_already"


class KeyReusedError(InvalidInputError):
    """The Idempotency-Key was used for a request with another content."""

    code = "idempotency_key_reused"


class InFlightError(ConflictError):
    """The request with this Idempotency-Key is being answered just now: try again."""

    code = "request_in_flight"

"""From a request's bytes to the route's model."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from muster.errors import FieldError
from muster.http.gateway import Request
from muster.http.jsontext import escape, parse_json
from muster.http.refusals import (
    BodyNotExpectedError,
    BodyTooLargeError,
    ContentTypeError,
    InvalidBodyError,
    InvalidJsonError,
)
from muster.http.routing import Route

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MAX_BODY_BYTES = 1024 * 1024
JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
_MAX_ERRORS = 50
_WORDS = {
    "missing": ("required", "This member is required."),
    "string_type": ("wrong_type", "This has to be a text."),
    "int_type": ("wrong_type", "This has to be a whole number."),
    "int_from_float": ("wrong_type", "This has to be a whole number."),
    "float_type": ("wrong_type", "This has to be a number."),
    "bool_type": ("wrong_type", "This has to be true or false."),
    "list_type": ("wrong_type", "This has to be an array."),
    "dict_type": ("wrong_type", "This has to be an object."),
    "model_type": ("wrong_type", "This has to be an object."),
    "model_attributes_type": ("wrong_type", "This has to be an object."),
}


def media_types(route: Route) -> tuple[str, ...]:
    """Return the content types that a route takes, the documented one first."""
    own = route.extras.get("media_type", MERGE_PATCH if route.method == "PATCH" else JSON)
    return (own,) if own == JSON else (own, JSON)


def max_bytes(route: Route) -> int:
    """Return how large a body the route takes."""
    return route.extras.get("max_body_bytes", MAX_BODY_BYTES)


def read_body(route: Route, request: Request) -> BaseModel | None:
    """Return the body as the route's model, None for a route that takes none.

    Raises BodyTooLargeError, ContentTypeError, InvalidJsonError, BodyNotExpectedError,
    InvalidBodyError.
    """
    content = _content(route, request)
    model = route.extras.get("body")
    if model is None:
        if content.strip() not in (b"", b"{}"):
            raise BodyNotExpectedError(f"{route.method} {route.path} takes no body: send none.")
        return None
    _check_content_type(route, request)
    if not content.strip():
        raise InvalidJsonError("The body is empty: send a JSON object.")
    value = parse_json(content)
    try:
        # Not the parsed value: in its JSON mode pydantic is strict and still takes
        # what JSON has no type for, such as dates, from their texts.
        return model.model_validate_json(content, strict=True)
    except ValidationError as error:
        raise _invalid(model, value, error) from error


def field_errors(model: type[BaseModel], value: Any, error: ValidationError) -> list[FieldError]:
    """Return pydantic's findings in words, each with a pointer into `value`."""
    details = error.errors(include_url=False, include_context=True)
    return [_field_error(model, value, each) for each in details[:_MAX_ERRORS]]


def _content(route: Route, request: Request) -> bytes:
    if request.body is None:
        raise InvalidJsonError("The body can't be read.")
    most = max_bytes(route)
    if len(request.body) > most:
        raise BodyTooLargeError(
            f"The body has {len(request.body)} bytes, and at most {most} are taken here.",
            extra={"max_bytes": most},
        )
    return request.body


def _check_content_type(route: Route, request: Request) -> None:
    given = request.headers.get("content-type", JSON)
    essence, *parameters = (part.strip().lower() for part in given.split(";"))
    charset = next((p[8:].strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    coding = request.headers.get("content-encoding", "identity").lower()
    taken = media_types(route)
    if essence not in taken or charset not in {"utf-8", "utf8"} or coding != "identity":
        raise ContentTypeError(
            f"Send the body as {' or '.join(taken)}, in UTF-8, not compressed.",
            extra={"accepted": list(taken)},
        )


def _invalid(model: type[BaseModel], value: Any, error: ValidationError) -> InvalidBodyError:
    found = field_errors(model, value, error)
    if len(found) == 1:
        detail = f"{found[0].pointer or 'The body'}: {found[0].detail}"
    else:
        detail = f"{error.error_count()} places break a rule; see errors."
    return InvalidBodyError(detail, errors=found)


def _field_error(model: type[BaseModel], value: Any, found: ErrorDetails) -> FieldError:
    steps, holder = _steps(value, found["loc"])
    kind = found["type"]
    pointer = "".join(map(escape, steps))
    if kind == "extra_forbidden":
        return FieldError("unknown_field", _unknown(model, steps), pointer)
    if kind in _WORDS:
        code, words = _WORDS[kind]
        if kind == "missing":
            pointer = "".join(map(escape, [*steps, *_absent(holder, found["loc"])]))
        return FieldError(code, words, pointer)
    message = found["msg"].removeprefix("Value error, ")
    code = "invalid_value" if kind in {"value_error", "assertion_error"} else kind
    return FieldError(code, message if message.endswith(".") else f"{message}.", pointer)


def _steps(value: Any, loc: Sequence[int | str]) -> tuple[list[int | str], Any]:
    """Return those parts of a location that lead into the value, and what they lead to.

    The others name members of unions, which the caller has never heard of.
    """
    steps: list[int | str] = []
    for part in loc:
        inside = isinstance(value, dict) and part in value
        if inside or (isinstance(value, list) and isinstance(part, int) and part < len(value)):
            steps.append(part)
            value = value[part]
    return steps, value


def _absent(holder: Any, loc: Sequence[int | str]) -> Sequence[int | str]:
    return loc[-1:] if isinstance(holder, dict) and loc and loc[-1] not in holder else ()


def _unknown(model: type[BaseModel], steps: Sequence[int | str]) -> str:
    name = str(steps[-1]) if steps else ""
    known = [f.alias or n for n, f in model.model_fields.items()] if len(steps) == 1 else []
    nearest = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return f"There is no member {name[:80]!r} here.{hint}"

"""Values that are files or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from muster.catalog.model import FieldKind, FieldType
from muster.catalog.values.terms import (
    Handler,
    Names,
    TextDialect,
    ValueContext,
    ValueProblem,
    expected,
)

_LONGEST_JSON = 64 * 1024
_DEEPEST_JSON = 32


def _parse_file(field: FieldType, raw: Any, context: ValueContext) -> str:
    """Return the id of a file that is stored here: nobody can name what they have not sent."""
    file_id = raw.get("id") if isinstance(raw, Mapping) else raw
    if not isinstance(file_id, str):
        raise expected(field, "a stored file's id", raw)
    purpose = context.purpose_of_file(file_id)
    if purpose is None:
        raise ValueProblem("unknown_file", f"{field.label}: there is no file {file_id[:80]!r}.")
    if purpose == "processing":
        detail = f"{field.label}: the image was not looked through yet; try again in a moment."
        raise ValueProblem("file_not_ready", detail)
    if field.kind is FieldKind.IMAGE and purpose != "image":
        raise ValueProblem("no_image", f"{field.label} takes what was uploaded as an image.")
    return file_id


def _present_file(_field: FieldType, value: Any, names: Names) -> dict[str, Any]:
    return names.file(value) or {"id": value, "name": None, "media_type": None, "size": None}


def _parse_json(field: FieldType, raw: Any, _context: ValueContext) -> Any:
    if _depth(raw) > _DEEPEST_JSON:
        raise ValueProblem("too_deep", f"{field.label} takes JSON of up to {_DEEPEST_JSON} levels.")
    try:
        text = json.dumps(raw, allow_nan=False)
    except (ValueError, TypeError) as error:
        raise ValueProblem("invalid_json", f"{field.label} takes JSON.") from error
    if len(text) > _LONGEST_JSON:
        raise ValueProblem(
            "too_long", f"{field.label} takes up to {_LONGEST_JSON:,} bytes of JSON."
        )
    return raw


def _read_json(field: FieldType, text: str, _dialect: TextDialect, context: ValueContext) -> Any:
    try:
        return _parse_json(field, json.loads(text), context)
    except (ValueError, RecursionError) as error:
        raise ValueProblem("invalid_json", f"{field.label}: this is no JSON.") from error


def _depth(value: Any) -> int:
    """Return how deep the value nests, without recursion; one more than allowed is enough."""
    depth, level = 0, [value]
    while level and depth <= _DEEPEST_JSON:
        depth += 1
        level = [inner for outer in level for inner in _members(outer)]
    return depth


def _members(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


_FILE = Handler(
    _parse_file, present=_present_file, key=str, example="fil_01JW0000000000000000000000"
)

HANDLERS: dict[FieldKind, Handler] = {
    FieldKind.FILE: _FILE,
    FieldKind.IMAGE: _FILE,
    FieldKind.JSON: Handler(
        _parse_json,
        _read_json,
        key=lambda v: json.dumps(v, sort_keys=True, separators=(",", ":")),
        example={"slots": [1, 2]},
    ),
}

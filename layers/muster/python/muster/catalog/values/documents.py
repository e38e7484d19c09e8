"""Values that are files or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from muster.catalog.model import FieldKind, FieldType
from muster.catalog.values.terms import (
    Handler,
    TextDialect,
    ValueContext,
    ValueProblem,
    expected,
    want_object,
)

_LONGEST_JSON = 64 * 1024
_DEEPEST_JSON = 32
_LARGEST_FILE = 5 * 1024**3
_MEMBERS = {"name": str, "sha256": str, "size": int, "type": str}
_WHAT = "a stored file: name, sha256, size and type"
_IMAGE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"})


def _parse_file(field: FieldType, raw: Any, _context: ValueContext) -> dict[str, Any]:
    given = want_object(field, raw, _MEMBERS, _WHAT)
    well_formed = (
        re.fullmatch(r"[0-9a-f]{64}", given["sha256"])
        and 0 <= given["size"] <= _LARGEST_FILE
        and re.fullmatch(r"[^\x00-\x1f/\\]{1,255}", given["name"])
        and re.fullmatch(r"[a-z]+/[a-z0-9.+-]{1,100}", given["type"])
    )
    if not well_formed:
        raise expected(field, _WHAT, raw)
    if field.kind is FieldKind.IMAGE and given["type"] not in _IMAGE_TYPES:
        raise ValueProblem("no_image", f"{field.label} takes images, not {given['type']}.")
    return given


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


_EXAMPLE = {
    "name": "invoice.pdf",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "size": 48_213,
    "type": "application/pdf",
}

HANDLERS: dict[FieldKind, Handler] = {
    FieldKind.FILE: Handler(_parse_file, key=lambda v: str(v["sha256"]), example=_EXAMPLE),
    FieldKind.IMAGE: Handler(
        _parse_file,
        key=lambda v: str(v["sha256"]),
        example={**_EXAMPLE, "name": "front.webp", "type": "image/webp"},
    ),
    FieldKind.JSON: Handler(
        _parse_json,
        _read_json,
        key=lambda v: json.dumps(v, sort_keys=True, separators=(",", ":")),
        example={"slots": [1, 2]},
    ),
}

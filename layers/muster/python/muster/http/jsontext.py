"""Strict JSON: UTF-8, no repeated members, no NaN, no NUL or lone surrogate, not too deep."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from muster.errors import FieldError
from muster.http.refusals import InvalidJsonError

MAX_DEPTH = 32
_MAX_INTEGER = 2**63 - 1
_MAX_DIGITS = 20
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_UNFIT = re.compile("[\x00\ud800-\udfff\ufffd]")
_REPLACED = "\ufffd"
"""What API Gateway puts for bytes that are no UTF-8, before we see them."""


def parse_json(content: bytes) -> Any:
    """Return the value; raises InvalidJsonError that says where and what to do."""
    text = _decode(content)
    _require_shallow(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _refused("syntax", f"The body is not JSON: {error.msg}, at {where}.") from error
    if "\\u" in text or _REPLACED in text:
        _require_fit(value)
    return value


def escape(part: object) -> str:
    """Return one step of a JSON pointer (RFC 6901)."""
    return "/" + str(part).replace("~", "~0").replace("/", "~1")


def _decode(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise _refused("encoding", f"The body is not UTF-8: see byte {error.start}.") from error


def _require_shallow(text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        if depth > MAX_DEPTH:
            raise _refused("depth", f"The body is nested deeper than {MAX_DEPTH} levels.")


def _require_fit(value: Any) -> None:
    for pointer, text in _texts(value, ""):
        if unfit := _UNFIT.search(text):
            detail = "A text holds a NUL or half of a surrogate pair: remove it."
            if unfit[0] == _REPLACED:
                detail = (
                    "A text holds U+FFFD, which stands for bytes that are no UTF-8: send UTF-8."
                )
            raise InvalidJsonError(detail, errors=[FieldError("character", detail, pointer)])


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield pointer, name
            yield from _texts(member, pointer + escape(name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _texts(member, f"{pointer}/{index}")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _refused("duplicate_member", f"The member {twice[:80]!r} occurs more than once.")
    return members


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS or abs(int(digits)) > _MAX_INTEGER:
        raise _refused("number", f"The number {digits[:24]}… is out of range: 64 bits at most.")
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _refused("number", f"The number {digits[:24]} is out of range.")
    return number


def _constant(name: str) -> Any:
    raise _refused("number", f"{name} is not JSON: leave the member out, or send null.")


def _refused(code: str, detail: str) -> InvalidJsonError:
    return InvalidJsonError(detail, errors=[FieldError(code, detail, "")])


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members,
    parse_int=_integer,
    parse_float=_number,
    parse_constant=_constant,
)

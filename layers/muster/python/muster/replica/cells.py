"""How values are made comparable: the same rules for what is stored and for what is asked."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from muster.text import fold

type Scalar = int | float | str | None
type Cell = tuple[Scalar, str | None]
"""A comparable value, and the currency when it is an amount of money."""

LONGEST = 256
"""Characters of a text that is compared."""
_LONGEST_KEPT = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MONEY = {"minor", "currency"}
_SHORTEST_MOMENT = len("2026-01-01T00:00:00Z")
_DIGITS = re.compile(r"[0-9]+")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z", re.ASCII)


def storable(text: str) -> str:
    """Return the text with what UTF-8 can't hold (half a surrogate pair) as question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def text_cell(text: str) -> str | None:
    """Return the text as it is compared, at most 256 characters; None when nothing is left of it.

    Of a longer text the end is a digest, so that two texts are equal only when they are equal.
    """
    return _short_cell(text) if len(text) <= _LONGEST_KEPT else _cell(text)


def _cell(text: str) -> str | None:
    folded = storable(fold(_even_moment(text)))
    if len(folded) > LONGEST:
        digest = blake2b(folded.encode(), digest_size=16).hexdigest()
        return f"{folded[: LONGEST - len(digest)]}{digest}"
    return folded or None


# Models, options, days and people come again and again.
_short_cell = lru_cache(maxsize=4096)(_cell)


def key_order(key: str | None) -> str | None:
    """Return a comparable key in which numbers count: LAP-2 comes before LAP-10."""
    return key and _DIGITS.sub(lambda digits: digits[0].zfill(12), key)


def cells(value: Any) -> list[Cell]:
    """Return a field's value as comparable values, each once; none when it is empty.

    The form tells the type, so that no catalog is needed: an amount of money is
    `{minor, currency}`, and what else is an object has no order.
    """
    if isinstance(value, list | tuple):
        found = (cell for element in value for cell in _element(element))
        return list(dict.fromkeys(found))
    return _element(value)


def _element(value: Any) -> list[Cell]:
    match value:
        case None:
            return []
        case str():
            text = text_cell(value)
            return [] if text is None else [(text, None)]
        case bool() | int() | float():
            return [(number(value), None)]
        case {"minor": int(minor), "currency": str(currency)} if value.keys() == _MONEY:
            return [(number(minor), storable(currency))]
        case _:
            return [(None, None)]


def number(value: float) -> int | float:
    """Return a number that SQLite can hold; what is beyond its integers compares as a float."""
    if not isinstance(value, int):
        return value
    if -(2**63) <= value < 2**63:
        return int(value)
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def moment(at: datetime) -> int:
    """Return an aware time as microseconds."""
    return (at - _EPOCH) // _MICROSECOND


def moment_of(value: Any) -> int | None:
    """Return an aware datetime or RFC 3339 text as microseconds; None for anything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    aware = isinstance(value, datetime) and value.tzinfo is not None
    return moment(value) if aware else None


def from_moment(microseconds: int) -> datetime:
    """Return the time that `moment` was given."""
    return _EPOCH + microseconds * _MICROSECOND


def _even_moment(text: str) -> str:
    # "…:00Z" and "…:00.5Z" order as times only when both have as many digits.
    found = _MOMENT.fullmatch(text) if len(text) >= _SHORTEST_MOMENT else None
    if found is None:
        return text
    day, time, fraction = found.groups()
    return f"{day}T{time}.{fraction or '':0<6}Z"


def is_money(value: Mapping[str, Any]) -> bool:
    """Tell whether a stored object is an amount of money."""
    return value.keys() == _MONEY

"""What DynamoDB charges for an item, by the rules of its developer guide. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_READ_BLOCK, _WRITE_BLOCK = 4096, 1024


def item_bytes(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Return an item's size: names and values, with 3 bytes for a map or list and 1 an element."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def read_units(size: int, *, consistent: bool) -> float:
    """Return the units of reading this much: a unit is 4 KB, half of that eventually consistent."""
    return max(1, math.ceil(size / _READ_BLOCK)) * (1.0 if consistent else 0.5)


def write_units(*sizes: int) -> float:
    """Return the units of a write: a unit is 1 KB of the larger of the item before and after."""
    return float(max(1, math.ceil(max(sizes) / _WRITE_BLOCK)))


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    return _SIZES.get(kind, _one_byte)(content)


def _one_byte(_content: Any) -> int:
    return 1


def _text_bytes(content: str) -> int:
    return len(content.encode())


def _binary_bytes(content: str) -> int:
    return len(content) * 3 // 4 - content[-2:].count("=")  # base64 on the wire


def _number_bytes(content: str) -> int:
    return len(content.lstrip("-").replace(".", "")) // 2 + 2


def _map_bytes(content: Mapping[str, Any]) -> int:
    return 3 + sum(1 + len(name.encode()) + _value_bytes(v) for name, v in content.items())


def _list_bytes(content: Sequence[Any]) -> int:
    return 3 + sum(1 + _value_bytes(value) for value in content)


def _set_bytes(content: Sequence[str]) -> int:
    return sum(map(_text_bytes, content))


_SIZES: Mapping[str, Callable[[Any], int]] = {
    "S": _text_bytes,
    "B": _binary_bytes,
    "N": _number_bytes,
    "M": _map_bytes,
    "L": _list_bytes,
    "SS": _set_bytes,
    "NS": _set_bytes,
}

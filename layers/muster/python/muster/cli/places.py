"""Shows where in a query something is wrong: the line, and marks under the place."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_WIDEST = 100
"""Columns of a line that are shown."""
_BEFORE = 60
_MOST_EXPECTED = 6


@dataclass(frozen=True)
class Sent:
    """What a request held, to find in it what a refusal points at."""

    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)

    def text_of(self, error: Mapping[str, Any]) -> str | None:
        """Return the text that an error's position counts in; None for an error without one."""
        if not isinstance(error.get("position"), int):
            return None
        found = self.body
        if error.get("parameter") is not None:
            found = self.query.get(str(error["parameter"]))
        elif error.get("pointer") is not None:
            for step in str(error["pointer"]).split("/")[1:]:
                found = _member(found, step.replace("~1", "/").replace("~0", "~"))
        return found if isinstance(found, str) else None


def place_lines(text: str, error: Mapping[str, Any]) -> Iterator[str]:
    """Yield the line of the text that an error is about, marks under its place, and what would fit.

    `position` and `end` of the error are characters of the text, from 0.
    """
    start = min(max(error["position"], 0), len(text))
    end = min(max(int(error.get("end") or start), start), len(text))
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    line_end = len(text) if line_end < 0 else line_end
    first = max(line_start, start - _BEFORE)
    shown = text[first : min(line_end, first + _WIDEST)]
    before = "…" if first > line_start else ""
    after = "…" if first + len(shown) < line_end else ""
    marked = text[start : min(end, first + len(shown), line_end)]
    indent = " " * (len(before) + _width(text[first:start]))
    yield f"  {before}{_flat(shown)}{after}"
    yield f"  {indent}{'^' * max(_width(marked), 1)}"
    expected = [str(each) for each in error.get("expected") or ()]
    if expected:
        more = ", …" if len(expected) > _MOST_EXPECTED else ""
        yield f"  Expected: {', '.join(expected[:_MOST_EXPECTED])}{more}"


def _member(value: Any, step: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    return None


def _flat(text: str) -> str:
    """Return the text with a blank for whatever a terminal would not print in its place."""
    return "".join(c if c.isprintable() else " " for c in text)


def _width(text: str) -> int:
    """Return how many columns a terminal gives the text."""
    return sum(map(_columns, text))


def _columns(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1

"""WAS and CHANGED: what was so at some time."""

from __future__ import annotations

from typing import Literal, cast

from muster.query.parse.keywords import TIMES
from muster.query.parse.reader import Reader
from muster.query.parse.values import read_value
from muster.query.tree import Changed, Name, Value, Was, When

type _TimeWord = Literal["AFTER", "BEFORE", "ON", "DURING"]


def read_was(reader: Reader, path: Name, *, negated: bool) -> Was:
    """Read what follows WAS; `negated` is False, as NOT stands behind it."""
    negated = negated or bool(reader.accept_word("NOT"))
    value = read_value(reader)
    when = _read_when(reader)
    return Was(path, value, reader.span_from(path.span[0]), negated, when)


def read_changed(reader: Reader, path: Name, *, negated: bool) -> Changed:  # noqa: ARG001
    """Read what follows CHANGED: FROM, TO, BY and a time, each once, in whatever order."""
    values: dict[str, Value] = {}
    when = _read_when(reader)
    missing = ["FROM", "TO", "BY"]
    while word := reader.accept_word(*missing):
        reader.focus.operator = word
        values[word] = read_value(reader)
        missing.remove(word)
        when = when or _read_when(reader)
    span = reader.span_from(path.span[0])
    return Changed(path, span, values.get("FROM"), values.get("TO"), values.get("BY"), when)


def _read_when(reader: Reader) -> When | None:
    start = reader.peek().span[0]
    found = reader.accept_word(*TIMES)
    if not found:
        return None
    word = cast("_TimeWord", found)
    reader.focus.operator = word
    values = _read_both(reader) if word == "DURING" else (read_value(reader),)
    return When(word, values, reader.span_from(start))


def _read_both(reader: Reader) -> tuple[Value, Value]:
    reader.expect("(")
    first = read_value(reader)
    reader.expect(",")
    second = read_value(reader)
    reader.expect(")")
    return first, second

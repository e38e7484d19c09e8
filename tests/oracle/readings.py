"""What words of a query write, and how two values stand to each other."""

from __future__ import annotations

import re
from datetime import datetime
from ipaddress import ip_network
from typing import Any

from muster.query.tree import Call, Value, Word
from muster.text import fold, words
from tests.oracle.attributes import Attribute
from tests.oracle.moments import Stretch
from tests.oracle.refusal import Refusal

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_SECONDS = re.compile(r"\d+")
_MOST_WORDS = 32


def means_empty(value: Value) -> bool:
    """Tell whether a value stands for having none: EMPTY, NULL or an empty text."""
    if isinstance(value, Call):
        return False
    bare = value.form == "text" and value.text.upper() in ("EMPTY", "NULL")
    return bare or not fold(value.text)


def moment(stored: Any) -> datetime:
    """Return a stored moment."""
    return stored if isinstance(stored, datetime) else datetime.fromisoformat(stored)


def time_of(text: str) -> str:
    """Return the time of day that a text writes, with seconds."""
    if not re.fullmatch(r"\d\d:\d\d(:\d\d)?", text):
        raise Refusal("wrong_type")
    return text if text.count(":") > 1 else f"{text}:00"


def mac_of(text: str) -> str:
    """Return the hardware address that a text writes, as it is stored."""
    digits = re.sub(r"[\s:.-]", "", text).lower()
    if not re.fullmatch(r"[0-9a-f]{12}|[0-9a-f]{16}", digits):
        raise Refusal("wrong_type")
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def check_words(text: str) -> None:
    """Refuse a text that has no words, or too many."""
    count = len(words(text))
    if not 0 < count <= _MOST_WORDS:
        raise Refusal("limit_exceeded" if count else "wrong_type")


def only(call: Value) -> str:
    """Return the one word in a function's brackets."""
    if not isinstance(call, Call) or len(call.arguments) != 1:
        raise Refusal("wrong_arguments")
    value = call.arguments[0].value
    if not isinstance(value, Word):
        raise Refusal("wrong_arguments")
    return value.text


def number_of(attribute: Attribute, value: Word) -> float:
    """Return the number that a word writes; durations are whole seconds."""
    seconds = attribute.field is not None and attribute.field.kind == "duration"
    if not (_SECONDS if seconds else _NUMBER).fullmatch(value.text):
        raise Refusal("wrong_type")
    return float(value.text) if "." in value.text else int(value.text)


def ordered(one: Any, sign: str, other: Any) -> bool:
    """Tell whether two values stand so to each other."""
    results = {
        "=": one == other,
        "!=": one != other,
        "<": one < other,
        "<=": one <= other,
        ">": one > other,
        ">=": one >= other,
    }
    return bool(results[sign])


def at(there: datetime, sign: str, asked: Stretch) -> bool:
    """Tell whether a moment lies so to another one, or to a whole day."""
    if asked.end is None:
        return ordered(there, sign, asked.start)
    results = {
        "=": asked.start <= there < asked.end,
        "<": there < asked.start,
        "<=": there < asked.end,
        ">": there >= asked.end,
        ">=": there >= asked.start,
    }
    return results[sign]


def lies_in(stored: str, network: Any) -> bool:
    there = ip_network(stored, strict=False)
    return there.version == network.version and bool(there.subnet_of(network))

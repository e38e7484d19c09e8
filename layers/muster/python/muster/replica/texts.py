"""What SQL asks Python about values: patterns, whole texts, networks, versions."""

from __future__ import annotations

import ipaddress
import json
import operator
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from muster.text import fold
from muster.versions import version_of

_ID = re.compile(r"[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}", re.ASCII | re.IGNORECASE)
_TITLES = ("name", "tag", "serial", "key", "description")
COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
type _Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def register(db: sqlite3.Connection) -> None:
    """Give a connection the functions.

    `text_like(text, how, wanted)`, `body_like(body, leaf, how, wanted)`, `body_holds(body, leaf,
    values)` of a list in JSON, where the leaf `any` is all of them; `in_network(value, network)`;
    `version_compares(value, sign, version)`.
    """
    for name, count, function in (
        ("text_like", 3, is_like),
        ("body_like", 4, _body_like),
        ("body_holds", 3, _body_holds),
        ("in_network", 2, is_in_network),
        ("version_compares", 3, version_compares),
    ):
        db.create_function(name, count, function, deterministic=True)


def is_id(text: str) -> bool:
    """Tell whether a text has the form of an id: of a member, an option or another asset."""
    return _ID.fullmatch(text) is not None


def is_like(text: str, how: str, wanted: str) -> bool:
    """Tell whether a folded text has this in it, begins or ends so, or is of the pattern."""
    match how:
        case "contains":
            return wanted in text
        case "starts":
            return text.startswith(wanted)
        case "ends":
            return text.endswith(wanted)
        case _:
            return _matches(text, wanted)


def _matches(text: str, pattern: str) -> bool:
    """Tell whether the whole text is of a pattern of `*` and `?`; linear in the text's length.

    Each run between two stars is taken where it first fits: a later place leaves less to the rest.
    """
    first, *others = [_run(part) for part in pattern.split("*")]
    if not others:
        return first.fullmatch(text) is not None
    found = first.match(text)
    if found is None:
        return False
    at = found.end()
    for run in others[:-1]:
        found = run.search(text, at)
        if found is None:
            return False
        at = found.end()
    rest = len(pattern.rpartition("*")[2])
    return len(text) - rest >= at and others[-1].fullmatch(text, len(text) - rest) is not None


@lru_cache(maxsize=256)
def _run(part: str) -> re.Pattern[str]:
    return re.compile("".join("." if sign == "?" else re.escape(sign) for sign in part), re.DOTALL)


def _body_like(body: str, leaf: str, how: str, wanted: str) -> bool:
    return any(is_like(fold(text), how, wanted) for text in texts_of(body, leaf) if not is_id(text))


def _body_holds(body: str, leaf: str, values: str) -> bool:
    wanted = json.loads(values)
    return any(text in wanted for text in texts_of(body, leaf))


def texts_of(body: str, leaf: str) -> Iterator[str]:
    """Yield the texts that a body holds at a leaf, `any` being all of them."""
    held = json.loads(body)
    fields = held.get("fields") or {}
    if leaf == "any":
        found = [*(held.get(name) for name in _TITLES), *fields.values()]
    else:
        found = [held.get(leaf) if leaf in _TITLES else fields.get(leaf)]
    for value in found:
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str):
                yield each


def is_in_network(value: Any, network: str) -> bool:
    """Tell whether an address or a network lies in a network; texts that are neither do not."""
    held, around = _network(value), _network(network)
    if held is None or around is None or held.version != around.version:
        return False
    inner, outer = int(held.network_address), int(around.network_address)
    shift = around.max_prefixlen - around.prefixlen
    return held.prefixlen >= around.prefixlen and inner >> shift == outer >> shift


@lru_cache(maxsize=8192)
def _network(value: Any) -> _Network | None:
    try:
        return ipaddress.ip_network(value, strict=False) if isinstance(value, str) else None
    except ValueError:
        return None


def version_compares(value: Any, sign: str, version: str) -> bool:
    """Tell whether a text, read as a version, compares so with this one."""
    held, other = version_of(value) if isinstance(value, str) else None, version_of(version)
    return held is not None and other is not None and COMPARISONS[sign](held, other)

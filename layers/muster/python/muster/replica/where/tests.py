"""Tests on one value: equal, between, alike, in a network, a version."""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from muster.replica.cells import LONGEST, Cell, cells, moment, moment_of, text_cell
from muster.replica.condition import InNetwork, Like, Place, Versioned, Within
from muster.replica.project import plain
from muster.replica.where.place import IDS, TEXTS, TIMES, Asked
from muster.text import fold

_FEW = 20
_LAST = "\U0010ffff"
_ID_FORM = "[a-z][a-z][a-z]_" + "[0-9a-hjkmnp-tv-z]" * 26
_MOMENT_FORM = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]t*z"
_IS_TEXT = f"typeof({{v}}) = 'text' AND {{v}} NOT GLOB '{_ID_FORM}'"
_NUMBER = "typeof({v}) IN ('integer', 'real')"
_BODY = "(SELECT r.body FROM record r WHERE r.row = {r})"
_OCTET_BITS = 8
_STARS = re.compile("[*?]")


def is_whole(value: str) -> str:
    """Return the predicate that a cell is its text, folded.

    A longer text ends in a digest, and a moment is written evenly.
    """
    return f"(length({value}) < {LONGEST} AND {value} NOT GLOB '{_MOMENT_FORM}')"


def equal(place: Place, values: Iterable[Any]) -> Asked:
    """Return the test for one of these values, in stored form."""
    found = list(dict.fromkeys(cell for value in values for cell in cells_at(place, value)))
    bare = [value for value, unit in found if unit is None and value is not None]
    tests = ["({v} = ? AND {u} = ?)" for _, unit in found if unit is not None]
    params: list[Any] = [each for cell in found if cell[1] is not None for each in cell]
    if len(bare) > _FEW:
        tests.append("({v} IN (SELECT value FROM json_each(?)) AND {u} IS NULL)")
        params.append(json.dumps(bare))
    elif bare:
        tests.append(f"({{v}} IN ({', '.join('?' * len(bare))}) AND {{u}} IS NULL)")
        params += bare
    text = f"({' OR '.join(tests)})" if tests else "0"
    return Asked(text, tuple(params), once=len(found) <= 1)


def exactly(place: Place, values: Iterable[Any]) -> Asked:
    """Return the test for an asset that holds one of these with their case and accents."""
    return Asked(f"body_holds({_BODY}, ?, ?)", (place.leaf, json.dumps(list(values))))


def cells_at(place: Place, value: Any) -> Sequence[Cell]:
    """Return a value as the place's cells have it; none where it can't be there."""
    if place.leaf == "deleted":
        return [(int(value), None)] if isinstance(value, bool) else []
    if place.leaf in TIMES:
        return _one(moment_of(value))
    if place.leaf in IDS or place.leaf == "id":
        return _one(plain(value))
    if place.leaf in TEXTS:
        return _one(text_cell(value) if isinstance(value, str) else None)
    return cells(value)


def within(place: Place, asked: Within) -> Asked:
    """Return the test for a value between the bounds."""
    low, high = _bound(place, asked.low), _bound(place, asked.high)
    low_sign = ">=" if asked.low_included else ">"
    high_sign = "<=" if asked.high_included else "<"
    tests, params = [], []
    for cell, sign in ((low, low_sign), (high, high_sign)):
        if cell is not None:
            tests.append(f"{{v}} {sign} ?")
            params.append(cell[0])
    known = low or high
    if known is None:
        return Asked("0")
    value, unit = known
    # Numbers come before texts: what has one bound must not run into the others.
    if isinstance(value, str):
        tests += ["{v} >= ''"] if low is None else []
    else:
        tests += ["{v} < ''", _NUMBER]
    tests.append("{u} IS NULL" if unit is None else "{u} = ?")
    params += [] if unit is None else [unit]
    return Asked(f"({' AND '.join(tests)})", tuple(params))


def _bound(place: Place, value: Any) -> Cell | None:
    if value is None:
        return None
    if isinstance(value, datetime) and place.leaf in TIMES:
        return moment(value), None
    found = cells_at(place, value)
    if not found:  # an empty text: it comes before all others
        return ("", None)
    return found[0]


def like(asked: Like) -> Asked:
    """Return the test for a text that has this in it, begins or ends so, or is of the pattern."""
    wanted = fold(asked.text)
    if not wanted:
        return Asked("0")
    if asked.place.leaf == "id":
        text, params = _like("lower({v})", asked.how, wanted)
        return Asked(f"(typeof({{v}}) = 'text' AND {text})", params)
    text, params = _like("{v}", asked.how, wanted)
    # Most values fail the first test, which has to be a quick one.
    quick, quick_params = _quickly(asked.how, wanted)
    other = f"body_like({_BODY}, ?, ?, ?)"
    kept = f"{quick} AND {_IS_TEXT} AND CASE WHEN {is_whole('{v}')} THEN {text} ELSE {other} END"
    params = (*quick_params, *params, asked.place.leaf, asked.how, wanted)
    first = _beginning(asked.how, wanted)[: LONGEST // 2]
    if first:
        # An index finds the beginnings; a cut cell begins as its text does.
        kept = f"{{v}} >= ? AND {{v}} < ? AND {kept}"
        params = (first, first + _LAST, *params)
    return Asked(f"({kept})", params)


def _like(value: str, how: str, wanted: str) -> tuple[str, tuple[Any, ...]]:
    """Return the test on a cell that is whole."""
    match how:
        case "contains":
            return f"instr({value}, ?) > 0", (wanted,)
        case "starts":
            return f"substr({value}, 1, ?) = ?", (len(wanted), wanted)
        case "ends":
            many = len(wanted)
            return f"(length({value}) >= ? AND substr({value}, -?) = ?)", (many, many, wanted)
        case _:
            return f"text_like({value}, ?, ?)", (how, wanted)


def _quickly(how: str, wanted: str) -> tuple[str, tuple[str, ...]]:
    """Return a test that all pass that pass the other one, and all that a cell does not tell."""
    if how == "starts":
        return "1", ()
    if how != "matches":
        return f"(instr({{v}}, ?) > 0 OR NOT {is_whole('{v}')})", (wanted,)
    if "\0" in wanted:
        return "1", ()
    # To GLOB a text ends at a NUL, and a bracket begins a class of signs.
    glob = wanted.replace("[", "[[]")
    return f"({{v}} GLOB ? OR NOT {is_whole('{v}')} OR instr({{v}}, char(0)) > 0)", (glob,)


def _beginning(how: str, wanted: str) -> str:
    """Return what a text has to begin with, empty for anything."""
    if how == "matches":
        return _STARS.split(wanted, maxsplit=1)[0]
    return wanted if how == "starts" else ""


def in_network(asked: InNetwork) -> Asked:
    """Return the test for an address or a network in this network."""
    network = ipaddress.ip_network(asked.network, strict=False)
    text: str = "in_network({v}, ?)"
    params: tuple[str, ...] = (str(network),)
    if network.version != 4:  # noqa: PLR2004 - IPv4
        return Asked(f"(instr({{v}}, ':') > 0 AND {text})", params)
    octets = network.prefixlen // _OCTET_BITS
    first = "".join(f"{part}." for part in str(network.network_address).split(".")[:octets])
    if octets == 4:  # noqa: PLR2004 - one address
        first = first[:-1]
    if network.prefixlen % _OCTET_BITS == 0 and octets:
        # Whole octets: an address that begins with them is in it.
        exact = "{v} = ?" if octets == 4 else "instr({v}, '/') = 0"  # noqa: PLR2004
        params = ((first,) if octets == 4 else ()) + params  # noqa: PLR2004
        text = f"({exact} OR {text})"
    if first:
        return Asked(f"({{v}} >= ? AND {{v}} < ? AND {text})", (first, first + _LAST, *params))
    return Asked(f"({{v}} >= '0' AND {{v}} < ':' AND {text})", params)


def versioned(asked: Versioned, field: int | None) -> Asked:
    """Return the test for a version that compares so with this one, at a field or, None, a column.

    A field has few versions for its many assets: they are compared once each.
    """
    test = f"{_IS_TEXT} AND version_compares({{v}}, ?, ?)"
    params = asked.sign, asked.version
    if field is None:
        return Asked(f"({test})", params)
    held = test.replace("{v}", "d.value")
    text = (
        "{v} IN (SELECT d.value FROM (SELECT DISTINCT value FROM value WHERE field = ? LIMIT -1) d"
        f" WHERE {held})"
    )
    return Asked(text, (field, *params))


def _one(value: Any) -> list[Cell]:
    return [] if value is None else [(value, None)]

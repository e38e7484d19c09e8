"""What a commit did to an asset's values: what went and what came, as the past is asked for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from muster.ledger.model import Body
from muster.replica.cells import Cell, cells, storable
from muster.replica.project import plain

NAMES = {name: f"@{name}" for name in ("name", "tag", "serial", "key", "description")}
IDS = {name: f"@{name}" for name in ("type", "folder")}
"""The members of an asset whose past is held beside that of its fields, by their names there."""
TRASHED = "@trashed"
_EMPTY: Cell = (None, None)


class State(NamedTuple):
    """A body as a commit left it, None for a purged asset, with the commit's number and time."""

    seq: int
    at: int
    body: Body | None


class Turn(NamedTuple):
    """A value that went or came."""

    field: str
    seq: int
    n: int
    came: int
    value: Any
    unit: str | None
    at: int


def turns(before: Body | None, states: Sequence[State]) -> list[Turn]:
    """Return what the commits did to the values of a body, from its last purge on.

    Values are those of the table `value`: what changes but its case, or its place in a list, is no
    change. None: there was no body before; a creation leaves nothing.
    """
    found: list[Turn] = []
    for state in states:
        if state.body is None:
            found = []
        elif before is not None:
            found += _step(before, state.body, state)
        before = state.body
    return found


def _step(before: Body, after: Body, state: State) -> Iterator[Turn]:
    old, new = _members(before), _members(after)
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name), new.get(name)
        if was != now:
            yield from _of_field(name, _cells(name, was), _cells(name, now), state)


def _of_field(
    name: str, was: dict[Cell, None], now: dict[Cell, None], state: State
) -> Iterator[Turn]:
    gone = [(0, cell) for cell in was if cell not in now]
    came = [(1, cell) for cell in now if cell not in was]
    for n, (side, (value, unit)) in enumerate([*gone, *came]):
        yield Turn(storable(name), state.seq, n, side, value, unit, state.at)


def _members(body: Body) -> dict[str, Any]:
    held = {**(body.get("fields") or {})}
    held |= {column: body.get(name) for name, column in NAMES.items()}
    held |= {column: body.get(name) for name, column in IDS.items()}
    held[TRASHED] = body.get("trashed_at") is not None
    return held


def _cells(name: str, value: Any) -> dict[Cell, None]:
    if name in _ID_COLUMNS:
        return {(plain(value), None): None}
    if isinstance(value, list | tuple):
        found = [cell for element in value for cell in _cells(name, element)]
        filled = dict.fromkeys(cell for cell in found if cell != _EMPTY)
    elif isinstance(value, Mapping) and cells(value) == [_EMPTY]:
        filled = {(_digest(value), None): None}
    else:
        filled = dict.fromkeys(cells(value))
    return filled or {_EMPTY: None}


def _digest(value: Mapping[str, Any]) -> str:
    """Return what tells this object from another: it can't be asked for, but it has changed."""
    text = json.dumps(value, sort_keys=True, default=dict)
    return blake2b(text.encode(), digest_size=16).hexdigest()


_ID_COLUMNS = frozenset(IDS.values())

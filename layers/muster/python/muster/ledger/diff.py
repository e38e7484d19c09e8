"""Field-level differences between two bodies, and the way back.

A leaf is anything but a non-empty object: lists are compared as wholes, since a moved or inserted
item would otherwise read as a change of every later one. The paths of one difference are never
prefixes of each other, so their order carries no meaning beyond being stable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from muster.ledger.model import Body, FieldChange

type _Path = tuple[str, ...]


class _Absent:
    """No member of that name, as against a member that is null."""


_ABSENT = _Absent()


@dataclass(frozen=True)
class Conflicts:
    """The paths whose value is no longer the one that is to be taken back."""

    paths: tuple[str, ...]


def diff(old: Body, new: Body) -> tuple[FieldChange, ...]:
    """Return the leaves that differ, by path; an object on one side only is one leaf."""
    return tuple(_differences(old, new, ()))


def additions(body: Body) -> tuple[FieldChange, ...]:
    """Return every leaf of a body that comes into being."""
    return tuple(_change(path, _ABSENT, value) for path, value in _leaves(body, ()))


def removals(body: Body) -> tuple[FieldChange, ...]:
    """Return every leaf of a body that goes away."""
    return tuple(_change(path, value, _ABSENT) for path, value in _leaves(body, ()))


def apply(body: Body, fields: Iterable[FieldChange]) -> dict[str, Any]:
    """Return the body with each field at its `new` value, whatever it is now."""
    result: dict[str, Any] = _copied(body)
    for field in fields:
        _set(result, _tokens(field.path), _after(field))
    return result


def unapply(body: Body, fields: Iterable[FieldChange]) -> dict[str, Any]:
    """Return the body with each field at its `old` value, whatever it is now."""
    result: dict[str, Any] = _copied(body)
    for field in fields:
        _set(result, _tokens(field.path), _before(field))
    return result


def revert(body: Body, fields: Iterable[FieldChange]) -> dict[str, Any] | Conflicts:
    """Take the fields back, unless the value of any has changed since.

    Null and absent count as the same value here: a person sees no difference.
    """
    fields = tuple(fields)
    moved = tuple(
        field.path for field in fields if not same(_lookup(body, _tokens(field.path)), field.new)
    )
    return Conflicts(moved) if moved else unapply(body, fields)


def same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are equal, keeping 1, 1.0 and true apart, as Python does not."""
    if type(one) is not type(other):
        return isinstance(one, Mapping) and isinstance(other, Mapping) and _same_members(one, other)
    if isinstance(one, Mapping):
        return _same_members(one, other)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _same_members(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)


def _differences(old: Body, new: Body, at: _Path) -> Iterator[FieldChange]:
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name, _ABSENT), new.get(name, _ABSENT)
        if isinstance(was, Mapping) and isinstance(now, Mapping):
            yield from _differences(was, now, (*at, name))
        elif not same(was, now):
            yield _change((*at, name), was, now)


def _leaves(body: Body, at: _Path) -> Iterator[tuple[_Path, Any]]:
    for name in sorted(body):
        value = body[name]
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, (*at, name))
        else:
            yield (*at, name), value


def _change(path: _Path, old: Any, new: Any) -> FieldChange:
    return FieldChange(
        _pointer(path),
        None if old is _ABSENT else old,
        None if new is _ABSENT else new,
        old_is_null=old is None,
        new_is_null=new is None,
    )


def _before(field: FieldChange) -> Any:
    return _ABSENT if field.old is None and not field.old_is_null else field.old


def _after(field: FieldChange) -> Any:
    return _ABSENT if field.new is None and not field.new_is_null else field.new


def _set(body: dict[str, Any], path: _Path, value: Any) -> None:
    *parents, name = path
    for parent in parents:
        inner = body.get(parent)
        if not isinstance(inner, dict):
            if value is _ABSENT:
                return
            inner = body[parent] = {}
        body = inner
    if value is _ABSENT:
        body.pop(name, None)
    else:
        body[name] = _copied(value)


def _lookup(body: Body, path: _Path) -> Any:
    value: Any = body
    for name in path:
        if value is None:
            return None
        if not isinstance(value, Mapping):
            # Something else stands where an object was: no value, absent included, is found there.
            return _ABSENT
        value = value.get(name)
    return value


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copied(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_copied(member) for member in value]
    return value


def _pointer(path: _Path) -> str:
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in path)


def _tokens(pointer: str) -> _Path:
    return tuple(name.replace("~1", "/").replace("~0", "~") for name in pointer.split("/")[1:])

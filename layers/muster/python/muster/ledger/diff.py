"""Field-level differences between two bodies, and the way back.

A leaf is anything but a non-empty object. Lists are compared as wholes, since a moved or inserted
item would otherwise read as a change of every later one; but where every item has a key (`id`,
`field`) and none moved, items are compared by their keys. `/options/[id=opt_1]/label` is a path
into one. The paths of one difference are never prefixes of each other, and items that come or go
are given in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from muster.ledger.model import Body, FieldChange

_KEYS = ("id", "field")
"""Members that tell the items of a list apart, the better one first."""


@dataclass(frozen=True)
class _Item:
    """The item of a list whose member `by` is `key`."""

    by: str
    key: str

    def index(self, items: Iterable[Any]) -> int | None:
        """Return where in a list it is."""
        for index, item in enumerate(items):
            if isinstance(item, Mapping) and item.get(self.by) == self.key:
                return index
        return None


type _Path = tuple[str | _Item, ...]


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
        yield from _difference(was, now, (*at, name))


def _difference(was: Any, now: Any, at: _Path) -> Iterator[FieldChange]:
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        yield from _differences(was, now, at)
    elif not same(was, now):
        items = _items(was, now)
        if items is None:
            yield _change(at, was, now)
        else:
            for item, before, after in items:
                yield from _difference(before, after, (*at, item))


def _items(was: Any, now: Any) -> list[tuple[_Item, Any, Any]] | None:
    """Return the items of two lists side by side, None where they are to be compared as wholes."""
    if not isinstance(was, list) or not isinstance(now, list):
        return None
    for by in _KEYS:
        old, new = _by_key(was, by), _by_key(now, by)
        if old is None or new is None:
            continue
        gone = [key for key in old if key not in new]
        come = [key for key in new if key not in old]
        stayed = [key for key in old if key in new]
        # What comes is put at the end, both ways: nothing else may be in another place.
        if [*stayed, *gone] == list(old) and [*stayed, *come] == list(new):
            keys = [*stayed, *gone, *come]
            return [(_Item(by, k), old.get(k, _ABSENT), new.get(k, _ABSENT)) for k in keys]
    return None


def _by_key(items: list[Any], by: str) -> dict[str, Any] | None:
    found = {
        item[by]: item
        for item in items
        if isinstance(item, Mapping) and isinstance(item.get(by), str)
    }
    return found if len(found) == len(items) else None


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


def _set(body: Any, path: _Path, value: Any) -> None:
    for name, below in pairwise(path):
        inner, fitting = _get(body, name), list if isinstance(below, _Item) else dict
        if not isinstance(inner, fitting):
            if value is _ABSENT:
                return
            inner = fitting()
            _put(body, name, inner)
        body = inner
    _put(body, path[-1], _ABSENT if value is _ABSENT else _copied(value))


def _get(body: Any, name: str | _Item) -> Any:
    """Return the member or item of a name, _ABSENT where there is none."""
    if isinstance(name, _Item):
        index = name.index(body)
        return _ABSENT if index is None else body[index]
    return body.get(name, _ABSENT)


def _put(body: Any, name: str | _Item, value: Any) -> None:
    """Set a member or an item; a new item comes last. _ABSENT takes it away."""
    if isinstance(name, str):
        if value is _ABSENT:
            body.pop(name, None)
        else:
            body[name] = value
        return
    index = name.index(body)
    at = slice(len(body), None) if index is None else slice(index, index + 1)
    body[at] = [] if value is _ABSENT else [value]


def _lookup(body: Body, path: _Path) -> Any:
    value: Any = body
    for name in path:
        if value is None:
            return None
        if not isinstance(value, list if isinstance(name, _Item) else Mapping):
            # Something else stands where an object was: no value, absent included, is found there.
            return _ABSENT
        found = _get(value, name)
        value = None if found is _ABSENT else found
    return value


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copied(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_copied(member) for member in value]
    return value


def _pointer(path: _Path) -> str:
    return "".join(f"/{_token(name)}" for name in path)


def _token(name: str | _Item) -> str:
    text = f"[{name.by}={name.key}]" if isinstance(name, _Item) else name
    token = text.replace("~", "~0").replace("/", "~1")
    # A member whose name looks like an item is told from one: no other token begins like this.
    return "~2" + token[1:] if isinstance(name, str) and token.startswith("[") else token


def _tokens(pointer: str) -> _Path:
    return tuple(map(_name, pointer.split("/")[1:]))


def _name(token: str) -> str | _Item:
    text = token.replace("~2", "[").replace("~1", "/").replace("~0", "~")
    by, equals, key = text[1:-1].partition("=")
    if token.startswith("[") and equals:
        return _Item(by, key)
    return text

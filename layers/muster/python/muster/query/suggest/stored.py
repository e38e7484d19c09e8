"""Values that assets hold, and assets themselves, by what they begin with.

A few dozen assets are read, whichever come first: completion shows examples, not all there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from muster.catalog.model import Catalog
from muster.errors import InvalidInputError
from muster.ledger.model import Record
from muster.query.check.terms import Kind, Target
from muster.query.suggest.suggestion import Suggestion, value_text
from muster.replica.condition import Condition, Like, Place, Some
from muster.replica.port import AssetQuery, Replica, Sort
from muster.text import fold

_READ = 40
_SHOWN = 10
_LONGEST = 80
"""Characters of a value that is worth completing."""
_SHORTEST_BEGUN = 2
"""Characters without which a field's values are not looked for: there would be too many."""
_COLUMNS = frozenset({"name", "key", "tag", "serial"})
_TEXTS = frozenset({Kind.TEXT, Kind.VERSION, Kind.MAC})


def stored(replica: Replica, catalog: Catalog, target: Target, begun: str) -> Iterator[Suggestion]:
    """Yield what assets hold in a target that begins so; of a reference, the assets it may name."""
    if target.kind is Kind.REFERENCE:
        types = target.field.reference_types if target.field else ()
        whole = {each for type_id in types for each in catalog.subtypes(type_id)}
        yield from assets(replica, begun, sorted(whole))
    elif target.kind in _TEXTS and len(begun) >= _SHORTEST_BEGUN:
        yield from _texts(replica, target, begun)


def assets(replica: Replica, begun: str, types: Sequence[str] = ()) -> Iterator[Suggestion]:
    """Yield assets of these types, or any, whose key, tag or name begins so: by key."""
    where = None
    if begun:
        where = Some(tuple(Like(Place(leaf), begun, "starts") for leaf in ("key", "name", "tag")))
    for record in _found(replica, where, types)[:_SHOWN]:
        body = record.body
        also = tuple(str(body[each]) for each in ("key", "tag") if body.get(each))
        label = str(body.get("name") or body["key"])
        yield Suggestion(value_text(str(body["key"])), "asset", label, str(body["key"]), also=also)


def _texts(replica: Replica, target: Target, begun: str) -> Iterator[Suggestion]:
    leaf = target.place.leaf
    if target.field is None and leaf not in _COLUMNS:
        return
    records = _found(replica, Like(Place(leaf), begun, "starts"), ())
    folded = fold(begun)
    found: dict[str, str] = {}
    for value in (value for record in records for value in _values(record.body, leaf)):
        if len(value) <= _LONGEST and fold(value).startswith(folded):
            found.setdefault(fold(value), value)
    for key in sorted(found)[:_SHOWN]:
        yield Suggestion(value_text(found[key]), "value", found[key])


def _values(body: Mapping[str, Any], leaf: str) -> list[str]:
    held = body.get(leaf) if leaf in _COLUMNS else body["fields"].get(leaf)
    listed = held if isinstance(held, list) else [held]
    return [value for value in listed if isinstance(value, str)]


def _found(replica: Replica, where: Condition | None, types: Sequence[str]) -> Sequence[Record]:
    sort = () if where else (Sort("updated_at", descending=True),)
    query = AssetQuery(types=types, where=where, sort=sort, limit=_READ)
    try:
        return replica.find_assets(query).items
    except InvalidInputError:
        # It would take too long: completion does without.
        return ()

"""What changes of an asset, as the rows of a preview show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from muster.assets.present import Names
from muster.catalog.values import present_value
from muster.ledger.diff import same
from muster.ledger.model import Record

_TEXTS = ("name", "tag", "serial", "description")


def changes_of(before: Record, after: Record, names: Names) -> Iterator[Mapping[str, Any]]:
    """Yield `field`, `old` and `new` of each value that differs, as the API shows values."""
    old, new = before.body, after.body
    if old is new:
        return
    if old["type"] != new["type"]:
        yield _change("type", names.type(old["type"]), names.type(new["type"]))
    for name in _TEXTS:
        if old.get(name) != new.get(name):
            yield _change(name, old.get(name), new.get(name))
    if old.get("folder") != new.get("folder"):
        yield _change("folder", names.folder(old.get("folder")), names.folder(new.get("folder")))
    if ("trashed_at" in old) is not ("trashed_at" in new):
        yield _change("trashed", "trashed_at" in old, "trashed_at" in new)
    yield from _fields(old.get("fields", {}), new.get("fields", {}), names)


def _fields(
    old: Mapping[str, Any], new: Mapping[str, Any], names: Names
) -> Iterator[Mapping[str, Any]]:
    if old is new:
        return
    for name in sorted(old.keys() | new.keys()):
        if not same(old.get(name), new.get(name)):
            yield _change(
                name, _shown(name, old.get(name), names), _shown(name, new.get(name), names)
            )


def _shown(name: str, value: Any, names: Names) -> Any:
    definition = names.catalog.fields.get(name)
    return present_value(definition, value, names) if definition is not None else value


def _change(field: str, old: Any, new: Any) -> dict[str, Any]:
    return {"field": field, "old": old, "new": new}

"""Which events a commit's changes are, and which triggers they fit. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from muster.ledger.model import Body, Change, Commit, FieldChange, Op

_BUILT_IN = frozenset({"name", "tag", "serial", "description", "folder"})
_TRASH = ("/trashed_at", "/trashed_by")

type Above = Callable[[str, str], Sequence[str]]
"""Gives a type's or folder's id with those above it, nearest first: `above(kind, id)`."""


@dataclass(frozen=True)
class Event:
    """Something that happened to an asset. `body` is the asset's after it, None when unknown."""

    name: str
    asset: str
    body: Body | None
    fields: tuple[FieldChange, ...] = ()


def events_of(commit: Commit) -> Iterator[Event]:
    """Yield what happened to assets in a commit, in its order."""
    for change in commit.changes:
        if change.kind == "asset" and change.after is not None:
            yield from _asset_events(change, change.after)
        elif change.kind == "comment" and change.op is Op.CREATE and change.after is not None:
            yield Event("comment_added", change.after["asset"], None)


def _asset_events(change: Change, after: Body) -> Iterator[Event]:
    if change.op is Op.CREATE:
        yield Event("asset_created", change.id, after, change.fields)
        return
    changed = {each.path: each for each in change.fields}
    trashing = changed.get("/trashed_at")
    if trashing is not None and (trashing.old is None) is not (trashing.new is None):
        name = "asset_trashed" if trashing.old is None else "asset_restored"
        yield Event(name, change.id, after, change.fields)
    if "/folder" in changed:
        yield Event("asset_moved", change.id, after, change.fields)
    if "/type" in changed:
        yield Event("asset_type_changed", change.id, after, change.fields)
    rest = tuple(each for path, each in changed.items() if path not in _TRASH)
    if rest:
        yield Event("asset_updated", change.id, after, rest)


def fits(trigger: Mapping[str, Any], event: Event, above: Above) -> bool:
    """Tell whether an event sets a trigger off; an event without a body fits no type or folder."""
    if trigger["event"] != event.name or not _field_fits(trigger, event):
        return False
    body = event.body or {}
    types, folders = trigger.get("types"), trigger.get("folders")
    if types and not _type_fits(trigger, body.get("type"), above):
        return False
    return not folders or _is_below("folder", body.get("folder"), folders, above)


def _type_fits(trigger: Mapping[str, Any], type_id: str | None, above: Above) -> bool:
    if trigger.get("include_subtypes", True):
        return _is_below("asset_type", type_id, trigger["types"], above)
    return type_id in trigger["types"]


def _is_below(kind: str, record_id: str | None, wanted: Sequence[str], above: Above) -> bool:
    if record_id is None or record_id in wanted:
        return record_id is not None
    return not set(wanted).isdisjoint(above(kind, record_id))


def _field_fits(trigger: Mapping[str, Any], event: Event) -> bool:
    name = trigger.get("field")
    if name is None:
        return True
    path = field_path(name)
    found = [each for each in event.fields if each.path == path or each.path.startswith(f"{path}/")]
    if not found:
        return False
    change = found[0]
    return _came("from" in trigger, trigger.get("from"), change.old, change.new) and _came(
        "to" in trigger, trigger.get("to"), change.new, change.old
    )


def _came(asked: bool, wanted: Any, there: Any, elsewhere: Any) -> bool:  # noqa: FBT001 - a fact
    """Tell whether the wanted value is on one side of a change and not on the other."""
    if not asked:
        return True
    if isinstance(there, list) and not isinstance(wanted, list):
        return wanted in there and wanted not in (elsewhere or ())
    return bool(there == wanted)


def field_path(name: str) -> str:
    """Return where a built-in or a dotted field lies in an asset's body, as a JSON pointer."""
    if name in _BUILT_IN:
        return f"/{name}"
    return "/fields/" + name.replace("~", "~0").replace("/", "~1")

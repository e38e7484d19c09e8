"""Decides for one change of a job how it is taken back, or why it stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from muster.ledger.model import FENCES, Change, Delete, Put, Record, Tombstone, Write
from muster.ledger.undo import Obstacle, Since, undo
from muster.replica.port import Replica

_SINCE = {
    Since.CHANGED: ("changed_since", "It was changed since, at {where}."),
    Since.DELETED: ("deleted_since", "It was deleted since."),
    Since.RESTORED: ("restored_since", "It was brought back since."),
}


@dataclass(frozen=True)
class Skip:
    """A change that stays, and why."""

    kind: str
    id: str
    code: str
    detail: str
    name: str | None = None
    """What people know the thing by."""

    def as_json(self) -> dict[str, str | None]:
        """Return what a job's result tells of it."""
        return asdict(self)


class Usage:
    """Who uses what a step would take away, as far as the replica knows; asked once a step."""

    def __init__(self, replica: Replica, changes: Sequence[Change]) -> None:
        self._replica = replica
        self._kinds = {change.kind for change in changes}
        self._ids = [change.id for change in changes]

    def unmoved(self, seq: int) -> Mapping[str, int]:
        """Return the fences that what was found out here rests on."""
        watched = {"asset": {"links"}, "folder": {"assets", "folders"}, "link": set[str]()}
        fences: set[str] = set()
        for kind in self._kinds & FENCES.keys():
            fences |= watched.get(kind, {"assets", "links", "catalog"})
        return dict.fromkeys(fences, seq)

    @cached_property
    def linked(self) -> set[str]:
        """The assets of the step that have links."""
        links = self._replica.links_of(self._ids)
        return {end for link in links for end in (link.source, link.target)}

    @cached_property
    def types(self) -> list[Record]:
        """All asset types."""
        return self._replica.records("asset_type")

    @cached_property
    def assets_by_type(self) -> Mapping[str, int]:
        """How many assets are of each type."""
        return self._replica.count_assets(by="type")

    @cached_property
    def assets_by_folder(self) -> Mapping[str, int]:
        """How many assets lie in each folder."""
        return self._replica.count_assets(by="folder")

    @cached_property
    def links_by_type(self) -> Mapping[str, int]:
        """How many links are of each type."""
        return self._replica.count_assets(by="link_type")

    @cached_property
    def parents(self) -> set[str | None]:
        """The folders that have folders in them."""
        return {folder.body.get("parent") for folder in self._replica.records("folder")}

    def holds_value(self, field_name: str, option: str | None = None) -> bool:
        """Tell whether an asset has a value of the field, or this option of it."""
        return self._replica.field_in_use(field_name, option=option) > 0


def take_back(
    change: Change, current: Record | Tombstone | None, usage: Usage
) -> Write | Skip | None:
    """Return the write that takes a change back, why it stays, or None when it is gone already."""
    if current is None:
        return None
    back = undo([change], current)
    if isinstance(back, Obstacle):
        code, detail = _SINCE[back.since]
        where = ", ".join(back.paths[:5]) or "its unique values"
        detail = detail.format(where=where)
        return Skip(change.kind, change.id, code, detail, name_of(current))
    reason = _needed(back, usage) if back is not None else None
    return Skip(change.kind, change.id, "in_use", reason, name_of(current)) if reason else back


def name_of(current: Record | Tombstone | None) -> str | None:
    """Return what people know a thing by, None for what has no name or is gone."""
    if not isinstance(current, Record):
        return None
    known = (current.body.get(member) for member in ("key", "label", "name"))
    return next((str(name) for name in known if name), None)


def _needed(back: Write, usage: Usage) -> str | None:
    """Say what would miss the thing that is taken away."""
    if isinstance(back, Delete):
        check = _ON_DELETE.get(back.before.kind)
        return check(back.before, usage) if check else None
    if isinstance(back.before, Record):
        change = _ON_CHANGE.get(back.kind)
        return change(back.before.body, back, usage) if change else None
    return None


def _asset_needed(asset: Record, usage: Usage) -> str | None:
    return "It is linked to another asset since." if asset.id in usage.linked else None


def _folder_needed(folder: Record, usage: Usage) -> str | None:
    if usage.assets_by_folder.get(folder.id):
        return "Assets lie in the folder."
    return "There are folders in the folder." if folder.id in usage.parents else None


def _type_needed(asset_type: Record, usage: Usage) -> str | None:
    if usage.assets_by_type.get(asset_type.id):
        return "Assets are of this type."
    heirs = any(other.body.get("parent") == asset_type.id for other in usage.types)
    return "Other types inherit from this type." if heirs else None


def _link_type_needed(link_type: Record, usage: Usage) -> str | None:
    return "Links are of this type." if usage.links_by_type.get(link_type.id) else None


def _field_needed(field: Record, usage: Usage) -> str | None:
    name = field.body["name"]
    if usage.holds_value(name):
        return "Assets have values of the field."
    placed = any(name in _placed(each.body) for each in usage.types)
    return "A type has the field." if placed else None


def _options_needed(body: Mapping[str, Any], back: Put, usage: Usage) -> str | None:
    kept = {option["id"] for option in back.body.get("options", ())}
    gone = [option for option in body.get("options", ()) if option["id"] not in kept]
    for option in gone:
        if usage.holds_value(body["name"], option["id"]):
            return f"Assets have the option {option['label']!r}."
    return None


def _placements_needed(body: Mapping[str, Any], back: Put, usage: Usage) -> str | None:
    for name in _placed(body) - _placed(back.body):
        if usage.assets_by_type.get(back.id) and usage.holds_value(name):
            return f"Assets have values of {name}."
    return None


def _placed(type_body: Mapping[str, Any]) -> set[str]:
    return {placement["field"] for placement in type_body.get("fields", ())}


_ON_DELETE: Mapping[str, Callable[[Record, Usage], str | None]] = {
    "asset": _asset_needed,
    "folder": _folder_needed,
    "asset_type": _type_needed,
    "field_type": _field_needed,
    "link_type": _link_type_needed,
}
_ON_CHANGE: Mapping[str, Callable[[Mapping[str, Any], Put, Usage], str | None]] = {
    "field_type": _options_needed,
    "asset_type": _placements_needed,
}

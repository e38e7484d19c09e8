"""How an asset looks to a caller. Everything comes from the records at hand and the replica."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from muster.assets.model import KIND
from muster.catalog.load import load_folders
from muster.catalog.model import Catalog, FieldKind
from muster.catalog.values import present_value
from muster.ledger.model import Actor, Record, Stamp
from muster.scope import Scope


class Names:
    """Names of what assets refer to, looked up in the replica once for all that are presented."""

    def __init__(
        self,
        scope: Scope,
        catalog: Catalog,
        records: Iterable[Record] = (),
        actors: Iterable[Actor] = (),
    ) -> None:
        """Fetch in one question what the records that are to be presented refer to."""
        self._replica = scope.replica
        self.catalog = catalog
        self._members = {actor.id: actor.name for actor in (scope.actor, *actors)}
        self._types: dict[str, dict[str, Any]] = {}
        self._paths: dict[str, str | None] = {}
        self._folders = load_folders(scope)
        self._assets: dict[str, dict[str, Any] | None] = {}
        self._files: dict[str, dict[str, Any] | None] = {}
        self._fetch(list(records))

    def asset(self, asset_id: str) -> dict[str, Any] | None:
        """Return id, key, name and tag of an asset, None when it is purged."""
        if asset_id not in self._assets:
            found = self._replica.get_many(KIND, [asset_id]).get(asset_id)
            self._assets[asset_id] = _reference(found) if found else None
        return self._assets[asset_id]

    def member(self, member_id: str) -> dict[str, Any]:
        """Return a member; the name is that of the stamps at hand, null where none tells it."""
        return {"id": member_id, "name": self._members.get(member_id)}

    def type(self, type_id: str) -> dict[str, Any]:
        """Return id, name and label of an asset type."""
        if type_id not in self._types:
            found = self.catalog.types.get(type_id)
            named = {"name": found.name, "label": found.label} if found else {}
            self._types[type_id] = {"id": type_id, "name": None, "label": None} | named
        return self._types[type_id]

    def file(self, file_id: str) -> dict[str, Any] | None:
        """Return id, name, media type and size of a stored file, None when it is gone."""
        if file_id not in self._files:
            found = self._replica.get_many("file", [file_id]).get(file_id)
            told = {n: found.body[n] for n in ("name", "media_type", "size")} if found else {}
            self._files[file_id] = {"id": file_id, **told} if found else None
        return self._files[file_id]

    def folder(self, folder_id: str | None) -> dict[str, Any] | None:
        """Return id and path of a folder, None for the root."""
        if folder_id is None:
            return None
        if folder_id not in self._paths:
            known = folder_id in self._folders.by_id
            self._paths[folder_id] = self._folders.path_of(folder_id) if known else None
        return {"id": folder_id, "path": self._paths[folder_id]}

    def _fetch(self, records: Sequence[Record]) -> None:
        for record in records:
            for stamp in (record.created, record.updated):
                self._members[stamp.by.id] = stamp.by.name
        referring = {
            name for name, f in self.catalog.fields.items() if f.kind is FieldKind.REFERENCE
        }
        wanted: set[str] = set()
        for record in records:
            fields = record.body.get("fields", {})
            for name in referring.intersection(fields):
                value = fields[name]
                wanted.update(value if isinstance(value, list) else [value])
        if wanted:
            found = self._replica.get_many(KIND, wanted)
            self._assets = {i: _reference(found[i]) if i in found else None for i in wanted}


def present_asset(record: Record, names: Names) -> dict[str, Any]:
    """Return the asset as JSON.

    `custom_fields` has the values that are set, in the order of the type's fields; values that the
    type has no field for are in `other_fields`.
    """
    body = record.body
    own, other = _present_fields(body, names)
    shown = {
        "id": record.id,
        "key": body.get("key") or None,
        "version": record.version,
        "type": names.type(body["type"]),
        "folder": names.folder(body.get("folder")),
        "name": body["name"],
        "tag": body.get("tag"),
        "serial": body.get("serial"),
        "description": body.get("description"),
        "images": list(body.get("images", ())),
        "files": [_file(each) for each in body.get("files", ())],
        "custom_fields": own,
        "trashed": _trashed(body, names),
        "created": present_stamp(record.created),
        "updated": present_stamp(record.updated),
    }
    if other:
        shown["other_fields"] = other
    return shown


def present_brief(record: Record, names: Names) -> dict[str, Any]:
    """Return what `view=brief` and references in lists show."""
    body = record.body
    return {
        "id": record.id,
        "key": body.get("key") or None,
        "version": record.version,
        "name": body["name"],
        "tag": body.get("tag"),
        "type": names.type(body["type"]),
    }


def present_stamp(stamp: Stamp) -> dict[str, Any]:
    """Return who and when."""
    return {"at": present_time(stamp.at), "by": present_actor(stamp.by)}


def present_actor(actor: Actor) -> dict[str, str]:
    """Return who acted."""
    return {"id": actor.id, "name": actor.name}


def present_time(at: datetime) -> str:
    """Return RFC 3339 UTC to the millisecond."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _present_fields(body: Mapping[str, Any], names: Names) -> tuple[dict[str, Any], dict[str, Any]]:
    held = body.get("fields")
    if not held:
        return {}, {}
    placed = names.catalog.fields_of(body["type"])
    own = {
        name: present_value(place.definition, held[name], names)
        for name, place in placed.items()
        if name in held
    }
    if len(own) == len(held):
        return own, {}
    definitions = names.catalog.fields
    other = {
        name: present_value(definitions[name], value, names) if name in definitions else value
        for name, value in held.items()
        if name not in own
    }
    return own, other


def _file(attachment: Mapping[str, Any]) -> dict[str, Any]:
    newest = attachment["versions"][-1]
    return {
        "id": attachment["id"],
        "name": attachment["name"],
        "file": newest["file"],
        "version": newest["id"],
    }


def _trashed(body: Mapping[str, Any], names: Names) -> dict[str, Any] | None:
    if "trashed_at" not in body:
        return None
    return {"at": body["trashed_at"], "by": names.member(body["trashed_by"])}


def _reference(record: Record) -> dict[str, Any]:
    body = record.body
    return {
        "id": record.id,
        "key": body.get("key"),
        "name": body.get("name"),
        "tag": body.get("tag"),
    }

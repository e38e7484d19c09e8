"""An asset's past in the words of its fields, and the way back from one change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from muster.assets import refusals
from muster.assets.decide import look
from muster.assets.model import KIND
from muster.assets.plan import PlanContext, asset_marks, plan_trash
from muster.assets.present import Names, present_actor, present_time
from muster.assets.service import asset_key, change_asset, changed_field
from muster.catalog.model import Catalog
from muster.catalog.values import present_value
from muster.ledger import diff
from muster.ledger.model import Body, Cause, FieldChange, HistoryEntry, Op, Put, Record
from muster.scope import Scope

_CUSTOM = "custom_fields."
_LABELS = {
    "key": "Key",
    "name": "Name",
    "tag": "Tag",
    "serial": "Serial number",
    "description": "Description",
    "type": "Type",
    "folder": "Folder",
    "trashed": "In the trash",
    "images": "Images",
    "files": "Files",
}


def asset_history(
    scope: Scope, asset_id: str, *, before: int | None = None, limit: int = 50
) -> list[HistoryEntry]:
    """Return what happened to the asset, newest first, also to a purged one.

    Raises AssetNotFoundError for an asset that never was.
    """
    entries = scope.ledger.history(*asset_key(asset_id), before=before, limit=limit)
    if not entries and before is None:
        raise refusals.asset_not_found(asset_id)
    return entries


def revert_change(scope: Scope, asset_id: str, seq: int, if_match: int | None = None) -> Record:
    """Take back what commit `seq` did to the asset, as a change of its own.

    To take back its creation is to lay it in the trash. Raises ChangeNotFoundError, and
    ChangedSinceError with the paths where a value was changed again.
    """
    found = scope.ledger.history(*asset_key(asset_id), before=seq + 1, limit=1)
    if not found:
        raise refusals.asset_not_found(asset_id)
    entry = found[0]
    if entry.seq != seq:
        raise refusals.ChangeNotFoundError(f"Commit {seq} did not change this asset.")
    reason = replace(scope.reason, cause=Cause.REVERT, reverts=seq)
    return change_asset(
        replace(scope, reason=reason),
        asset_id,
        lambda catalog, record, context: plan_revert(catalog, record, entry, context),
        if_match,
    )


def plan_revert(
    catalog: Catalog, record: Record, entry: HistoryEntry, context: PlanContext
) -> Put | None:
    """Return the write that takes the entry's change back, None when that changes nothing."""
    if entry.op is Op.CREATE:
        return plan_trash(record, context)
    body = diff.revert(record.body, entry.fields)
    if isinstance(body, diff.Conflicts):
        raise _changed_since(record, body.paths)
    if "trashed_at" in body:
        # Laid in the trash again now and by this actor, not when and by whom it was before; and
        # refused where it lies there already, so that nothing else comes back to it.
        return plan_trash(record, context)
    gone = _gone(catalog, body, context)
    if gone:
        raise _changed_since(record, gone)
    if diff.same(body, record.body):
        return None
    return Put(KIND, record.id, body, asset_marks(catalog, body), before=record)


def present_history(
    scope: Scope, asset_id: str, entries: Sequence[HistoryEntry]
) -> list[dict[str, Any]]:
    """Return the entries as JSON, each change with the field's label and presented values.

    A change deep inside one value (the amount of a sum of money) is shown as the whole value's;
    for that, and only then, the asset's state at the first entry is asked for.
    """
    catalog = look(scope).catalog
    names = Names(scope, catalog, actors=[entry.actor for entry in entries])
    after: Body = {}
    if any(_is_deep(field) for entry in entries for field in entry.fields):
        known = scope.ledger.get_at(KIND, asset_id, entries[0].seq)
        after = known.body if known else {}
    shown = []
    for entry in entries:
        before = {} if entry.op is Op.CREATE else diff.unapply(after, entry.fields)
        states = (before, {} if entry.op is Op.DELETE else diff.apply(before, entry.fields))
        shown.append(_present_entry(entry, states, names))
        after = before
    return shown


def _present_entry(entry: HistoryEntry, states: tuple[Body, Body], names: Names) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": present_time(entry.at),
        "by": present_actor(entry.actor),
        "action": _action(entry),
        "version": entry.version,
        "cause": entry.reason.cause.value,
        "request_id": entry.reason.request_id,
        "job": entry.reason.job,
        "message": entry.reason.message,
        "reverts": entry.reason.reverts,
        "changes": list(_changes(entry, states, names)),
    }


def _changes(
    entry: HistoryEntry, states: tuple[Body, Body], names: Names
) -> Iterator[dict[str, Any]]:
    told: set[str] = set()
    for field in entry.fields:
        name = changed_field(field.path)
        if name in told or name == "custom_fields":
            continue
        told.add(name)
        custom = name.removeprefix(_CUSTOM) if name.startswith(_CUSTOM) else None
        old, new = (_presented(state, field, custom, names) for state in states)
        yield {"field": name, "label": _label(name, names.catalog), "from": old, "to": new}


def _presented(state: Body, field: FieldChange, custom: str | None, names: Names) -> Any:
    if field.path.startswith("/trashed"):
        return "trashed_at" in state
    if custom is None:
        return _presented_member(changed_field(field.path), state, names)
    value = state.get("fields", {}).get(custom)
    definition = names.catalog.fields.get(custom)
    if value is None or definition is None:
        return value
    return present_value(definition, value, names)


def _presented_member(name: str, state: Body, names: Names) -> Any:
    value = state.get(name)
    if value is None:
        return None
    if name == "type":
        return names.type(value)
    if name == "images":
        return [names.file(each) or {"id": each, "name": None} for each in value]
    return names.folder(value) if name == "folder" else value


def _label(name: str, catalog: Catalog) -> str:
    definition = catalog.fields.get(name.removeprefix(_CUSTOM))
    if name.startswith(_CUSTOM) and definition:
        return definition.label
    return _LABELS.get(name, name)


def _action(entry: HistoryEntry) -> str:
    if entry.op is not Op.UPDATE:
        return "created" if entry.op is Op.CREATE else "purged"
    by_path = {field.path: field for field in entry.fields}
    if "/trashed_at" in by_path:
        return "restored" if by_path["/trashed_at"].new is None else "trashed"
    if "/type" in by_path:
        return "type_changed"
    return "moved" if set(by_path) == {"/folder"} else "updated"


def _is_deep(field: FieldChange) -> bool:
    first, _, rest = field.path.removeprefix("/").partition("/")
    return (first == "fields" and "/" in rest) or (first == "files" and bool(rest))


def _gone(catalog: Catalog, body: Body, context: PlanContext) -> list[str]:
    """Return the paths of a type or folder that the body names and that is no more."""
    gone = [] if body["type"] in catalog.types else ["/type"]
    if body.get("folder") and context.folder(body["folder"]) is None:
        gone.append("/folder")
    return gone


def _changed_since(record: Record, paths: Sequence[str]) -> refusals.ChangedSinceError:
    fields = [changed_field(path) for path in paths]
    return refusals.ChangedSinceError(
        f"{', '.join(fields)} of {record.body.get('key')} changed since, and can't be taken back.",
        extra={"paths": list(paths), "fields": fields},
    )

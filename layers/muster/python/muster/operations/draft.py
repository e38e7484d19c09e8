"""One asset while operations are carried out on it: what is there, and what was done so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from muster.assets import refusals
from muster.assets.batch.pack import merged
from muster.assets.decide import Key
from muster.assets.model import KIND, LINK_KIND, AssetPatch, is_trashed
from muster.assets.plan import PlanContext, plan_patch
from muster.assets.resolve import Resolver
from muster.catalog.model import Catalog, FieldType
from muster.errors import FieldError
from muster.ledger.diff import same
from muster.ledger.model import Delete, Put, Record, Write
from muster.operations.model import RunContext
from muster.replica.port import LinkRow
from muster.scope import Scope


@dataclass(frozen=True)
class Around:
    """What operations see beside the asset: the same for all assets until one looks again."""

    scope: Scope
    catalog: Catalog
    resolver: Resolver
    plan: PlanContext
    run: RunContext
    saved: bool = False
    """Whether the operations are only checked, and run another time."""

    def links_of(self, asset_ids: Iterable[str]) -> dict[str, list[LinkRow]]:
        """Return the links of several assets, by asset."""
        here = list(asset_ids)
        found: dict[str, list[LinkRow]] = {asset_id: [] for asset_id in here}
        for row in self.scope.replica.links_of(here):
            for end in {row.source, row.target} & found.keys():
                found[end].append(row)
        return found


class FieldMissing(Exception):  # noqa: N818 - the run's policy says what comes of it
    """The asset's type has not the field."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass
class Draft:
    """An asset in the making. Operations see what earlier ones did; nothing is written yet.

    Changes of members are gathered and planned together, until an operation looks at the result.
    """

    around: Around
    original: Record
    links: list[LinkRow] = field(default_factory=list)
    record: Record = field(init=False)
    writes: dict[Key, Write] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    """Changes that are none of the asset's own record: links, comments."""
    _members: dict[str, Any] = field(default_factory=dict)
    _raw: dict[str, Any] = field(default_factory=dict)
    _stored: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.record = self.original

    def copy(self) -> Draft:
        """Return a draft to go back to, once everything gathered is planned."""
        kept = Draft(self.around, self.original, list(self.links))
        kept.record = self.record
        kept.writes, kept.told = dict(self.writes), list(self.told)
        return kept

    def require_field(self, definition: FieldType) -> None:
        """Raise FieldMissing unless the asset's type has the field."""
        catalog, type_id = self.around.catalog, self.record.body["type"]
        if definition.name not in catalog.fields_of(type_id):
            kind = catalog.types.get(type_id)
            label = kind.label if kind else "Its type"
            raise FieldMissing(f"{label} has no field {definition.name}.")

    def holds(self, name: str) -> bool:
        """Tell whether the asset has a value of this field, even one that its type lacks."""
        self.plan()
        return name in self.record.body.get("fields", {})

    def value(self, name: str) -> Any:
        """Return the stored value of a field, as earlier operations have left it."""
        if name in self._raw or name in self._stored:
            self.plan()
        return self.record.body.get("fields", {}).get(name)

    def member(self, name: str) -> Any:
        """Return what the asset has as name, tag, serial, description or folder's id."""
        if name in self._members:
            self.plan()
        return self.record.body.get(name)

    def set_member(self, name: str, value: Any) -> None:
        """Change a built-in member, as a caller writes it; None clears."""
        self._members[name] = value

    def set_raw(self, name: str, value: Any) -> None:
        """Change a field to typed JSON, which is checked then; None clears."""
        self._stored.pop(name, None)
        self._raw[name] = value

    def set_stored(self, name: str, value: Any) -> None:
        """Change a field to a value in stored form that was checked."""
        self._raw.pop(name, None)
        self._stored[name] = value

    def plan(self) -> None:
        """Plan the gathered changes. Raises InvalidAssetError, AssetInTrashError."""
        if not (self._members or self._raw or self._stored):
            return
        members, raw, stored = self._members, self._raw, self._stored
        self._members, self._raw, self._stored = {}, {}, {}
        patch = _patch({**members, "custom_fields": raw})
        around = self.around
        self.put(plan_patch(around.catalog, self.record, patch, around.plan, stored=stored))

    def require_live(self) -> None:
        """Raise AssetInTrashError for an asset in the trash."""
        if is_trashed(self.record):
            raise refusals.in_trash(self.record)

    def put(self, write: Put | None) -> None:
        """Take in a write of the asset's own record."""
        if write is None:
            return
        key = (KIND, self.original.id)
        earlier = self.writes.get(key)
        whole = write if earlier is None else merged(earlier, write)
        if whole is not None:
            self.writes[key] = whole
        self.record = replace(
            self.record, body=write.body, marks=write.marks, version=self.original.version + 1
        )

    def link(self, put: Put, told: Mapping[str, Any]) -> None:
        """Take in a new link."""
        body = put.body
        self.writes[LINK_KIND, put.id] = put
        self.links.append(LinkRow(put.id, 1, body["type"], body["source"], body["target"]))
        self.told.append({"field": "link", "old": None, "new": dict(told)})

    def unlink(self, row: LinkRow, stored: Record | None, told: Mapping[str, Any]) -> None:
        """Take a link away: `stored` is its record, None for one that this draft made."""
        self.links.remove(row)
        self.writes.pop((LINK_KIND, row.id), None)
        if stored is not None:
            self.writes[LINK_KIND, row.id] = Delete(stored)
        self.told.append({"field": "link", "old": dict(told), "new": None})

    def comment(self, put: Put) -> None:
        """Take in a comment."""
        self.writes[put.kind, put.id] = put
        self.told.append({"field": "comment", "old": None, "new": put.body["text"]})

    def outcome(self) -> Sequence[Write]:
        """Return the writes, without one of the asset that changes nothing."""
        self.plan()
        key = (KIND, self.original.id)
        own = self.writes.get(key)
        if isinstance(own, Put) and not own.numbers and same(own.body, self.original.body):
            del self.writes[key]
        return tuple(self.writes.values())


def _patch(members: Mapping[str, Any]) -> AssetPatch:
    try:
        return AssetPatch.model_validate(members)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        raise refusals.invalid(
            [
                FieldError(each["type"], f"{each['loc'][0]}: {each['msg']}.", f"/{each['loc'][0]}")
                for each in found
            ]
        ) from error

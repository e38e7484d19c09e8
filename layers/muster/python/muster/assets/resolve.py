"""From what a caller calls a thing to its id: assets, folders, types, members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from muster.assets import refusals
from muster.assets.model import KIND, AssetReference, FolderReference, is_trashed
from muster.assets.plan import PlanContext
from muster.catalog.load import folder_by_path, load_folders
from muster.catalog.model import Catalog, FieldType
from muster.catalog.values import ValueContext, ValueProblem
from muster.files.model import KIND as FILE
from muster.files.model import is_ready
from muster.ids import is_id
from muster.ledger.model import Record
from muster.scope import Scope

_NATURAL = ("key", "tag", "serial")
_REFERENCE_KEYS = ("id", *_NATURAL, "name", "ref")


class Pending(Protocol):
    """The commit in the making, whose assets the replica does not have yet."""

    def find(self, name: str, value: Any) -> list[Record]:
        """Return its untrashed assets with this id or member."""
        ...

    def touches(self, record_id: str) -> bool:
        """Tell whether it writes this asset."""
        ...


@dataclass(frozen=True)
class Resolver:
    """Looks names up in the replica as it stands.

    `refs` are the ids of a batch's earlier rows.
    """

    scope: Scope
    catalog: Catalog
    refs: Mapping[str, str] = field(default_factory=dict)
    pending: Pending | None = None

    def context(self) -> PlanContext:
        """Return what planning needs."""
        values = ValueContext(
            resolve_asset=self.reference_id,
            resolve_member=self.member_id,
            type_id=self.type_id,
            purpose_of_file=self.purpose_of_file,
        )
        return PlanContext(self.scope.actor, self.scope.now(), values, self.folder_id)

    def asset_id(self, reference: AssetReference) -> str:
        """Return the id of the one asset meant; raises AssetNotFoundError, AmbiguousMatchError.

        A text is an id, or else a key, tag or serial number, in this order. An id is returned as
        it is: whether it exists is seen when the record is read.
        """
        if isinstance(reference, str):
            return reference if is_id(KIND, reference) else self._only(_NATURAL, reference)
        ((name, value),) = reference.given().items()
        if name == "ref":
            return self._earlier_row(value)
        if name != "id":
            return self._only((name,), value)
        if not is_id(KIND, value):
            raise refusals.asset_not_found(value)
        return value

    def _only(self, names: tuple[str, ...], value: str) -> str:
        found = next((hits for n in names if (hits := self.matches(n, value))), [])
        if len(found) > 1:
            raise refusals.ambiguous(" or ".join(names), value, found)
        if not found:
            words = " or ".join(names)
            raise refusals.AssetNotFoundError(f"There is no asset with {words} {value[:80]!r}.")
        return found[0].id

    def matches(self, name: str, value: Any) -> list[Record]:
        """Return the untrashed assets of which a built-in or dotted field equals the value."""
        stored = self.scope.replica.match_assets(name, value)
        if self.pending is None:
            return stored
        still = [record for record in stored if not self.pending.touches(record.id)]
        return still + self.pending.find(name, value)

    def folder_id(self, reference: FolderReference) -> str | None:
        """Return the folder's id, an empty text for the root, None for one that isn't there."""
        given = {} if isinstance(reference, str) else reference.given()
        words = reference if isinstance(reference, str) else next(iter(given.values()))
        if words.strip("/ ") == "":
            return ""
        if "path" not in given and is_id("folder", words):
            return words if words in load_folders(self.scope).by_id else None
        if "id" in given:
            return None
        return folder_by_path(self.scope, words)

    def type_id(self, reference: str) -> str | None:
        """Return the id of the type of this id, name or label."""
        found = self.catalog.type_of(reference)
        return found.id if found else None

    def member_id(self, raw: Any) -> str | None:
        """Return a member's id: as it is, or the caller's own for `me`."""
        text = raw.get("id") if isinstance(raw, Mapping) else raw
        if text == "me":
            return self.scope.actor.id
        return text if isinstance(text, str) and is_id("member", text) else None

    def purpose_of_file(self, file_id: str) -> str | None:
        """Return what a stored file is for, None where there is none of this id.

        An image that was not looked through yet is `processing`: it may turn out to be none.
        """
        found = self.scope.replica.get_many(FILE, [file_id]).get(file_id)
        if found is None:
            return None
        return str(found.body["purpose"]) if is_ready(found.body) else "processing"

    def reference_id(self, definition: FieldType, raw: Any) -> str | None:
        """Return the id of the asset that a reference field names, None for none such.

        A text is an id, or else a key, tag, serial number or name, in this order. Raises
        ValueProblem where several assets answer or the one is of a type that may not be named.
        """
        found = self._referenced(raw)
        if not found:
            return None
        allowed = [record for record in found if self._may_be_named(definition, record)]
        if not allowed:
            labels = [self.catalog.types[t].label for t in definition.reference_types]
            raise ValueProblem(
                "reference_type", f"{_title(found[0])} is not of type {' or '.join(labels)}."
            )
        if len(allowed) > 1:
            some = ", ".join(_title(record) for record in allowed[:5])
            raise ValueProblem("ambiguous_reference", f"Several assets answer to this: {some}.")
        return allowed[0].id

    def _referenced(self, raw: Any) -> list[Record]:
        if isinstance(raw, str):
            if is_id(KIND, raw):
                return self._by_id(raw)
            names = (*_NATURAL, "name")
            return next((hits for name in names if (hits := self.matches(name, raw))), [])
        if not isinstance(raw, Mapping):
            return []
        for name in _REFERENCE_KEYS:
            value = raw.get(name)
            if isinstance(value, str) and value:
                return self._by_name(name, value)
        return []

    def _by_name(self, name: str, value: str) -> list[Record]:
        if name == "ref":
            return self._by_id(self.refs.get(value, ""))
        return self._by_id(value) if name == "id" else self.matches(name, value)

    def _by_id(self, asset_id: str) -> list[Record]:
        if self.pending and self.pending.touches(asset_id):
            return self.pending.find("id", asset_id)
        found = self.scope.replica.get_many(KIND, [asset_id])
        return [record for record in found.values() if not is_trashed(record)]

    def _may_be_named(self, definition: FieldType, record: Record) -> bool:
        allowed = definition.reference_types
        return not allowed or any(
            record.body["type"] in self.catalog.subtypes(type_id) for type_id in allowed
        )

    def _earlier_row(self, ref: str) -> str:
        if ref not in self.refs:
            raise refusals.AssetNotFoundError(
                f"No earlier row of this batch that succeeded has the ref {ref[:80]!r}."
            )
        return self.refs[ref]


def _title(record: Record) -> str:
    return f"{record.body.get('key')} {record.body.get('name')!r}"

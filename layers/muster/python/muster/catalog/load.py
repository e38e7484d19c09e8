"""The catalog and the folder tree as the replica holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from muster.catalog.model import AssetType, Catalog, CatalogModel, FieldType, Folder, LinkType
from muster.ledger.model import Record
from muster.replica.port import Replica
from muster.scope import Scope
from muster.text import fold

_cache: WeakKeyDictionary[Replica, tuple[int, Catalog]] = WeakKeyDictionary()


def load_catalog(scope: Scope) -> Catalog:
    """Return the catalog as the replica has it, without a call.

    Kept per replica until a commit touches the catalog. `Catalog.seq` is where the replica stands,
    to be used as `unmoved={"catalog": catalog.seq}`.
    """
    replica = scope.replica
    seq, fence = replica.seq(), replica.fence("catalog")
    known = _cache.get(replica)
    if known is None or known[0] != fence:
        known = (fence, _build(replica, seq))
        _cache[replica] = known
    return known[1].at(seq)


def _build(replica: Replica, seq: int) -> Catalog:
    fields = (as_field(record) for record in replica.records("field_type"))
    return Catalog(
        seq=seq,
        types={record.id: as_type(record) for record in replica.records("asset_type")},
        fields={field.name: field for field in fields},
        link_types={record.id: as_link_type(record) for record in replica.records("link_type")},
    )


def as_type(record: Record) -> AssetType:
    """Return the asset type that a record holds."""
    return AssetType.model_validate(_with_identity(record))


def as_field(record: Record) -> FieldType:
    """Return the field type that a record holds."""
    return FieldType.model_validate(_with_identity(record))


def as_link_type(record: Record) -> LinkType:
    """Return the link type that a record holds."""
    return LinkType.model_validate(_with_identity(record))


def as_folder(record: Record) -> Folder:
    """Return the folder that a record holds."""
    return Folder.model_validate(_with_identity(record))


def _with_identity(record: Record) -> Mapping[str, Any]:
    return {**record.body, "id": record.id, "version": record.version}


class FolderTree:
    """All folders of a tenant, to walk up and down in."""

    def __init__(self, folders: Mapping[str, Folder]) -> None:
        """`folders` by id."""
        self.folders = folders
        self.children: dict[str | None, list[Folder]] = {}
        for folder in folders.values():
            self.children.setdefault(folder.parent, []).append(folder)
        for siblings in self.children.values():
            siblings.sort(key=lambda folder: (fold(folder.name), folder.id))

    def path(self, folder_id: str) -> str:
        """Return `/A/B` for a folder."""
        return "/" + "/".join(reversed([folder.name for folder in self.ancestors(folder_id)]))

    def ancestors(self, folder_id: str) -> Iterator[Folder]:
        """Yield the folder and then its parents, nearest first."""
        at: str | None = folder_id
        while at is not None and at in self.folders:
            yield self.folders[at]
            at = self.folders[at].parent

    def subtree(self, folder_id: str) -> Iterator[Folder]:
        """Yield the folder and all below it, parents before children."""
        queue = [self.folders[folder_id]]
        for folder in queue:
            yield folder
            queue += self.children.get(folder.id, [])

    def find(self, path: str) -> Folder | None:
        """Return the folder at a path such as `/A/B`; case and accents don't count."""
        at: Folder | None = None
        for name in split_path(path):
            siblings = self.children.get(at.id if at else None, [])
            at = next((folder for folder in siblings if fold(folder.name) == fold(name)), None)
            if at is None:
                return None
        return at


def load_folders(scope: Scope) -> FolderTree:
    """Return the folder tree as the replica has it, without a call."""
    return FolderTree({r.id: as_folder(r) for r in scope.replica.records("folder")})


def folder_by_path(scope: Scope, path: str) -> str | None:
    """Return the id of the folder at a path, None where there is none."""
    found = load_folders(scope).find(path)
    return found.id if found else None


def split_path(path: str) -> list[str]:
    """Return the names in a path: parts between slashes, blanks trimmed, empty ones left out."""
    return [part.strip() for part in path.split("/") if part.strip()]

"""The catalog and the folder tree as the replica has them, kept while nothing in them changes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from muster.catalog.model import AssetType, Catalog, FieldType, Folder, LinkType
from muster.replica.port import Replica
from muster.scope import Scope
from muster.text import fold

type _Kept[T] = WeakKeyDictionary[Replica, tuple[int, T]]

_catalogs: _Kept[Catalog] = WeakKeyDictionary()
_trees: _Kept[FolderTree] = WeakKeyDictionary()


@dataclass(frozen=True)
class FolderTree:
    """All folders by id, and by parent and folded name."""

    by_id: Mapping[str, Folder]
    by_name: Mapping[tuple[str | None, str], str]

    def find(self, steps: Iterable[str]) -> str | None:
        """Return the id of the folder at the end of a path from the root."""
        at: str | None = None
        for step in steps:
            at = self.find_child(at, step)
            if at is None:
                return None
        return at

    def find_child(self, parent: str | None, name: str) -> str | None:
        """Return the id of the folder of this name in a folder, None for the root."""
        return self.by_name.get((parent, fold(name)))

    def path_of(self, folder_id: str) -> str:
        """Return a folder's path, such as `/Berlin/Office 2`."""
        names = [folder.name for folder in self.ancestors(folder_id)]
        return "/" + "/".join(reversed(names))

    def ancestors(self, folder_id: str) -> Iterator[Folder]:
        """Yield the folder and what it lies in, nearest first; a cycle ends it."""
        at: str | None = folder_id
        seen: set[str] = set()
        while at is not None and at in self.by_id and at not in seen:
            seen.add(at)
            yield self.by_id[at]
            at = self.by_id[at].parent

    @cached_property
    def children(self) -> Mapping[str | None, list[Folder]]:
        """The folders in each folder, None for the root, by name."""
        below: dict[str | None, list[Folder]] = {}
        for folder in sorted(self.by_id.values(), key=lambda f: (fold(f.name), f.id)):
            below.setdefault(folder.parent, []).append(folder)
        return below

    def subtree(self, folder_id: str) -> list[Folder]:
        """Return the folder and all below it, what lies in something after it."""
        found = [self.by_id[folder_id]]
        for folder in found:
            found += self.children.get(folder.id, [])
        return found


def load_catalog(scope: Scope) -> Catalog:
    """Return the catalog as the replica stands, at commit `seq`. No AWS call on a warm one."""
    seq = scope.replica.seq()
    kept = _kept(_catalogs, scope.replica, "catalog", _read_catalog)
    # Copied with what it has worked out so far: only the place in the log is another.
    current = copy.copy(kept)
    object.__setattr__(current, "seq", seq)
    return current


def load_folders(scope: Scope) -> FolderTree:
    """Return the folder tree as the replica stands. No AWS call on a warm one."""
    return _kept(_trees, scope.replica, "folders", _read_folders)


def folder_by_path(scope: Scope, path: str) -> str | None:
    """Return the id of the folder at a path such as `/Berlin/Office 2`, None for none such."""
    return load_folders(scope).find(path_steps(path))


def path_steps(path: str) -> tuple[str, ...]:
    """Return the names on a path; blanks around them and empty ones do not count."""
    return tuple(step for step in map(str.strip, path.split("/")) if step)


def _kept[T](kept: _Kept[T], replica: Replica, fence: str, read: Callable[[Replica], T]) -> T:
    stands = replica.fence(fence)
    found = kept.get(replica)
    if found is None or found[0] != stands:
        found = kept[replica] = (stands, read(replica))
    return found[1]


def _read_catalog(replica: Replica) -> Catalog:
    fields = _models(replica, "field_type", FieldType)
    return Catalog(
        seq=0,
        types={each.id: each for each in _models(replica, "asset_type", AssetType)},
        fields={each.name: each for each in fields},
        link_types={each.id: each for each in _models(replica, "link_type", LinkType)},
    )


def _read_folders(replica: Replica) -> FolderTree:
    folders = _models(replica, "folder", Folder)
    return FolderTree(
        by_id={each.id: each for each in folders},
        by_name={(each.parent, fold(each.name)): each.id for each in folders},
    )


def _models[M: (AssetType, FieldType, LinkType, Folder)](
    replica: Replica, kind: str, model: type[M]
) -> list[M]:
    records: list[Any] = replica.records(kind)
    return [
        model.model_validate({**record.body, "id": record.id, "version": record.version})
        for record in records
    ]

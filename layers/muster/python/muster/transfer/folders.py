"""Plans the folders that a file names by path and the tree lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from muster.assets.model import FolderReference
from muster.catalog.load import FolderTree, load_folders, path_steps
from muster.catalog.model import Folder
from muster.catalog.puts import folder_put
from muster.ids import new_id
from muster.ledger.model import Put
from muster.scope import Scope
from muster.text import fold
from muster.transfer.model import ColumnMapping, SchemaChange
from muster.transfer.sniff import Sniffed

_MOST_NEW = 500
_DEEPEST = 20
_LONGEST_NAME = 255


@dataclass
class NewFolders:
    """The folders that rows lie in: those that are there, and those that are to be made."""

    tree: FolderTree
    writes: list[Put] = field(default_factory=list)
    changes: list[SchemaChange] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    """Ids of folders that rows lie in."""
    _made: dict[tuple[str | None, str], str] = field(default_factory=dict)

    def make(self, steps: tuple[str, ...]) -> None:
        """Plan what a path lacks."""
        parent: str | None = None
        for depth, step in enumerate(steps, start=1):
            known = self._find(parent, step)
            if known is None:
                known = self._add(parent, step, "/" + "/".join(steps[:depth]))
            parent = known
        if parent is not None:
            self.used.add(parent)

    def finder(
        self, otherwise: Callable[[FolderReference], str | None]
    ) -> Callable[[FolderReference], str | None]:
        """Return what finds folders by path, planned ones too, and by id."""

        def find(reference: FolderReference) -> str | None:
            if not isinstance(reference, str):
                return otherwise(reference)
            steps = path_steps(reference)
            at: str | None = None
            for step in steps:
                at = self._find(at, step)
                if at is None:
                    return otherwise(reference)
            return at or ""

        return find

    def _find(self, parent: str | None, name: str) -> str | None:
        place = (parent, fold(name))
        return self.tree.by_name.get(place) or self._made.get(place)

    def _add(self, parent: str | None, name: str, path: str) -> str:
        made = Folder(id=new_id("folder"), name=name, parent=parent)
        self._made[parent, fold(name)] = made.id
        self.writes.append(folder_put(made))
        detail = "A new folder."
        self.changes.append(
            SchemaChange(action="create_folder", name=path, label=name, detail=detail)
        )
        return made.id


def plan_folders(
    scope: Scope, mapping: ColumnMapping, sniffed: Sniffed, *, create: bool
) -> NewFolders:
    """Return the folders that the file names.

    Rows whose folder is not made, since it is nameless, too deep or one of too many, fail.
    """
    folders = NewFolders(load_folders(scope))
    for path in _paths(mapping, sniffed):
        steps = path_steps(path)
        known = folders.tree.find(steps)
        if not steps:
            continue  # the root needs no folder
        if known is not None:
            folders.used.add(known)
        elif create and _possible(steps) and len(folders.writes) + len(steps) <= _MOST_NEW:
            folders.make(steps)
    return folders


def _paths(mapping: ColumnMapping, sniffed: Sniffed) -> list[str]:
    column = next((name for name, t in mapping.columns.items() if t.to == "folder"), None)
    values: Mapping[str, frozenset[str]] = sniffed.values
    return sorted(values[column]) if column else []


def _possible(steps: tuple[str, ...]) -> bool:
    named = all(step.isprintable() and len(step) <= _LONGEST_NAME for step in steps)
    return named and len(steps) <= _DEEPEST and not steps[0].startswith("fol_")

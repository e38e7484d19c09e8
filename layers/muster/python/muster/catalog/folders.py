"""Use cases of folders: a tree with moves, no cycles, and sibling names that differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from muster.catalog import change, refusals
from muster.catalog.load import FolderTree, load_folders, path_steps
from muster.catalog.model import Folder
from muster.catalog.puts import folder_put
from muster.errors import FieldError
from muster.ids import new_id
from muster.ledger.model import Delete, Put, Record, Write
from muster.scope import Scope

KIND = "folder"
_LONGEST = 255
_DEEPEST = 30
"""A whole path fits in one commit."""


def create_folder(scope: Scope, draft: Folder) -> Record:
    """Make a folder; raises InvalidCatalogError, NameTakenError."""
    fresh = draft.model_copy(update={"id": new_id(KIND)})

    def plan(scope: Scope) -> Put:
        return folder_put(_checked(load_folders(scope), fresh))

    return change.create(scope, plan, "folders")


def replace_folder(
    scope: Scope, folder_id: str, draft: Folder, if_match: int | None = None
) -> Record:
    """Rename a folder, move it with all in it, or both.

    Raises FolderNotFoundError, VersionConflictError, FolderCycleError, NameTakenError.
    """
    return _change(scope, folder_id, lambda _: draft, if_match)


def patch_folder(
    scope: Scope, folder_id: str, patch: Mapping[str, Any], if_match: int | None = None
) -> Record:
    """Merge a patch into a folder; a `parent` of null is the root. Raises as `replace_folder`."""
    return _change(
        scope, folder_id, lambda before: change.merged(Folder, before.body, patch), if_match
    )


def _change(
    scope: Scope, folder_id: str, edit: Callable[[Record], Folder], if_match: int | None
) -> Record:
    def plan(scope: Scope, before: Record) -> Put:
        tree = load_folders(scope)
        after = _checked(tree, edit(before).model_copy(update={"id": folder_id}))
        _refuse_cycle(tree, folder_id, after.parent)
        return folder_put(after, before)

    def fences(before: Record, put: Put) -> Iterable[str]:
        moved = before.body.get("parent") != put.body.get("parent")
        return ("folders",) if moved else ()

    return change.change(scope, (KIND, folder_id), plan, fences=fences, if_match=if_match)


def _refuse_cycle(tree: FolderTree, folder_id: str, target: str | None) -> None:
    if target is not None and any(each.id == folder_id for each in tree.ancestors(target)):
        raise refusals.FolderCycleError(
            f"{tree.path_of(target)} is this folder or lies in it: choose another one."
        )


def delete_folder(scope: Scope, folder_id: str, if_match: int | None = None) -> None:
    """Remove an empty folder; assets in the trash count.

    Raises FolderNotFoundError, VersionConflictError, InUseError. See `muster.catalog.emptying` for
    folders that are not empty.
    """

    def plan(scope: Scope, before: Record) -> Sequence[Write]:
        below = load_folders(scope).children.get(folder_id, [])
        assets = scope.replica.count_assets(by="folder").get(folder_id, 0)
        if below or assets:
            detail = (
                f"There are {assets} assets and {len(below)} folders in it, the trash included. "
                "Say with move_to= which folder they go to, or with recursive=true that the "
                "folders go and the assets are laid in the trash."
            )
            refusals.in_use(detail, assets=assets, folders=len(below))
        return [Delete(before)]

    key = (KIND, folder_id)
    change.remove(scope, key, plan, "folders", "assets", if_match=if_match)


def ensure_folder_path(scope: Scope, path: str) -> str | None:
    """Return the id of the folder at a path, making what is not there; None for the root."""

    def decide(scope: Scope) -> str | None:
        seq = scope.replica.catch_up()
        at, puts = folders_to_make(load_folders(scope), path)
        if puts:
            change.write(scope, puts, {"folders": seq})
        return at

    # A folder that somebody else made meanwhile is as good.
    return change.rounds(scope, decide, refusals.NameTakenError)


def folders_to_make(tree: FolderTree, path: str) -> tuple[str | None, list[Put]]:
    """Return the id that a path's folder has or will have, and the writes that make it."""
    at: str | None = None
    puts: list[Put] = []
    steps = path_steps(path)
    if len(steps) > _DEEPEST:
        raise refusals.invalid([_too_deep("/path")])
    for name in steps:
        known = None if puts else tree.find_child(at, name)
        if known is None:
            folder = Folder(id=new_id(KIND), name=name, parent=at)
            errors = _name_errors(name)
            if errors:
                raise refusals.invalid(errors)
            puts.append(folder_put(folder))
            known = folder.id
        at = known
    return at, puts


def _checked(tree: FolderTree, draft: Folder) -> Folder:
    name, parent = draft.name.strip(), draft.parent
    errors = _name_errors(name)
    if parent is not None and parent.startswith("/"):
        steps = path_steps(parent)
        parent = (tree.find(steps) or parent) if steps else None
    if parent is not None and parent not in tree.by_id:
        detail = f"There is no folder {parent[:80]!r}."
        errors.append(FieldError("unknown_folder", detail, "/parent"))
    elif parent is not None and _depth_with(tree, draft.id, parent) > _DEEPEST:
        errors.append(_too_deep("/parent"))
    if errors:
        raise refusals.invalid(errors)
    return draft.model_copy(update={"name": name, "parent": parent})


def _too_deep(pointer: str) -> FieldError:
    return FieldError("too_deep", f"Folders nest up to {_DEEPEST} deep.", pointer)


def _depth_with(tree: FolderTree, folder_id: str, parent: str) -> int:
    """Return how deep the tree would be below the root, with the folder in `parent`."""
    above = len(list(tree.ancestors(parent)))
    depths = {folder_id: 1}
    for folder in tree.subtree(folder_id) if folder_id in tree.by_id else ():
        for child in tree.children.get(folder.id, ()):
            depths[child.id] = depths[folder.id] + 1
    return above + max(depths.values())


def _name_errors(name: str) -> list[FieldError]:
    if 1 <= len(name.strip()) <= _LONGEST and name.isprintable() and "/" not in name:
        return []
    detail = f"A folder's name has 1 to {_LONGEST} printable characters and no slash."
    return [FieldError("invalid_name", detail, "/name")]

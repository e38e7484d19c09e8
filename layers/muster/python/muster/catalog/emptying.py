"""Removing folders that are not empty: what is in them is moved, or laid in the trash."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from muster.catalog import change, refusals
from muster.catalog.folders import KIND, delete_folder
from muster.catalog.load import FolderTree, load_folders, path_steps
from muster.catalog.puts import folder_put
from muster.errors import FieldError
from muster.ledger.model import Put, Record
from muster.ledger.packing import pack
from muster.ledger.port import FenceMovedError, LedgerBusyError, VersionConflictError
from muster.replica.port import AssetQuery, Sort
from muster.scope import Scope
from muster.text import fold

MOST_ASSETS = 5_000
"""More than these are not moved within the time of one request."""
_PAGE = 500
_ROUNDS = 50

type _Leave = Callable[[Scope, Record], Put]


def remove_folder(
    scope: Scope,
    folder_id: str,
    *,
    move_to: str | None = None,
    recursive: bool = False,
    if_match: int | None = None,
) -> None:
    """Remove a folder: an empty one, or with what is to become of what is in it.

    Raises what the three ways raise, and InvalidCatalogError for both of `move_to` and `recursive`.
    """
    if move_to is not None and recursive:
        detail = "Give move_to or recursive, not both: they say different things."
        raise refusals.invalid([FieldError("contradiction", detail, parameter="recursive")])
    if move_to is not None:
        move_out_and_delete(scope, folder_id, move_to, if_match)
    elif recursive:
        trash_and_delete(scope, folder_id, if_match)
    else:
        delete_folder(scope, folder_id, if_match)


def move_out_and_delete(
    scope: Scope, folder_id: str, target: str, if_match: int | None = None
) -> None:
    """Remove a folder; all that is in it goes to `target`: an id, a path, or `root`.

    It is moved before, in commits of its own, so that nothing is ever in a folder that is gone; cut
    short, it goes on when it is asked for again. Raises FolderNotFoundError, VersionConflictError,
    InvalidCatalogError, FolderCycleError, FolderTooFullError, and NameTakenError where the target
    has a folder of a moved one's name.
    """
    scope.replica.catch_up()
    change.newest(scope, (KIND, folder_id), if_match)
    tree = load_folders(scope)
    destination = _destination(tree, folder_id, target)
    _refuse_too_full(scope, [folder_id])
    _refuse_namesakes(tree, folder_id, destination)
    if scope.dry_run:
        return

    def leave(_scope: Scope, record: Record) -> Put:
        body = {name: value for name, value in record.body.items() if name != "folder"}
        if destination is not None:
            body["folder"] = destination
        return Put(record.kind, record.id, body, record.marks, before=record)

    _empty(scope, folder_id, leave, destination)
    delete_folder(scope, folder_id, if_match)


def trash_and_delete(scope: Scope, folder_id: str, if_match: int | None = None) -> None:
    """Remove a folder with all folders below it; their assets are laid in the trash, at the root.

    In commits of its own, the deepest folders first. Raises FolderNotFoundError,
    VersionConflictError, FolderTooFullError.
    """
    scope.replica.catch_up()
    change.newest(scope, (KIND, folder_id), if_match)
    doomed = load_folders(scope).subtree(folder_id)
    _refuse_too_full(scope, [folder.id for folder in doomed])
    if scope.dry_run:
        return
    clearing = replace(scope, request=None)  # an Idempotency-Key goes with the folder's own commit
    for folder in reversed(doomed):
        _empty(scope, folder.id, _to_trash, None)
        if folder.id != folder_id:
            _delete_if_there(clearing, folder.id)
    delete_folder(scope, folder_id, if_match)


def _to_trash(scope: Scope, record: Record) -> Put:
    body = {name: value for name, value in record.body.items() if name != "folder"}
    if "trashed_at" not in body:
        at = scope.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body |= {"trashed_at": at, "trashed_by": scope.actor.id}
    # What lies in the trash holds no unique value.
    return Put(record.kind, record.id, body, before=record)


def _destination(tree: FolderTree, folder_id: str, target: str) -> str | None:
    if target in ("root", "/"):
        return None
    found = target if target in tree.by_id else None
    if target.startswith("/"):
        found = tree.find(path_steps(target))
    _check_destination(tree, folder_id, found or target)
    return found


def _check_destination(tree: FolderTree, folder_id: str, target: str | None) -> None:
    if target is None:
        return
    if target not in tree.by_id:
        detail = f"There is no folder {target[:80]!r}."
        raise refusals.invalid([FieldError("unknown_folder", detail, parameter="move_to")])
    if any(folder.id == folder_id for folder in tree.ancestors(target)):
        detail = "The folder to move to is this one or lies in it: choose another one."
        raise refusals.FolderCycleError(detail)


def _refuse_too_full(scope: Scope, folder_ids: Sequence[str]) -> None:
    counts = scope.replica.count_assets(by="folder")
    total = sum(counts.get(folder_id, 0) for folder_id in folder_ids)
    if total > MOST_ASSETS:
        detail = (
            f"{total:,} assets lie here, and up to {MOST_ASSETS:,} can go with a folder. "
            "Move the others with /v1/assets:batch first."
        )
        raise refusals.FolderTooFullError(detail, extra={"assets": total})


def _refuse_namesakes(tree: FolderTree, folder_id: str, destination: str | None) -> None:
    """Refuse before anything is moved what could not be moved."""
    taken = {fold(f.name) for f in tree.children.get(destination, []) if f.id != folder_id}
    for folder in tree.children.get(folder_id, []):
        if fold(folder.name) in taken:
            detail = f"There is a folder {folder.name!r} there already. Rename one of the two."
            raise refusals.NameTakenError(detail)


def _empty(scope: Scope, folder_id: str, leave: _Leave, destination: str | None) -> None:
    """Take out all that is in a folder, until nothing is."""
    moving = replace(scope, request=None)
    for _ in range(_ROUNDS):
        seq = scope.replica.catch_up()
        tree = load_folders(scope)
        _check_destination(tree, folder_id, destination)
        groups = [[put] for put in _moves(scope, tree, folder_id, leave, destination)]
        if not groups:
            return
        try:
            for writes in pack(groups):
                made = change.write(moving, writes, {"folders": seq})
                # What touched the folders since can only be this commit.
                seq = max(record.updated.seq for record in made.values())
        except (FenceMovedError, VersionConflictError):
            continue
    raise LedgerBusyError("Others kept putting things into the folder: try again shortly.")


def _moves(
    scope: Scope, tree: FolderTree, folder_id: str, leave: _Leave, destination: str | None
) -> Iterator[Put]:
    query = AssetQuery(folders=(folder_id,), trashed="any", sort=(Sort("key"),), limit=_PAGE)
    yield from (leave(scope, record) for record in scope.replica.find_assets(query).items)
    children = tree.children.get(folder_id, [])
    for at in range(0, len(children), 90):
        keys = [(KIND, folder.id) for folder in children[at : at + 90]]
        before = scope.ledger.get_for_write(keys)
        for folder in children[at : at + 90]:
            record = before.get((KIND, folder.id))
            if isinstance(record, Record):
                yield folder_put(folder.model_copy(update={"parent": destination}), record)


def _delete_if_there(scope: Scope, folder_id: str) -> None:
    try:
        delete_folder(scope, folder_id)
    except refusals.FolderNotFoundError:
        return

"""`/v1/folders`."""

from __future__ import annotations

from typing import Any

from muster.access.model import Permission
from muster.catalog import change, refusals, service
from muster.catalog.drafts import (
    DeleteFolderQuery,
    FolderDraft,
    FolderPatch,
    FoldersQuery,
)
from muster.catalog.load import FolderTree, load_folders, path_steps
from muster.catalog.model import Folder
from muster.catalog.present import present_folder
from muster.catalog.routes.answers import given
from muster.http.paging import list_response, slice_of
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.ledger.model import Record
from muster.ledger.port import FenceMovedError, LedgerBusyError, VersionConflictError
from muster.text import fold

routes = Routes("folders")

_FOLDER_VIEW = Shape("muster.catalog.api", "FolderView")

_PLACE = "/v1/folders"
_ONE = _PLACE + "/{folder_id}"
_CHANGE = (
    refusals.FolderNotFoundError,
    refusals.InvalidCatalogError,
    refusals.NameTakenError,
    refusals.FolderCycleError,
    VersionConflictError,
    FenceMovedError,
)


@routes.get(
    _PLACE,
    permission=Permission.CATALOG_READ,
    query=FoldersQuery,
    returns=_FOLDER_VIEW.page,
    errors=(refusals.FolderNotFoundError,),
)
def list_folders(call: Call) -> Response:
    """List folders: all, those in a folder by name, those below it, or the one at a path."""
    call.scope.replica.catch_up()
    tree = load_folders(call.scope)
    found = _asked_for(call, tree)
    page, more = slice_of(call, found, lambda folder: _place(call, folder))
    records = call.scope.replica.get_many("folder", [folder.id for folder in page])
    assets = call.scope.replica.count_assets(by="folder") if page else {}
    items = [present_folder(records[each.id], tree, assets) for each in page]
    return list_response(call, items, after=more, total=len(found))


@routes.post(
    _PLACE,
    permission=Permission.CATALOG_WRITE,
    body=FolderDraft,
    returns=_FOLDER_VIEW,
    status=201,
    errors=(refusals.InvalidCatalogError, refusals.NameTakenError, FenceMovedError),
)
def create_folder(call: Call) -> Response:
    """Make a folder."""
    record = service.create_folder(call.scope, Folder.model_validate(given(call.body)))
    return _answer(call, record, status=201, location=f"{_PLACE}/{record.id}")


@routes.get(
    _ONE,
    permission=Permission.CATALOG_READ,
    returns=_FOLDER_VIEW,
    errors=(refusals.FolderNotFoundError,),
)
def read_folder(call: Call) -> Response:
    """Read a folder."""
    return _answer(call, change.read(call.scope, "folder", call.path["folder_id"]))


@routes.put(
    _ONE,
    permission=Permission.CATALOG_WRITE,
    body=FolderDraft,
    returns=_FOLDER_VIEW,
    errors=_CHANGE,
)
def replace_folder(call: Call) -> Response:
    """Rename a folder, move it with all in it, or both. A folder can't go below itself."""
    draft = Folder.model_validate(given(call.body))
    record = service.replace_folder(call.scope, call.path["folder_id"], draft, call.if_match)
    return _answer(call, record)


@routes.patch(
    _ONE,
    permission=Permission.CATALOG_WRITE,
    body=FolderPatch,
    returns=_FOLDER_VIEW,
    errors=_CHANGE,
)
def patch_folder(call: Call) -> Response:
    """Rename or move a folder by merge-patch. A `parent` of null is the root."""
    folder_id = call.path["folder_id"]
    record = service.patch_folder(call.scope, folder_id, given(call.body), call.if_match)
    return _answer(call, record)


@routes.delete(
    _ONE,
    permission=Permission.CATALOG_WRITE,
    query=DeleteFolderQuery,
    returns=None,
    status=204,
    errors=(
        refusals.FolderNotFoundError,
        refusals.InvalidCatalogError,
        refusals.NameTakenError,
        refusals.FolderCycleError,
        refusals.FolderTooFullError,
        refusals.InUseError,
        VersionConflictError,
        FenceMovedError,
        LedgerBusyError,
    ),
)
def delete_folder(call: Call) -> Response:
    """Remove a folder.

    One that is not empty is refused, unless `move_to` says where what is in it goes, or `recursive`
    that all folders in it go too and their assets are laid in the trash.
    """
    service.remove_folder(
        call.scope,
        call.path["folder_id"],
        move_to=call.query.move_to,
        recursive=call.query.recursive,
        if_match=call.if_match,
    )
    return Response(status=204)


def _asked_for(call: Call, tree: FolderTree) -> list[Folder]:
    query = call.query
    for folder_id in (query.parent, query.under):
        if folder_id not in (None, "root") and folder_id not in tree.by_id:
            raise refusals.not_found("folder", folder_id)
    if query.parent is not None:
        found = tree.children.get(None if query.parent == "root" else query.parent, [])
    else:
        found = sorted(tree.by_id.values(), key=lambda folder: folder.id)
    if query.under not in (None, "root"):
        below = {folder.id for folder in tree.subtree(query.under)}
        found = [folder for folder in found if folder.id in below]
    if query.path is not None:
        at = tree.find(path_steps(query.path))
        found = [folder for folder in found if folder.id == at]
    return found


def _place(call: Call, folder: Folder) -> tuple[Any, ...]:
    """Return a folder's place in the order of the list."""
    return (folder.id,) if call.query.parent is None else (fold(folder.name), folder.id)


def _answer(
    call: Call, record: Record, *, status: int = 200, location: str | None = None
) -> Response:
    replica = call.scope.replica
    if replica.seq() == 0 or record.updated.seq > replica.seq():
        replica.catch_up()
    tree, assets = load_folders(call.scope), replica.count_assets(by="folder")
    body = present_folder(record, tree, assets)
    return Response(body, status=status, version=record.version, location=location)

"""Operations as steps: checked against the catalog all at once, then carried out on every asset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from muster.assets.links import known_link_type, plan_link
from muster.assets.model import KIND, LINK_KIND, AssetReference, LinkDraft, TypeChange, is_trashed
from muster.assets.plan import plan_change_type, plan_restore, plan_trash, usable_type
from muster.assets.present import Names
from muster.catalog.model import LinkType
from muster.catalog.values import check_fields
from muster.comments.service import plan_comment
from muster.errors import ConflictError, FieldError, InvalidInputError, NotFoundError
from muster.ledger.model import Record
from muster.operations.draft import Around, Draft
from muster.operations.edits import Misfit, Step, edit_step
from muster.operations.model import (
    ChangeType,
    CommentOn,
    DeleteAsset,
    FieldOperation,
    LinkAsset,
    MoveAsset,
    Operation,
    RestoreAsset,
    UnlinkAsset,
)
from muster.operations.refusals import InvalidOperationError
from muster.replica.port import LinkRow


def steps_of(operations: Sequence[Operation], around: Around) -> list[Step]:
    """Return what each operation does to an asset.

    Raises InvalidOperationError with all that is wrong with them whatever the asset: names that
    are not there, values that their fields don't take. `saved` operations are run another time, so
    that what only a run has (an issue) is not missed.
    """
    steps: list[Step] = []
    errors: list[FieldError] = []
    for index, operation in enumerate(operations):
        try:
            steps.append(_step(operation, around))
        except Misfit as misfit:
            at = f"/operations/{index}/{misfit.at}"
            errors.append(FieldError(misfit.code, misfit.detail, at))
    if errors:
        count = f"{len(errors)} operations can't be carried out."
        raise InvalidOperationError(errors[0].detail if len(errors) == 1 else count, errors=errors)
    return steps


def looks_at_links(operations: Iterable[Operation]) -> bool:
    """Tell whether a draft has to know its asset's links."""
    return any(isinstance(each, LinkAsset | UnlinkAsset) for each in operations)


def _step(operation: Operation, around: Around) -> Step:
    if isinstance(operation, FieldOperation):
        return edit_step(operation, around)
    try:
        return _MAKERS[type(operation)](operation, around)
    except (InvalidInputError, NotFoundError, ConflictError) as error:
        first = error.errors[0] if error.errors else FieldError(error.code, error.detail, "/target")
        at = (first.pointer or "/op").removeprefix("/")
        raise Misfit(first.code, first.detail, at) from error


def _move(operation: MoveAsset, around: Around) -> Step:
    folder = operation.folder
    if folder is not None and around.plan.folder(folder) is None:
        words = folder if isinstance(folder, str) else next(iter(folder.given().values()))
        raise Misfit("unknown_folder", f"There is no folder {words!r}.", "folder")
    return lambda draft: draft.set_member("folder", folder)


def _change_type(operation: ChangeType, around: Around) -> Step:
    kind = usable_type(around.catalog, operation.type)
    _, errors = check_fields(
        around.catalog, kind.id, operation.custom_fields, context=around.plan.values, current={}
    )
    if errors:
        at = (errors[0].pointer or "").removeprefix("/")
        raise Misfit(errors[0].code, errors[0].detail, at)
    change = TypeChange(type=kind.id, custom_fields=operation.custom_fields)

    def change_type(draft: Draft) -> None:
        draft.plan()
        draft.put(plan_change_type(around.catalog, draft.record, change, around.plan))

    return change_type


def _link(operation: LinkAsset, around: Around) -> Step:
    target = _end(operation.target, around)
    wanted = LinkDraft(type=operation.type, target=target.id, direction=operation.direction)
    kind = known_link_type(around.catalog, wanted)
    told = _told(around, kind, target.id, outbound=operation.direction == "outbound")

    def link(draft: Draft) -> None:
        draft.require_live()
        source, other = draft.record, target
        if operation.direction == "inbound":
            source, other = other, source
        if not any(_joins(row, kind, source.id, other.id) for row in draft.links):
            draft.link(plan_link(around.catalog, wanted, source, other), told)

    return link


def _end(reference: AssetReference, around: Around) -> Record:
    asset_id = around.resolver.asset_id(reference)
    found = around.scope.replica.get_many(KIND, [asset_id]).get(asset_id)
    if found is None:
        detail = f"There is no asset {asset_id!r}."
        raise Misfit("asset_not_found", detail, "target")
    if is_trashed(found):
        detail = f"{found.body['key']} lies in the trash: restore it first."
        raise Misfit("asset_in_trash", detail, "target")
    return found


def _joins(row: LinkRow, kind: LinkType, source: str, target: str) -> bool:
    ends = (row.source, row.target)
    found = ends == (source, target) or (kind.symmetric and ends == (target, source))
    return row.type == kind.id and found


def _told(around: Around, kind: LinkType, asset_id: str, *, outbound: bool) -> dict[str, Any]:
    phrase = kind.outbound_name if outbound else kind.inbound_name
    asset = Names(around.scope, around.catalog).asset(asset_id) or {"id": asset_id}
    return {"type": kind.name, "name": phrase, "asset": asset}


def _unlink(operation: UnlinkAsset, around: Around) -> Step:
    wanted = LinkDraft(type=operation.type, target="-")
    kind = known_link_type(around.catalog, wanted)
    target = around.resolver.asset_id(operation.target) if operation.target is not None else None

    def unlink(draft: Draft) -> None:
        draft.require_live()
        here = draft.original.id
        found = [row for row in draft.links if row.type == kind.id]
        found = [row for row in found if target is None or target in (row.source, row.target)]
        if operation.direction is not None and not kind.symmetric:
            outbound = operation.direction == "outbound"
            found = [row for row in found if (row.source == here) is outbound]
        stored = around.scope.replica.get_many(LINK_KIND, [row.id for row in found])
        for row in found:
            outbound = row.source == here
            other = row.target if outbound else row.source
            told = _told(around, kind, other, outbound=outbound)
            draft.unlink(row, stored.get(row.id), told)

    return unlink


def _comment(operation: CommentOn, _around: Around) -> Step:
    return lambda draft: draft.comment(plan_comment(draft.record, operation.text))


def _delete(_operation: DeleteAsset, around: Around) -> Step:
    def delete(draft: Draft) -> None:
        draft.plan()
        if not is_trashed(draft.record):
            draft.put(plan_trash(draft.record, around.plan))

    return delete


def _restore(_operation: RestoreAsset, around: Around) -> Step:
    def restore(draft: Draft) -> None:
        draft.plan()
        if is_trashed(draft.record):
            draft.put(plan_restore(around.catalog, draft.record, around.plan))

    return restore


_MAKERS: Mapping[type[Any], Callable[[Any, Around], Step]] = {
    MoveAsset: _move,
    ChangeType: _change_type,
    LinkAsset: _link,
    UnlinkAsset: _unlink,
    CommentOn: _comment,
    DeleteAsset: _delete,
    RestoreAsset: _restore,
}

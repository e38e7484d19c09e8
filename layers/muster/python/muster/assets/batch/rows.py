"""What one row of a batch comes to, on top of what the rows before it have written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from muster.assets import refusals
from muster.assets.batch.model import LinkRowDraft, Operation
from muster.assets.batch.pack import Pack
from muster.assets.decide import Key
from muster.assets.links import plan_link
from muster.assets.model import (
    KIND,
    LINK_KIND,
    AssetDraft,
    AssetPatch,
    AssetReference,
    AssetUpsert,
    Clone,
    Move,
    TypeChange,
    is_trashed,
)
from muster.assets.plan import (
    plan_change_type,
    plan_clone,
    plan_create,
    plan_patch,
    plan_restore,
    plan_trash,
)
from muster.assets.resolve import Resolver
from muster.assets.upsert import match_fence, matched, plan_upsert
from muster.errors import FieldError, InvalidInputError, MusterError
from muster.http.bodies import field_errors
from muster.ids import is_id, new_id
from muster.ledger.model import Delete, Put, Record, Write
from muster.ledger.port import VersionConflictError


class InvalidRowError(InvalidInputError):
    """The row lacks a member that its operation needs, or its body has not the right form."""

    code = "invalid_row"


@dataclass(frozen=True)
class Row:
    """An operation with its place, and the id that its asset gets if it makes one.

    The id is chosen once, so that rows which refer to it hold true when the row is planned again.
    """

    index: int
    operation: Operation
    new_id: str


@dataclass(frozen=True)
class Planned:
    """What a row does; `write` is None where the record holds all that already."""

    kind: str
    id: str
    write: Write | None
    created: bool = False


def rows_of(operations: list[Operation]) -> list[Row]:
    """Return the rows, each with an id to give; ids go up with the rows."""
    return [Row(index, operation, new_id(KIND)) for index, operation in enumerate(operations)]


def plan_row(pack: Pack, row: Row) -> Planned:
    """Return what the row does; raises what the single request would."""
    planned = _PLANS[row.operation.op](pack, row)
    if planned.write is not None:
        pack.add(planned.write)
    return planned


def keys_of(resolver: Resolver, row: Row) -> Iterator[Key]:
    """Yield the records that the row will want to read, as far as they can be told beforehand."""
    operation = row.operation
    if operation.op == "unlink":
        if isinstance(operation.id, str) and is_id(LINK_KIND, operation.id):
            yield LINK_KIND, operation.id
        return
    references: list[AssetReference | None] = [operation.id]
    try:
        if operation.op == "link":
            link = _body(LinkRowDraft, row)
            references += [link.source, link.target]
        if operation.op == "upsert":
            found = matched(resolver, operation.match or "", _body(AssetUpsert, row))
            references.append(found.id if found else None)
    except MusterError:
        return
    for reference in references:
        yield from _key_of(resolver, reference)


def _key_of(resolver: Resolver, reference: AssetReference | None) -> Iterator[Key]:
    if reference is None:
        return
    try:
        yield KIND, resolver.asset_id(reference)
    except MusterError:
        return


def _create(pack: Pack, row: Row) -> Planned:
    draft = _body(AssetDraft, row)
    put = plan_create(pack.seen.catalog, draft, pack.resolver.context(), asset_id=row.new_id)
    return Planned(KIND, put.id, put, created=True)


def _update(pack: Pack, row: Row) -> Planned:
    patch = _body(AssetPatch, row)
    return _change(
        pack,
        row,
        lambda asset: plan_patch(pack.seen.catalog, asset, patch, pack.resolver.context()),
    )


def _upsert(pack: Pack, row: Row) -> Planned:
    draft, match = _body(AssetUpsert, row), row.operation.match
    if match is None:
        raise _lacks("match", "Say what to match on: tag, serial, key or a unique field.")
    resolver = pack.resolver
    found = matched(resolver, match, draft)
    record = _existing(pack, found.id) if found else None
    put = plan_upsert(pack.seen.catalog, record, draft, resolver, asset_id=row.new_id)
    pack.fences |= match_fence(match, pack.seen, found)
    return Planned(KIND, found.id if found else row.new_id, put, created=found is None)


def _delete(pack: Pack, row: Row) -> Planned:
    return _change(pack, row, lambda asset: plan_trash(asset, pack.resolver.context()))


def _restore(pack: Pack, row: Row) -> Planned:
    return _change(
        pack, row, lambda asset: plan_restore(pack.seen.catalog, asset, pack.resolver.context())
    )


def _move(pack: Pack, row: Row) -> Planned:
    patch = AssetPatch(folder=_body(Move, row).folder)
    return _change(
        pack,
        row,
        lambda asset: plan_patch(pack.seen.catalog, asset, patch, pack.resolver.context()),
    )


def _change_type(pack: Pack, row: Row) -> Planned:
    change = _body(TypeChange, row)
    return _change(
        pack,
        row,
        lambda asset: plan_change_type(pack.seen.catalog, asset, change, pack.resolver.context()),
    )


def _clone(pack: Pack, row: Row) -> Planned:
    source = _existing(pack, _asset_id(pack, row))
    clone = _body(Clone, row)
    if clone.copy_links:
        raise _lacks("copy_links", "A batch does not copy links: use :clone, or `link` rows.")
    put = plan_clone(pack.seen.catalog, source, clone, pack.resolver.context(), asset_id=row.new_id)
    return Planned(KIND, put.id, put, created=True)


def _link(pack: Pack, row: Row) -> Planned:
    draft = _body(LinkRowDraft, row)
    here = row.operation.id if row.operation.id is not None else draft.source
    if here is None:
        raise _lacks("id", "Say which asset to link: in `id`, or in the body's `source`.")
    source, target = (
        _live(pack, pack.resolver.asset_id(reference)) for reference in (here, draft.target)
    )
    if draft.direction == "inbound":
        source, target = target, source
    put = plan_link(pack.seen.catalog, draft, source, target)
    return Planned(LINK_KIND, put.id, put, created=True)


def _unlink(pack: Pack, row: Row) -> Planned:
    link_id = row.operation.id
    if not isinstance(link_id, str):
        raise _lacks("id", "Say which link to remove, by its id.")
    record = pack.record(LINK_KIND, link_id)
    if record is None:
        raise refusals.link_not_found(link_id)
    _check_version(row, record)
    return Planned(LINK_KIND, link_id, Delete(record))


_PLANS: Mapping[str, Callable[[Pack, Row], Planned]] = {
    "create": _create,
    "update": _update,
    "upsert": _upsert,
    "delete": _delete,
    "restore": _restore,
    "move": _move,
    "change_type": _change_type,
    "clone": _clone,
    "link": _link,
    "unlink": _unlink,
}


def _change(pack: Pack, row: Row, plan: Callable[[Record], Put | None]) -> Planned:
    record = _existing(pack, _asset_id(pack, row))
    _check_version(row, record)
    return Planned(KIND, record.id, plan(record))


def _asset_id(pack: Pack, row: Row) -> str:
    if row.operation.id is None:
        raise _lacks("id", f"{row.operation.op} needs the asset's id or natural key.")
    return pack.resolver.asset_id(row.operation.id)


def _existing(pack: Pack, asset_id: str) -> Record:
    record = pack.record(KIND, asset_id)
    if record is None and is_id(KIND, asset_id) and (KIND, asset_id) not in pack.read:
        pack.read |= pack.scope.ledger.get_for_write([(KIND, asset_id)])
        record = pack.record(KIND, asset_id)
    if record is None:
        raise refusals.asset_not_found(asset_id)
    return record


def _live(pack: Pack, asset_id: str) -> Record:
    record = _existing(pack, asset_id)
    if is_trashed(record):
        raise refusals.in_trash(record)
    return record


def _check_version(row: Row, record: Record) -> None:
    wanted = row.operation.if_match
    if wanted is not None and wanted != record.version:
        stale: VersionConflictError = refusals.stale(record, wanted, [])
        raise stale


def _body[M: BaseModel](model: type[M], row: Row) -> M:
    try:
        return model.model_validate(row.operation.body)
    except ValidationError as error:
        errors = field_errors(model, row.operation.body, error)
        detail = f"The body is not that of {row.operation.op}."
        raise InvalidRowError(detail, errors=errors) from error


def _lacks(member: str, detail: str) -> InvalidRowError:
    return InvalidRowError(detail, errors=[FieldError("required", detail, f"/{member}")])

"""Links between assets: made, listed, removed. A link is a record with the ids of both ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from muster.assets import refusals
from muster.assets.decide import Key, carry_out, look, settle
from muster.assets.model import KIND, LINK_KIND, LinkDraft, is_trashed, reference_text
from muster.assets.present import Names, present_brief
from muster.assets.resolve import Resolver
from muster.assets.service import asset_key, check_version
from muster.catalog.model import Catalog, LinkType
from muster.errors import FieldError
from muster.ids import is_id, new_id
from muster.ledger.model import Delete, Mark, Put, Record, Tombstone
from muster.ledger.port import MarkTakenError
from muster.replica.port import LinkRow
from muster.scope import Scope


@dataclass(frozen=True)
class Neighbour:
    """A link as one of its ends sees it."""

    link: LinkRow
    outbound: bool
    asset: Record | None


def create_link(scope: Scope, asset_id: str, draft: LinkDraft) -> Record:
    """Link the asset with another.

    Raises AssetNotFoundError, AssetInTrashError, InvalidLinkError (the same asset twice, types that
    the link type does not join) and LinkExistsError.
    """

    def decide(scope: Scope) -> Record:
        seen = look(scope)
        source, target = asset_id, Resolver(scope, seen.catalog).asset_id(draft.target)
        if draft.direction == "inbound":
            source, target = target, source
        keys = {asset_key(source): None, asset_key(target): None}
        ends = scope.ledger.get_for_write(list(keys))
        put = plan_link(seen.catalog, draft, live_end(ends, source), live_end(ends, target))
        return carry_out(scope, [put], seen.unmoved)[LINK_KIND, put.id]

    try:
        return settle(scope, decide)
    except MarkTakenError as taken:
        raise link_exists(taken) from taken


def plan_link(catalog: Catalog, draft: LinkDraft, source: Record, target: Record) -> Put:
    """Return the write that links two assets, checking the link type's rules."""
    kind = known_link_type(catalog, draft)
    if source.id == target.id:
        detail = f"{source.body['key']} can't be linked with itself."
        raise refusals.InvalidLinkError(detail, errors=[FieldError("self_link", detail, "/target")])
    for end, allowed in ((source, kind.source_types), (target, kind.target_types)):
        if allowed and not any(end.body["type"] in catalog.subtypes(t) for t in allowed):
            raise _types_refused(catalog, kind, end)
    body = {"type": kind.id, "source": source.id, "target": target.id}
    return Put(LINK_KIND, new_id(LINK_KIND), body, frozenset({link_mark(kind, body)}))


def link_mark(kind: LinkType, body: Mapping[str, Any]) -> Mark:
    """Return the mark that refuses the same link twice; a symmetric one has no direction."""
    ends = [body["source"], body["target"]]
    if kind.symmetric:
        ends.sort()
    return Mark("link", ":".join([kind.id, *ends]))


def known_link_type(catalog: Catalog, draft: LinkDraft) -> LinkType:
    """Return the draft's link type; raises InvalidLinkError with the nearest name."""
    words = reference_text(draft.type)
    found = catalog.link_type_of(words)
    if found is None:
        known = [kind.name for kind in catalog.link_types.values()]
        detail = f"There is no link type {words!r}{refusals.nearest(words, known)}"
        error = FieldError("unknown_link_type", detail, "/type")
        raise refusals.InvalidLinkError(detail, errors=[error])
    return found


def live_end(read: Mapping[Key, Record | Tombstone], asset_id: str) -> Record:
    """Return an end that was read; raises AssetNotFoundError, AssetInTrashError."""
    record = read.get((KIND, asset_id))
    if not isinstance(record, Record):
        raise refusals.asset_not_found(asset_id)
    if is_trashed(record):
        raise refusals.in_trash(record)
    return record


def link_exists(taken: MarkTakenError) -> refusals.LinkExistsError:
    """Return the refusal of a link that is there already."""
    holder = taken.extra["holder"]
    return refusals.LinkExistsError(
        f"These two assets have this link already: {holder}.", extra={"link": holder}
    )


def link_key(link_id: str) -> Key:
    """Return what the ledger knows the link by; raises LinkNotFoundError for what is no id."""
    if not is_id(LINK_KIND, link_id):
        raise refusals.link_not_found(link_id)
    return LINK_KIND, link_id


def read_link(scope: Scope, link_id: str) -> Record:
    """Return a link; raises LinkNotFoundError."""
    record = scope.ledger.get(*link_key(link_id))
    if record is None:
        raise refusals.link_not_found(link_id)
    return record


def delete_link(scope: Scope, link_id: str, if_match: int | None = None) -> None:
    """Remove a link; raises LinkNotFoundError, VersionConflictError."""
    key = link_key(link_id)
    record = scope.ledger.get_for_write([key]).get(key)
    if not isinstance(record, Record):
        raise refusals.link_not_found(link_id)
    check_version(scope, record, if_match)
    carry_out(scope, [Delete(record)], {})


def links_of(scope: Scope, asset_id: str) -> list[Neighbour]:
    """Return the asset's links, both directions, by id, with what is at the other end.

    Raises AssetNotFoundError.
    """
    scope.replica.catch_up()
    if not scope.replica.get_many(KIND, [asset_id]):
        raise refusals.asset_not_found(asset_id)
    return neighbours(scope, asset_id)


def neighbours(scope: Scope, asset_id: str) -> list[Neighbour]:
    """Return the asset's links as the replica has them, without catching up."""
    return neighbours_of(scope, [asset_id]).get(asset_id, [])


def neighbours_of(scope: Scope, asset_ids: Sequence[str]) -> dict[str, list[Neighbour]]:
    """Return the links of several assets, of those that have any, as the replica has them."""
    rows = scope.replica.links_of(asset_ids)
    assets = scope.replica.get_many(KIND, {end for row in rows for end in (row.source, row.target)})
    here = set(asset_ids)
    found: dict[str, list[Neighbour]] = {}
    for row in rows:
        for end, outbound in ((row.source, True), (row.target, False)):
            if end in here:
                other = assets.get(row.target if outbound else row.source)
                found.setdefault(end, []).append(Neighbour(row, outbound, other))
    return found


def present_neighbour(neighbour: Neighbour, names: Names) -> dict[str, Any]:
    """Return a link as the asset at one end sees it."""
    row, kind = neighbour.link, names.catalog.link_types.get(neighbour.link.type)
    phrase = None
    if kind is not None:
        phrase = kind.outbound_name if neighbour.outbound else kind.inbound_name
    return {
        "id": row.id,
        "version": row.version,
        "type": {"id": row.type, "name": kind.name if kind else None},
        "direction": "outbound" if neighbour.outbound else "inbound",
        "name": phrase,
        "asset": present_brief(neighbour.asset, names) if neighbour.asset else None,
    }


def present_link(record: Record, names: Names) -> dict[str, Any]:
    """Return a link as such: its type and both ends."""
    body = record.body
    kind = names.catalog.link_types.get(body["type"])
    return {
        "id": record.id,
        "version": record.version,
        "type": {"id": body["type"], "name": kind.name if kind else None},
        "source": names.asset(body["source"]) or {"id": body["source"]},
        "target": names.asset(body["target"]) or {"id": body["target"]},
    }


def _types_refused(catalog: Catalog, kind: LinkType, end: Record) -> refusals.InvalidLinkError:
    label = catalog.types[end.body["type"]].label
    detail = f"Link type {kind.name!r} does not join {end.body['key']} of type {label} at this end."
    error = FieldError("link_types", detail, "/target")
    return refusals.InvalidLinkError(detail, errors=[error])

"""What else names an asset, and its removal for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from muster.assets import refusals
from muster.assets.decide import Look, carry_out, look, settle
from muster.assets.links import Neighbour, neighbours
from muster.assets.model import LINK_KIND, is_trashed
from muster.assets.present import Names, present_brief
from muster.assets.service import asset_key, check_version
from muster.catalog.model import Catalog, FieldKind
from muster.ledger.model import Delete, Record, Write
from muster.replica.port import AssetQuery
from muster.scope import Scope

MOST_SHOWN = 50
_COMMENT_KIND = "comment"
# A link's Delete takes three of a commit's hundred actions; the rest leaves room for the asset.
_AT_ONCE = 25


@dataclass(frozen=True)
class Referrer:
    """An asset that names another in a reference field."""

    field: str
    asset: Record


def referrers(
    scope: Scope, catalog: Catalog, asset_ids: Sequence[str], *, limit: int = MOST_SHOWN
) -> Iterator[tuple[str, Referrer]]:
    """Yield what names these assets in a reference field, with the id of the one that is named.

    Asks the replica as it stands, once per reference field. Trashed assets don't count.
    """
    wanted = set(asset_ids)
    for name, definition in catalog.fields.items():
        if definition.kind is not FieldKind.REFERENCE:
            continue
        query = AssetQuery(equals={name: list(asset_ids)}, limit=limit)
        for record in scope.replica.find_assets(query).items:
            value = record.body["fields"][name]
            for named in wanted.intersection(value if isinstance(value, list) else [value]):
                yield named, Referrer(name, record)


def what_links_here(scope: Scope, asset_id: str) -> dict[str, Any]:
    """Return the untrashed assets that are linked with this one or name it in a field.

    For the answer to a delete: a warning, from the replica as it stands. At most `MOST_SHOWN`.
    """
    catalog = look(scope).catalog
    linked = [n for n in neighbours(scope, asset_id) if n.asset and not is_trashed(n.asset)]
    naming = [referrer for _, referrer in referrers(scope, catalog, [asset_id])]
    shown = [n.asset for n in linked if n.asset] + [r.asset for r in naming]
    names = Names(scope, catalog)
    items = [_via_link(n, names) for n in linked] + [_via_field(r, names) for r in naming]
    return {"count": len(shown), "items": items[:MOST_SHOWN]}


def purge_asset(
    scope: Scope, asset_id: str, if_match: int | None = None, *, force: bool = False
) -> dict[str, Any]:
    """Remove an asset that lies in the trash, with its links and comments; its history stays.

    Returns how many went with it. Raises AssetNotInTrashError; AssetReferencedError where
    other assets name it in a field, unless `force` says to leave those values pointing nowhere.
    More than fit in one commit go in commits before, so a purge that is cut short leaves the
    asset in the trash with fewer links and comments, never one that belongs to nothing.
    """
    removed: Counter[str] = Counter()
    gone = False
    while not gone:
        went = settle(scope, lambda scope: _purge(scope, asset_id, if_match, force=force))
        removed.update(record.kind for record in went)
        gone = len(went) < _AT_ONCE
        # The Idempotency-Key went with the first commit.
        scope = replace(scope, request=None)
    return {
        "links_removed": removed[LINK_KIND],
        "comments_removed": removed[_COMMENT_KIND],
    }


def _purge(scope: Scope, asset_id: str, if_match: int | None, *, force: bool) -> list[Record]:
    """Remove `_AT_ONCE` links and comments, or fewer and with them the asset; return which."""
    key = asset_key(asset_id)
    record = scope.ledger.get_for_write([key]).get(key)
    if not isinstance(record, Record):
        raise refusals.asset_not_found(asset_id)
    check_version(scope, record, if_match)
    if not is_trashed(record):
        raise refusals.not_in_trash(record)
    scope.replica.catch_up()
    seen = look(scope)
    if not force:
        _check_unreferenced(scope, seen, record)
    belongings = _belongings(scope, asset_id)
    writes: list[Write] = [Delete(each) for each in belongings]
    if len(belongings) < _AT_ONCE:
        writes.append(Delete(record))
    carry_out(scope, writes, {"links": seen.seq, "comments": seen.seq})
    return belongings


def _belongings(scope: Scope, asset_id: str) -> list[Record]:
    """Read from the ledger as many links and comments of the asset as a commit takes."""
    keys = [(LINK_KIND, row.id) for row in scope.replica.links_of([asset_id])]
    comments = scope.replica.comments_of(asset_id, limit=_AT_ONCE).items
    keys += [(_COMMENT_KIND, comment.id) for comment in comments]
    if not keys:
        return []
    read = scope.ledger.get_for_write(keys[:_AT_ONCE])
    return [record for record in read.values() if isinstance(record, Record)]


def _check_unreferenced(scope: Scope, seen: Look, record: Record) -> None:
    naming = [r for _, r in referrers(scope, seen.catalog, [record.id])]
    if not naming:
        return
    names = Names(scope, seen.catalog)
    raise refusals.AssetReferencedError(
        f"{len(naming)} assets name {record.body['key']} in a field: change them, or use force.",
        extra={"referenced_from": [_via_field(r, names) for r in naming]},
    )


def _via_link(neighbour: Neighbour, names: Names) -> dict[str, Any]:
    assert neighbour.asset is not None
    kind = names.catalog.link_types.get(neighbour.link.type)
    return {
        **present_brief(neighbour.asset, names),
        "via": {"link": neighbour.link.id, "name": kind.name if kind else None},
    }


def _via_field(referrer: Referrer, names: Names) -> dict[str, Any]:
    return {**present_brief(referrer.asset, names), "via": {"field": referrer.field}}

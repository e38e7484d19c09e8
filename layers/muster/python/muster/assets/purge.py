"""What else names an asset, and its removal for good."""

from __future__ import annotations

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
# A link's Delete takes three of a commit's hundred actions; the rest leaves room for the asset.
_LINKS_A_COMMIT = 25


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
    """Remove an asset that lies in the trash, with the links at it; its history stays.

    Returns how many links went with it. Raises AssetNotInTrashError; AssetReferencedError where
    other assets name it in a field, unless `force` says to leave those values pointing nowhere.
    More links than fit in one commit go in commits before, so a purge that is cut short leaves the
    asset in the trash with fewer links, never a link to nothing.
    """
    removed = 0
    left = _LINKS_A_COMMIT
    while left == _LINKS_A_COMMIT:
        left = settle(scope, lambda scope: _purge(scope, asset_id, if_match, force=force))
        removed += left
        # The Idempotency-Key went with the first commit.
        scope = replace(scope, request=None)
    return {"links_removed": removed}


def _purge(scope: Scope, asset_id: str, if_match: int | None, *, force: bool) -> int:
    """Remove `_LINKS_A_COMMIT` links, or fewer and with them the asset; return how many links."""
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
    links = _links_at(scope, asset_id)
    writes: list[Write] = [Delete(link) for link in links]
    if len(links) < _LINKS_A_COMMIT:
        writes.append(Delete(record))
    carry_out(scope, writes, {"links": seen.seq})
    return len(links)


def _links_at(scope: Scope, asset_id: str) -> list[Record]:
    """Read from the ledger as many links at the asset as a commit takes."""
    rows = scope.replica.links_of([asset_id])[:_LINKS_A_COMMIT]
    if not rows:
        return []
    read = scope.ledger.get_for_write([(LINK_KIND, row.id) for row in rows])
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

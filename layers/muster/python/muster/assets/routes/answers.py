"""How the views of assets answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from muster.assets.decide import look
from muster.assets.links import neighbours_of, present_neighbour
from muster.assets.present import Names, present_asset
from muster.catalog.model import Catalog
from muster.http.routing import Call, Response
from muster.ledger.model import Record


def names_for(call: Call, records: Sequence[Record] = ()) -> Names:
    """Return the names to present these records with, from the replica as it stands.

    Where that is behind and a record's type or field is unknown to it, it catches up.
    """
    catalog = look(call.scope).catalog
    stands = call.scope.replica.seq()
    if any(r.updated.seq > stands and not _is_known(catalog, r) for r in records):
        call.scope.replica.catch_up()
        catalog = look(call.scope).catalog
    return Names(call.scope, catalog, records)


def _is_known(catalog: Catalog, record: Record) -> bool:
    return record.body["fields"].keys() <= catalog.fields_of(record.body["type"]).keys() and (
        record.body["type"] in catalog.types
    )


def asset_response(call: Call, record: Record, *, status: int = 200, **more: Any) -> Response:
    """Answer with one asset."""
    body = present_asset(record, names_for(call, [record])) | more
    location = f"/v1/assets/{record.id}" if status == 201 else None  # noqa: PLR2004 - Created
    return Response(body, status=status, version=record.version, location=location)


def links_by_asset(call: Call, records: Iterable[Record], names: Names) -> dict[str, Any]:
    """Return the presented links of each asset, for `expand=links`."""
    found = neighbours_of(call.scope, [record.id for record in records])
    return {
        asset_id: [present_neighbour(neighbour, names) for neighbour in neighbours]
        for asset_id, neighbours in found.items()
    }

"""How the views of assets answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from muster.assets.decide import look
from muster.assets.links import neighbours_of, present_neighbour
from muster.assets.present import Names, present_asset
from muster.catalog.model import Catalog
from muster.files.records import known_files, present_image
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


def expansion(call: Call, records: Sequence[Record], names: Names) -> dict[str, dict[str, Any]]:
    """Return, by asset, the members that `expand` asks for, from the replica as it stands."""
    more: dict[str, dict[str, Any]] = {record.id: {} for record in records}
    if "links" in call.query.expand:
        found = neighbours_of(call.scope, [record.id for record in records])
        for record in records:
            linked = found.get(record.id, ())
            more[record.id]["links"] = [present_neighbour(each, names) for each in linked]
    if "images" in call.query.expand:
        wanted = {image for record in records for image in record.body.get("images", ())}
        files = known_files(call.scope, wanted)
        for record in records:
            images = [(image, files.get(image)) for image in record.body.get("images", ())]
            more[record.id]["images"] = [present_image(call.scope, *each) for each in images]
    return more

"""The writes that bring the catalog to where a plan needs it, in an order that never dangles."""

from __future__ import annotations

from muster.catalog.puts import field_put, type_put
from muster.ledger.model import Put
from muster.scope import Scope
from muster.transfer.schema import Schema


def catalog_writes(scope: Scope, schema: Schema) -> list[Put]:
    """Return the writes: fields first, since types place them."""
    fields = {record.id: record for record in scope.replica.records("field_type")}
    types = {record.id: record for record in scope.replica.records("asset_type")}
    return [
        *(field_put(each, fields.get(each.id)) for each in schema.touched_fields.values()),
        *(type_put(each, types.get(each.id)) for each in schema.touched_types.values()),
    ]

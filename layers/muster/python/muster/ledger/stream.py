"""Reads commits from the records of the ledger table's stream."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from muster.access.model import TenantId
from muster.ledger import keys, wire
from muster.ledger.items import CommitItem
from muster.ledger.model import Commit
from muster.ledger.objects import Objects
from muster.ledger.packed import Packer


def commit_of(
    record: Mapping[str, Any], objects_of: Callable[[TenantId], Objects]
) -> tuple[TenantId, Commit] | None:
    """Return the commit that a stream record tells of, and whose it is; None for other items.

    `objects_of` gives a tenant's objects, where the changes of a large commit lie.
    """
    image = record["dynamodb"].get("NewImage")
    if image is None or record["eventName"] != "INSERT":
        return None
    place = keys.place_of_commit(image[keys.PARTITION]["S"], image[keys.SORT]["S"])
    if place is None:
        return None
    tenant, seq = place
    item = CommitItem.from_raw_data({name: _decoded(value) for name, value in image.items()})
    actor, reason = wire.why_of(item.why)
    changes = wire.changes_of(Packer(objects_of(tenant)).load(item.changes))
    return tenant, Commit(seq, wire.time_of(item.at), actor, reason, changes)


def _decoded(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return an attribute's value with bytes as bytes: an event, being JSON, has them in Base64."""
    if "B" in value and isinstance(value["B"], str):
        return {"B": base64.b64decode(value["B"])}
    return dict(value)

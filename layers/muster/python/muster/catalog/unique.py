"""Making a field unique that assets hold values of already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from muster.catalog import refusals
from muster.catalog.model import Catalog, FieldType
from muster.catalog.values import value_marks
from muster.ledger.model import Mark, Put, Record, Write
from muster.ledger.packing import pack
from muster.ledger.port import FenceMovedError, MarkTakenError, VersionConflictError
from muster.replica.port import AssetQuery, Sort
from muster.scope import Scope

_PAGE = 500
MOST_CLAIMED = 5_000


def claim_values(scope: Scope, catalog: Catalog, field: FieldType) -> None:
    """Give every asset whose type has the field the marks of its values.

    `catalog` is as it will be. The commit that makes it so comes after, and requires that no asset
    was written since; if one was, all of this is decided again, and only what is not claimed yet
    is claimed. A claim that is left behind by a refusal goes with the asset's next change.
    Raises DuplicateValuesError, TooManyToMarkError.
    """
    in_use = scope.replica.field_in_use(field.name)
    if in_use > MOST_CLAIMED:
        raise refusals.TooManyToMarkError(
            f"{in_use:,} assets hold a value of {field.name}, and up to {MOST_CLAIMED:,} values "
            "can become unique. Make a new unique field and import the values into it.",
            extra={"assets": in_use},
        )
    if in_use:
        # An Idempotency-Key goes with the commit that this prepares.
        claiming = replace(scope, request=None)
        puts = _claims(field, list(_holding(scope, catalog, field.name)))
        for writes in pack([put] for put in puts):
            _claim(claiming, field, writes)


def _holding(scope: Scope, catalog: Catalog, name: str) -> Iterator[Record]:
    """Yield the untrashed assets that hold a value of the field where their type has it."""
    types = tuple(t for t in catalog.types if name in catalog.fields_of(t))
    after = None
    while types:
        query = AssetQuery(types=types, sort=(Sort("key"),), limit=_PAGE, after=after)
        page = scope.replica.find_assets(query)
        yield from (record for record in page.items if name in record.body.get("fields", {}))
        after = page.next
        if after is None:
            return


def _claims(field: FieldType, records: Sequence[Record]) -> list[Put]:
    holders: dict[Mark, list[str]] = {}
    puts: list[Put] = []
    for record in records:
        marks = frozenset(value_marks(field, record.body["fields"][field.name]))
        for mark in marks:
            holders.setdefault(mark, []).append(record.id)
        if not marks <= record.marks:
            puts.append(Put("asset", record.id, record.body, record.marks | marks, before=record))
    shared = {mark.value: ids for mark, ids in holders.items() if len(ids) > 1}
    if shared:
        first, ids = next(iter(shared.items()))
        raise refusals.DuplicateValuesError(
            f"{len(shared)} values of {field.name} are held by several assets, such as {first!r}.",
            extra={"candidates": ids[:20], "value": first, "values": len(shared)},
        )
    return puts


def _claim(scope: Scope, field: FieldType, writes: Sequence[Write]) -> None:
    try:
        scope.commit(writes)
    except VersionConflictError as moved:
        # An asset was written since the replica saw it: all is decided anew.
        raise FenceMovedError(moved.detail, extra=moved.extra) from moved
    except MarkTakenError as taken:
        value, holder = taken.extra["value"], taken.extra["holder"]
        raise refusals.DuplicateValuesError(
            f"The value {value!r} of {field.name} is held by another asset as well.",
            extra={"candidates": [holder], "value": value, "values": 1},
        ) from taken

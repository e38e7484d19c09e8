"""The shape of each item of the ledger's table.

The models describe, write and read items; the calls are DynamoLedger's, over a client that is
bound to its tenant, since a model's connection would be shared between tenants.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pynamodb.attributes import Attribute, BinaryAttribute, BooleanAttribute, UnicodeAttribute
from pynamodb.constants import MAP, NUMBER
from pynamodb.models import Model

type RawItem = Mapping[str, Mapping[str, Any]]


class IntegerAttribute(Attribute[int]):
    """A whole number; PynamoDB's own is a float."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        """Return the digits."""
        return str(value)

    def deserialize(self, value: str) -> int:
        """Return the number."""
        return int(value)


class IntegersAttribute(Attribute[dict[str, int]]):
    """Whole numbers by name."""

    attr_type = MAP

    def serialize(self, value: Mapping[str, int]) -> dict[str, dict[str, str]]:
        """Return a map of numbers."""
        return {name: {NUMBER: str(number)} for name, number in value.items()}

    def deserialize(self, value: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
        """Return the numbers."""
        return {name: int(number[NUMBER]) for name, number in value.items()}


class _Item(Model):
    class Meta:
        table_name = "ledger"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class HeadItem(_Item):
    """A tenant's newest commit: `last` is its id, `numbers` the last number given by sequence."""

    seq = IntegerAttribute()
    at = UnicodeAttribute()
    last = UnicodeAttribute()
    fences = IntegersAttribute()
    numbers = IntegersAttribute()


class CommitItem(_Item):
    """One commit. `id` is its writer's own, by which it knows the commit again."""

    id = UnicodeAttribute()
    at = UnicodeAttribute()
    why = UnicodeAttribute()
    changes = BinaryAttribute(legacy_encoding=False)


class RecordItem(_Item):
    """The newest version of a record, or its tombstone, which has neither body nor marks."""

    kind = UnicodeAttribute()
    id = UnicodeAttribute()
    version = IntegerAttribute()
    stamps = UnicodeAttribute()
    body = BinaryAttribute(legacy_encoding=False, null=True)
    marks = BinaryAttribute(legacy_encoding=False, null=True)
    deleted = BooleanAttribute(null=True)


class HistoryItem(_Item):
    """A record's step in one commit."""

    at = UnicodeAttribute()
    why = UnicodeAttribute()
    step = BinaryAttribute(legacy_encoding=False)


class MarkItem(_Item):
    """A unique value, and who holds it."""

    kind = UnicodeAttribute()
    holder = UnicodeAttribute()


class RequestItem(_Item):
    """An Idempotency-Key that was used; `ttl` is in epoch seconds."""

    payload_hash = UnicodeAttribute()
    seq = IntegerAttribute()
    at = UnicodeAttribute()
    ttl = IntegerAttribute()
    response = BinaryAttribute(legacy_encoding=False, null=True)

"""Finds the assets that rows mean, many rows with one question to the replica."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import batched
from typing import Any

from muster.ledger.model import Record
from muster.replica.port import AssetQuery, Replica, Sort
from muster.text import fold
from muster.transfer.model import BUILT_IN

_VALUES_AT_ONCE = 500
_PAGE = 1_000


class AssetLookup:
    """Looks in the replica as it stands. Assets in the trash are not found."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica

    def by_value(self, target: str, values: Iterable[Any]) -> Mapping[str, list[Record]]:
        """Return the assets whose built-in or dotted field is one of the values, by `folded`."""
        found: dict[str, list[Record]] = defaultdict(list)
        for some in batched(dict.fromkeys(values), _VALUES_AT_ONCE, strict=False):
            for record in self._records(target, some):
                found[folded(value_of(record, target))].append(record)
        return found

    def by_id(self, ids: Iterable[str]) -> Mapping[str, Record]:
        """Return those of the assets that exist."""
        return self._replica.get_many("asset", ids)

    def _records(self, target: str, values: tuple[Any, ...]) -> Iterator[Record]:
        after = None
        while True:
            query = AssetQuery(
                equals={target: values}, sort=(Sort("created_at"),), limit=_PAGE, after=after
            )
            page = self._replica.find_assets(query)
            yield from page.items
            if page.next is None:
                return
            after = page.next


def value_of(record: Record, target: str) -> Any:
    """Return an asset's value of a target, as it is stored."""
    if target in BUILT_IN:
        return record.body.get(target)
    return record.body.get("fields", {}).get(target)


def folded(value: Any) -> str:
    """Return a value as it is compared."""
    return fold(str(value))

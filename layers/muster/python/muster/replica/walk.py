"""All records of a kind, one after the other, with a page of them in memory."""

from __future__ import annotations

from collections.abc import Iterator

from muster.ledger.model import Record
from muster.replica.port import Replica

_PAGE = 500


def every(replica: Replica, kind: str, *, descending: bool = False) -> Iterator[Record]:
    """Yield the records in id order, as the replica has them page by page."""
    after: str | None = None
    while True:
        page = replica.page_of(kind, limit=_PAGE, after=after, descending=descending)
        yield from page.items
        if page.next is None:
            return
        after = str(page.next[0])

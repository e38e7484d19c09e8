"""The head of a tenant's ledger as it was last seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from muster.ledger import refusals, wire
from muster.ledger.items import HeadItem, RawItem
from muster.ledger.model import Head

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class HeadState:
    """The newest commit's number, time and id; the fences; the last number given by sequence."""

    seq: int = 0
    at: datetime = _BEGINNING
    last: str = ""
    fences: Mapping[str, int] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: RawItem | None) -> Self:
        """Return what the head item says; a tenant without one has no commits."""
        if raw is None:
            return cls()
        item = HeadItem.from_raw_data(dict(raw))
        return cls(item.seq, wire.time_of(item.at), item.last, item.fences, item.numbers)

    @property
    def head(self) -> Head:
        """What others may know of it."""
        return Head(self.seq, self.fences, self.numbers)

    def require_unmoved(self, unmoved: Mapping[str, int]) -> None:
        """Raise FenceMovedError for a fence that a later commit touched.

        A commit is written only while the head is this one, so that asking here is enough. Fences
        never go back: what moved on a head that is out of date has moved.
        """
        for fence, seq in unmoved.items():
            if self.fences.get(fence, 0) > seq:
                raise refusals.fence_moved(fence, self.fences[fence])

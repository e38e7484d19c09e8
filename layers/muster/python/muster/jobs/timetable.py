"""What is to happen by itself: which records listen to changes, and what is due when.

An index of what sequences, scheduled searches and jobs that wait say, kept by who reads the
ledger's stream, so that neither a commit nor a minute has to look through a tenant's records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class Listener:
    """A record that listens to changes. Triggers are as in its body."""

    record: str
    """Its id, which tells its kind."""
    version: int
    triggers: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Due:
    """A schedule's next time. `version` is the record's from which it was worked out."""

    at: datetime
    """A whole minute, in UTC."""
    tenant: str
    record: str
    """The id of what has the schedule, which tells its kind."""
    version: int
    number: int
    """Which of the record's schedules, from 0."""


class Timetable(Protocol):
    """The timetable of all tenants. `DynamoTimetable` and `MemoryTimetable` answer alike."""

    def keep(self, tenant: str, listener: Listener, dues: Sequence[Due]) -> None:
        """Keep what a version of a record says, unless a newer one was kept already.

        One that has no triggers is remembered by its version, so that no older one comes after it.
        """
        ...

    def listeners(self, tenant: str) -> list[Listener]:
        """Return what of the tenant has triggers, by id."""
        ...

    def add(self, due: Due) -> None:
        """Note one more time; noted twice it is there once."""
        ...

    def due(self, now: datetime) -> list[Due]:
        """Return what is due up to the minute of `now`, oldest first."""
        ...

    def move(self, due: Due, following: datetime | None) -> None:
        """Take what was due away, and put its next time in its place, if there is one."""
        ...


class MemoryTimetable:
    """In memory, for tests."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Listener] = {}
        self._dues: set[Due] = set()

    def keep(self, tenant: str, listener: Listener, dues: Sequence[Due]) -> None:
        """Keep what a version of a record says."""
        before = self._kept.get((tenant, listener.record))
        if before is None or before.version < listener.version:
            self._kept[tenant, listener.record] = listener
            self._dues |= set(dues)

    def listeners(self, tenant: str) -> list[Listener]:
        """Return what of the tenant has triggers."""
        kept = sorted(self._kept.items())
        return [each for (whose, _), each in kept if whose == tenant and each.triggers]

    def add(self, due: Due) -> None:
        """Note one more time."""
        self._dues.add(due)

    def due(self, now: datetime) -> list[Due]:
        """Return what is due."""
        order = sorted(self._dues, key=lambda d: (d.at, d.tenant, d.record, d.version, d.number))
        return [each for each in order if each.at <= now]

    def move(self, due: Due, following: datetime | None) -> None:
        """Take what was due away, and put its next time in its place."""
        self._dues.discard(due)
        if following is not None:
            self._dues.add(Due(following, due.tenant, due.record, due.version, due.number))

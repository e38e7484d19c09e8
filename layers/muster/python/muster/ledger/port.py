"""What the rest of Muster may ask of a ledger. `DynamoLedger` and `MemoryLedger` answer alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from muster.errors import ConflictError, PreconditionFailedError, TransientError
from muster.ledger.model import (
    Actor,
    Commit,
    Head,
    HistoryEntry,
    Mark,
    Past,
    Reason,
    Record,
    RequestMark,
    Tombstone,
    Write,
)


class VersionConflictError(PreconditionFailedError):
    """A record was changed since it was read. `extra` has kind, id and `current_version`."""

    code = "version_conflict"


class MarkTakenError(ConflictError):
    """A unique value is held by another record.

    `extra` has constraint, value, `holder` (its id) and `holder_kind`.
    """

    code = "value_taken"


class FenceMovedError(ConflictError):
    """What the commit was decided on has changed meanwhile: read again and decide again.

    Use cases catch it and decide again; a caller sees it only after several
    rounds.
    """

    code = "changed_meanwhile"


class RequestSeenError(ConflictError):
    """This Idempotency-Key has committed already. `extra` has `seq` and `payload_hash`."""

    code = "idempotency_key_seen"


class LedgerBusyError(TransientError):
    """The tenant's head stayed contended through all retries; nothing was written."""

    code = "ledger_busy"


class TooManyWritesError(ConflictError):
    """One commit can't hold this much: at most 100 actions and 4 MB."""

    code = "commit_too_large"


@dataclass(frozen=True)
class SeenRequest:
    """What is kept of an Idempotency-Key: the commit that took it, and its response once stored."""

    payload_hash: str
    seq: int
    at: datetime
    response: bytes | None


class Ledger(Protocol):
    """One tenant's ledger. Every read is strongly consistent.

    The tenant is the object's own, so no method takes one.
    """

    def get(self, kind: str, record_id: str) -> Record | None:
        """Return the record, or None when it is absent or deleted. One call."""
        ...

    def get_for_write(
        self, keys: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Record | Tombstone]:
        """Return those of up to 90 records that exist, or their tombstones.

        One call (BatchGetItem), also for no keys at all: the head is read with them and remembered,
        so that the commit that follows needs one call more.
        """
        ...

    def commit(
        self,
        writes: Sequence[Write],
        *,
        actor: Actor,
        reason: Reason,
        unmoved: Mapping[str, int] | None = None,
        request: RequestMark | None = None,
    ) -> Commit:
        """Write all of it or nothing, as the tenant's next commit.

        `unmoved` maps fences to the sequence number at which the caller looked: the commit is
        refused if a later commit touched that fence. Renumbers and retries by itself while only the
        head moved.

        Raises VersionConflictError, MarkTakenError, FenceMovedError, RequestSeenError,
        TooManyWritesError, LedgerBusyError.
        """
        ...

    def replay(
        self,
        writes: Sequence[Write],
        *,
        actor: Actor,
        reason: Reason,
        past: Past,
        unmoved: Mapping[str, int] | None = None,
    ) -> Commit:
        """Write as `commit` does, at a time that is over: for the log of another ledger.

        The commit, its history and its stamps have the time of `past`, and its sequences go on
        behind the numbers there. Commits after it are not moved back: none is earlier than the
        latest time in the log. A moment in time picks out the same past of each record as long as
        what is replayed was not in this ledger before.
        """
        ...

    def holders(self, marks: Sequence[Mark]) -> Mapping[Mark, tuple[str, str]]:
        """Return who holds those of up to 100 unique values that are held: kind and id. One call,
        none for no marks. A commit checks by itself; this is for looking before.
        """
        ...

    def cost(self, write: Write) -> int:
        """Return how many of a commit's 100 actions this write takes (head and commit take 2)."""
        ...

    def head(self) -> Head:
        """Return the head as it is now. One call."""
        ...

    def commits_after(self, seq: int) -> Iterable[Commit]:
        """Yield commits in order after `seq`, page by page; one call when there are none."""
        ...

    def history(
        self, kind: str, record_id: str, *, before: int | None = None, limit: int = 50
    ) -> list[HistoryEntry]:
        """Return a record's history, newest first, in one call.

        `before` is the sequence number to go on from.
        """
        ...

    def get_at(self, kind: str, record_id: str, moment: int | datetime) -> Record | None:
        """Return the record as it was after commit `moment`, or at that time (inclusive)."""
        ...

    def seen_request(self, key: str) -> SeenRequest | None:
        """Return what is kept of an Idempotency-Key, for 24 hours."""
        ...

    def keep_response(self, key: str, response: bytes) -> None:
        """Store the response that a retry of this Idempotency-Key gets."""
        ...

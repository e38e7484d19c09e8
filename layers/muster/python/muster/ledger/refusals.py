"""Words for the ledger's refusals, so that every implementation gives the same ones."""

from __future__ import annotations

from muster.ledger.model import Mark
from muster.ledger.port import (
    FenceMovedError,
    LedgerBusyError,
    MarkTakenError,
    RequestSeenError,
    TooManyWritesError,
    VersionConflictError,
)

MAX_ACTIONS = 100
MAX_BYTES = 4 * 1024 * 1024


def version_conflict(kind: str, record_id: str, current: int | None) -> VersionConflictError:
    """Say that a record isn't at the version that was read; `current` is None when it is absent."""
    return VersionConflictError(
        f"The {kind} {record_id} was changed since it was read: read it again.",
        extra={"kind": kind, "id": record_id, "current_version": current},
    )


def mark_taken(mark: Mark, holder_kind: str, holder: str) -> MarkTakenError:
    """Say who holds a unique value."""
    return MarkTakenError(
        f"The value {mark.value!r} is held by the {holder_kind} {holder}: use another one.",
        extra={
            "constraint": mark.constraint,
            "value": mark.value,
            "holder": holder,
            "holder_kind": holder_kind,
        },
    )


def fence_moved(fence: str, seq: int) -> FenceMovedError:
    """Say that a later commit touched what was decided on."""
    return FenceMovedError(
        f"Something among the tenant's {fence} was changed meanwhile, in commit {seq}: try again.",
        extra={"fence": fence, "seq": seq},
    )


def request_seen(key: str, seq: int, payload_hash: str) -> RequestSeenError:
    """Say that an Idempotency-Key has been used."""
    return RequestSeenError(
        f"The Idempotency-Key {key!r} has been used in commit {seq}.",
        extra={"seq": seq, "payload_hash": payload_hash},
    )


def too_many_actions(actions: int) -> TooManyWritesError:
    """Say that a commit takes more than a transaction's actions."""
    return TooManyWritesError(
        f"The change takes {actions} actions, and one commit holds {MAX_ACTIONS}: split it.",
        extra={"actions": actions, "max_actions": MAX_ACTIONS},
    )


def too_many_bytes(size: int) -> TooManyWritesError:
    """Say that a commit is larger than a transaction may be."""
    return TooManyWritesError(
        f"The change takes {size} bytes, and one commit holds {MAX_BYTES}: split it.",
        extra={"bytes": size, "max_bytes": MAX_BYTES},
    )


def busy(rounds: int) -> LedgerBusyError:
    """Say that others kept being first."""
    return LedgerBusyError(
        f"Others kept writing first, {rounds} times over; nothing was written: try again shortly."
    )

"""Use cases of sequences: made, looked at, changed, removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from muster.access.model import Permission
from muster.assets.decide import look
from muster.assets.resolve import Resolver
from muster.errors import FieldError
from muster.ids import new_id
from muster.jobs.cron import check_zone
from muster.ledger.model import Record
from muster.operations.decide import make_ready
from muster.operations.model import RunContext
from muster.operations.refusals import InvalidOperationError
from muster.ownership import Owned
from muster.scope import Scope
from muster.sequences.asked import SequenceDraft, SequencePatch, dumped
from muster.sequences.checks import ScheduleCheck, TriggerCheck
from muster.sequences.model import KIND
from muster.sequences.refusals import (
    InvalidSequenceError,
    PublicSequenceError,
    SequenceNameTakenError,
    SequenceNotFoundError,
)

_JOBS_LOOKED_AT = 500

SEQUENCES = Owned(
    KIND,
    "sequence",
    Permission.CATALOG_WRITE,
    InvalidSequenceError,
    SequenceNotFoundError,
    SequenceNameTakenError,
    PublicSequenceError,
)


def create_sequence(scope: Scope, draft: SequenceDraft) -> Record:
    """Save a sequence; the caller owns it.

    Raises InvalidSequenceError, SequenceNameTakenError, PublicSequenceError.
    """
    return SEQUENCES.create(
        scope, new_id(KIND), lambda scope, _: _body(scope, draft, scope.actor.id)
    )


def read_sequence(scope: Scope, sequence_id: str) -> Record:
    """Return a sequence that the caller may see. One call. Raises SequenceNotFoundError."""
    return SEQUENCES.read(scope, sequence_id)


def list_sequences(scope: Scope) -> list[Record]:
    """Return the sequences that the caller may see, oldest first."""
    return SEQUENCES.every(scope)


def last_run(scope: Scope, sequence_id: str) -> Record | None:
    """Return the newest job of a sequence among the tenant's last 500 jobs."""
    scope.replica.catch_up()
    page = scope.replica.page_of("job", limit=_JOBS_LOOKED_AT, descending=True)
    runs = (each for each in page.items if _sequence_of(each) == sequence_id)
    # Ids that follow from a cause tell the millisecond, and no order within it.
    return max(runs, key=lambda each: each.created.seq, default=None)


def patch_sequence(
    scope: Scope, sequence_id: str, patch: SequencePatch, if_match: int | None = None
) -> Record:
    """Change a sequence by merge-patch.

    Raises SequenceNotFoundError, InvalidSequenceError, SequenceNameTakenError,
    PublicSequenceError, VersionConflictError.
    """
    given = dumped(patch)

    def plan(scope: Scope, before: Record | None) -> dict[str, Any]:
        assert before is not None
        draft = SEQUENCES.merged(SequenceDraft, before.body, given)
        return _body(scope, draft, before.body["owner"])

    return SEQUENCES.change(scope, sequence_id, plan, if_match)


def delete_sequence(scope: Scope, sequence_id: str, if_match: int | None = None) -> None:
    """Remove a sequence; its history and what it did stay.

    Raises SequenceNotFoundError, PublicSequenceError, VersionConflictError.
    """
    SEQUENCES.delete(scope, sequence_id, if_match)


def _sequence_of(job: Record) -> Any:
    return (job.body.get("parameters") or {}).get("sequence")


def _body(scope: Scope, draft: SequenceDraft, owner: str) -> dict[str, Any]:
    """Return the record's body; raises InvalidSequenceError for all that is wrong at once."""
    resolver = Resolver(scope, look(scope).catalog)
    zone = draft.time_zone or scope.time_zone
    triggers, schedules = TriggerCheck(resolver), ScheduleCheck(resolver, zone)
    body: dict[str, Any] = {
        "name": draft.name,
        "visibility": draft.visibility,
        "owner": owner,
        "operations": [dumped(each) for each in draft.operations],
        "ignore_errors": draft.ignore_errors,
        "enabled": draft.enabled,
        "time_zone": zone,
        "triggers": triggers.kept(draft.triggers),
        "schedules": schedules.kept(draft.schedules),
    }
    if draft.description is not None:
        body["description"] = draft.description
    errors = [
        *_operation_errors(scope, draft, zone),
        *triggers.errors,
        *_zone_errors(draft),
        *schedules.errors,
        *_private_errors(draft),
    ]
    SEQUENCES.refuse(errors)
    return body


def _operation_errors(scope: Scope, draft: SequenceDraft, zone: str) -> Sequence[FieldError]:
    """Return what in the operations names nothing, or can't work in any run."""
    run = RunContext(scope.now(), scope.actor, zone)
    try:
        make_ready(scope, look(scope), draft.operations, run, saved=True)
    except InvalidOperationError as error:
        return error.errors
    return ()


def _zone_errors(draft: SequenceDraft) -> list[FieldError]:
    wrong = check_zone(draft.time_zone) if draft.time_zone else None
    return [FieldError("unknown_time_zone", wrong, "/time_zone")] if wrong else []


def _private_errors(draft: SequenceDraft) -> list[FieldError]:
    """Refuse what would run a private sequence without its owner."""
    given = {"/triggers": draft.triggers, "/schedules": draft.schedules}
    detail = "Only a public sequence runs by itself. Make it public first."
    if draft.visibility == "public":
        return []
    return [FieldError("needs_public", detail, pointer) for pointer, some in given.items() if some]

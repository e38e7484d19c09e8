"""Use cases of sequences: made, looked at, changed, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from muster.access.model import Permission
from muster.assets.decide import look
from muster.assets.resolve import Resolver
from muster.catalog.change import rounds
from muster.errors import FieldError
from muster.ids import is_id, new_id
from muster.ledger.model import Delete, Put, Record
from muster.ledger.port import MarkTakenError, VersionConflictError
from muster.ledger.refusals import version_conflict
from muster.operations.decide import make_ready
from muster.operations.model import RunContext
from muster.operations.refusals import InvalidOperationError
from muster.scope import Scope
from muster.sequences.asked import SequenceDraft, SequencePatch, dumped
from muster.sequences.checks import ScheduleCheck, TriggerCheck
from muster.sequences.cron import check_zone
from muster.sequences.model import KIND, marks_of
from muster.sequences.refusals import (
    InvalidSequenceError,
    PublicSequenceError,
    SequenceNameTakenError,
    SequenceNotFoundError,
)

_JOBS_LOOKED_AT = 500


def create_sequence(scope: Scope, draft: SequenceDraft) -> Record:
    """Save a sequence; the caller owns it.

    Raises InvalidSequenceError, SequenceNameTakenError, PublicSequenceError.
    """
    sequence_id = new_id(KIND)

    def decide(scope: Scope) -> Record:
        seq = scope.replica.catch_up()
        body = _body(scope, draft, scope.actor.id)
        _check_may_write(scope, body)
        put = Put(KIND, sequence_id, body, marks=marks_of(body))
        return _written(scope, put, seq)

    return rounds(scope, decide)


def read_sequence(scope: Scope, sequence_id: str) -> Record:
    """Return a sequence that the caller may see. One call. Raises SequenceNotFoundError."""
    record = scope.ledger.get(KIND, sequence_id) if is_id(KIND, sequence_id) else None
    if record is None or not _may_see(scope, record.body):
        raise _not_found(sequence_id)
    return record


def list_sequences(scope: Scope) -> list[Record]:
    """Return the sequences that the caller may see, oldest first."""
    scope.replica.catch_up()
    return [each for each in scope.replica.records(KIND) if _may_see(scope, each.body)]


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

    def decide(scope: Scope) -> Record:
        seq = scope.replica.catch_up()
        before = _to_change(scope, sequence_id, if_match)
        merged = {**_as_draft(before.body), **given}
        kept = {name: value for name, value in merged.items() if value is not None}
        body = _body(scope, _draft(kept), before.body["owner"])
        _check_may_write(scope, body)
        if body == before.body:
            return before
        return _written(scope, Put(KIND, sequence_id, body, marks_of(body), before), seq)

    again = () if if_match else (VersionConflictError,)
    return rounds(scope, decide, *again)


def delete_sequence(scope: Scope, sequence_id: str, if_match: int | None = None) -> None:
    """Remove a sequence; its history and what it did stay.

    Raises SequenceNotFoundError, PublicSequenceError, VersionConflictError.
    """
    scope.commit([Delete(_to_change(scope, sequence_id, if_match))])


def _sequence_of(job: Record) -> Any:
    return (job.body.get("parameters") or {}).get("sequence")


def _body(scope: Scope, draft: SequenceDraft, owner: str) -> dict[str, Any]:
    """Return the record's body; raises InvalidSequenceError for all that is wrong at once."""
    resolver = Resolver(scope, look(scope).catalog)
    zone = draft.time_zone or _tenant_zone(scope)
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
    if errors:
        raise _invalid(errors)
    return body


def _operation_errors(scope: Scope, draft: SequenceDraft, zone: str) -> Sequence[FieldError]:
    """Return what in the operations names nothing, or can't work in any run."""
    run = RunContext(scope.now(), scope.actor, zone)
    try:
        make_ready(scope, look(scope), draft.operations, run, saved=True)
    except InvalidOperationError as error:
        return error.errors
    return ()


def _tenant_zone(scope: Scope) -> str:
    return scope.identity.tenant.time_zone if scope.identity else "UTC"


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


def _invalid(errors: Sequence[FieldError]) -> InvalidSequenceError:
    return InvalidSequenceError(" ".join(error.detail for error in errors), errors=errors)


def _as_draft(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "owner"}


def _draft(kept: Mapping[str, Any]) -> SequenceDraft:
    from pydantic import ValidationError

    try:
        return SequenceDraft.model_validate(kept)
    except ValidationError as error:
        raise _invalid(
            [
                FieldError(
                    "required" if found["type"] == "missing" else "invalid_value",
                    f"{found['msg']}.",
                    "".join(f"/{part}" for part in found["loc"]),
                )
                for found in error.errors(include_url=False)
            ]
        ) from error


def _written(scope: Scope, put: Put, seq: int) -> Record:
    try:
        made = scope.carry_out([put], unmoved={"catalog": seq, "folders": seq})
    except MarkTakenError as taken:
        holder = taken.extra.get("holder")
        detail = f"There is a sequence {put.body['name']!r} already. Choose another name."
        error = FieldError("name_taken", detail, "/name", extra={"conflicts_with": holder})
        raise SequenceNameTakenError(detail, errors=[error]) from taken
    return made[KIND, put.id]


def _to_change(scope: Scope, sequence_id: str, if_match: int | None) -> Record:
    key = (KIND, sequence_id)
    record = scope.ledger.get_for_write([key]).get(key) if is_id(*key) else None
    if not isinstance(record, Record) or not _may_see(scope, record.body):
        raise _not_found(sequence_id)
    _check_may_write(scope, record.body)
    if if_match is not None and if_match != record.version:
        raise version_conflict(*key, record.version)
    return record


def _is_admin(scope: Scope) -> bool:
    return scope.may(Permission.CATALOG_WRITE)


def _may_see(scope: Scope, body: Mapping[str, Any]) -> bool:
    return body["visibility"] == "public" or body["owner"] == scope.actor.id or _is_admin(scope)


def _check_may_write(scope: Scope, body: Mapping[str, Any]) -> None:
    if body["visibility"] == "public" and not _is_admin(scope):
        raise PublicSequenceError(
            "Public sequences are made and changed with the permission catalog:write.",
            extra={"missing_permissions": [str(Permission.CATALOG_WRITE)]},
        )


def _not_found(sequence_id: str) -> SequenceNotFoundError:
    return SequenceNotFoundError(f"There is no sequence {sequence_id[:80]!r}.")

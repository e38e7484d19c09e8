"""Carrying out a batch: rows that fail don't hold up the others, or nothing happens at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import batched

from muster.assets import refusals
from muster.assets.batch.model import (
    MAX_ATOMIC_ROWS,
    Batch,
    BatchRejectedError,
    BatchTooLongError,
    Outcome,
)
from muster.assets.batch.pack import Pack
from muster.assets.batch.rows import Planned, Row, keys_of, plan_row, rows_of
from muster.assets.decide import Key, carry_out, look, settle
from muster.assets.links import link_exists
from muster.assets.model import KIND
from muster.assets.resolve import Resolver
from muster.errors import FieldError, MusterError
from muster.ledger.model import Put, Record, Tombstone
from muster.ledger.port import (
    MarkTakenError,
    RequestSeenError,
    VersionConflictError,
)
from muster.scope import Scope

_ROWS_A_LOOK = 40
_MOST_KEYS = 90


def run_batch(scope: Scope, batch: Batch) -> list[Outcome]:
    """Carry out the rows in order and return what became of each, in the same order.

    Partial: each row succeeds or fails alone; many rows share a commit. Atomic: one commit, or
    BatchRejectedError. An Idempotency-Key goes with the first commit.
    """
    scope = replace(scope, dry_run=scope.dry_run or batch.dry_run)
    rows = rows_of(batch.operations)
    if batch.mode == "partial":
        return _Partial(scope).run(rows)
    if len(rows) > MAX_ATOMIC_ROWS:
        raise BatchTooLongError(
            f"An atomic batch has at most {MAX_ATOMIC_ROWS} rows, not {len(rows)}.",
            errors=[FieldError("too_many", "Send fewer rows, or mode=partial.", "/operations")],
        )
    retry = () if any(row.operation.if_match for row in rows) else (VersionConflictError,)
    return settle(scope, lambda scope: _atomic(scope, rows), retry=retry)


def _atomic(scope: Scope, rows: Sequence[Row]) -> list[Outcome]:
    scope.replica.catch_up()
    refs: dict[str, str] = {}
    pack = _new_pack(scope, rows, refs)
    planned: dict[int, Planned] = {}
    failed: dict[int, MusterError] = {}
    for row in rows:
        try:
            planned[row.index] = plan_row(pack, row)
        except MusterError as error:
            failed[row.index] = in_words_of_assets(error)
        else:
            _note_ref(refs, row, planned[row.index])
    if failed:
        raise _rejected(failed, len(rows))
    try:
        made = _commit(scope, pack)
    except MarkTakenError as taken:
        owner = _row_of(taken, pack, planned)
        raise _rejected({owner: in_words_of_assets(taken)}, len(rows)) from taken
    return [_outcome(row, planned[row.index], pack, made) for row in rows]


@dataclass
class _Partial:
    """A partial batch under way. `refs` are those of the rows that succeeded."""

    scope: Scope
    refs: dict[str, str] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    def run(self, rows: Sequence[Row]) -> list[Outcome]:
        """Carry out the rows, some dozens a look; a dry run looks once: nothing it does shows."""
        size = len(rows) if self.scope.dry_run else _ROWS_A_LOOK
        for some in batched(rows, size, strict=False):
            self._some(some)
        return [self.outcomes[row.index] for row in rows]

    def _some(self, rows: Sequence[Row]) -> None:
        self.scope.replica.catch_up()
        pack = _new_pack(self.scope, rows, self.refs)
        waiting: list[tuple[Row, Planned]] = []
        for row in rows:
            if pack.full:
                self._finish(pack, waiting)
                waiting = []
                pack = Pack(self.scope, look(self.scope), pack.read, self.refs)
            try:
                planned = plan_row(pack, row)
            except MusterError as error:
                self._fail(row, error)
            else:
                _note_ref(self.refs, row, planned)
                waiting.append((row, planned))
        self._finish(pack, waiting)

    def _finish(self, pack: Pack, waiting: Sequence[tuple[Row, Planned]]) -> None:
        try:
            made = self._commit(pack)
        except RequestSeenError:
            raise
        except MusterError:
            for row, _ in waiting:
                self._alone(row)
            return
        pack.read |= made
        for row, planned in waiting:
            self.outcomes[row.index] = _outcome(row, planned, pack, made)

    def _alone(self, row: Row) -> None:
        """Decide one row again by itself, since a commit that it was part of was refused."""
        if row.operation.ref:
            self.refs.pop(row.operation.ref, None)

        def decide(scope: Scope) -> Outcome:
            scope.replica.catch_up()
            pack = _new_pack(scope, [row], self.refs)
            planned = plan_row(pack, row)
            made = self._commit(pack)
            _note_ref(self.refs, row, planned)
            return _outcome(row, planned, pack, made)

        retry = () if row.operation.if_match else (VersionConflictError,)
        try:
            self.outcomes[row.index] = settle(self.scope, decide, retry=retry)
        except RequestSeenError:
            raise
        except MusterError as error:
            self._fail(row, error)

    def _commit(self, pack: Pack) -> dict[Key, Record]:
        made = _commit(self.scope, pack)
        if pack.writes:
            # The key stands for the whole batch: a retry must find it taken after the first commit.
            self.scope = replace(self.scope, request=None)
        return made

    def _fail(self, row: Row, error: MusterError) -> None:
        operation = row.operation
        self.outcomes[row.index] = Outcome(
            row.index, operation.ref, error=in_words_of_assets(error)
        )


def in_words_of_assets(error: MusterError) -> MusterError:
    """Return the ledger's refusal of a mark as the single request would word it."""
    if not isinstance(error, MarkTakenError) or isinstance(error, refusals.UniqueValueError):
        return error
    if error.extra["constraint"] == "link":
        return link_exists(error)
    return refusals.value_taken(error)


def _new_pack(scope: Scope, rows: Sequence[Row], refs: dict[str, str]) -> Pack:
    """Look, and read with one call what the rows will want, as far as it is there already."""
    seen = look(scope)
    resolver = Resolver(scope, seen.catalog, refs)
    keys = list(dict.fromkeys(key for row in rows for key in keys_of(resolver, row)))
    read: dict[Key, Record | Tombstone] = {}
    for some in _chunks(keys):
        read |= scope.ledger.get_for_write(some)
    return Pack(scope, seen, read, refs)


def _chunks(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    yield keys[:_MOST_KEYS]
    yield from batched(keys[_MOST_KEYS:], _MOST_KEYS, strict=False)


def _commit(scope: Scope, pack: Pack) -> dict[Key, Record]:
    if not pack.writes:
        return {}
    return carry_out(scope, list(pack.writes.values()), pack.seen.unmoved | pack.fences)


def _note_ref(refs: dict[str, str], row: Row, planned: Planned) -> None:
    if row.operation.ref and planned.kind == KIND:
        refs[row.operation.ref] = planned.id


def _outcome(row: Row, planned: Planned, pack: Pack, made: dict[Key, Record]) -> Outcome:
    key = (planned.kind, planned.id)
    record = made.get(key) or pack.read.get(key)
    return Outcome(
        index=row.index,
        ref=row.operation.ref,
        created=planned.created,
        changed=planned.write is not None,
        kind=planned.kind,
        id=planned.id,
        key=record.body.get("key") or None if isinstance(record, Record) else None,
        version=record.version if record else None,
    )


def _row_of(taken: MarkTakenError, pack: Pack, planned: dict[int, Planned]) -> int:
    """Return the row whose record claims the mark that another record holds."""
    mark = (taken.extra["constraint"], taken.extra["value"])
    for index, row in planned.items():
        write = pack.writes.get((row.kind, row.id))
        if isinstance(write, Put) and mark in {(m.constraint, m.value) for m in write.marks}:
            return index
    return 0


def _rejected(failed: dict[int, MusterError], count: int) -> BatchRejectedError:
    errors = [
        FieldError(
            one.code, one.detail, f"/operations/{index}{_below(one)}", extra={"index": index}
        )
        for index, error in sorted(failed.items())
        for one in error.errors or [FieldError(error.code, error.detail)]
    ]
    rows = f"{len(failed)} of {count} rows"
    return BatchRejectedError(f"{rows} failed, so nothing was applied.", errors=errors)


def _below(error: FieldError) -> str:
    return f"/body{error.pointer}" if error.pointer else ""

"""Carries a plan out: a loop that packs planned writes into commits, with the progress in each.

It decides nothing. A row that can't be written as planned, since somebody changed the asset or took
its tag meanwhile, is refused with its reason, and the others go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched, islice
from typing import Any

from muster.catalog.service import load_catalog
from muster.jobs.model import Progress
from muster.jobs.running import JobBroken, Running
from muster.ledger.model import Put, Record
from muster.ledger.packing import pack
from muster.ledger.port import (
    FenceMovedError,
    MarkTakenError,
    TooManyWritesError,
    VersionConflictError,
)
from muster.transfer.lookup import AssetLookup
from muster.transfer.model import Action, RowProblem
from muster.transfer.planfile import ROWS_OF_A_PART, PlanFile, PlanHead
from muster.transfer.schema import fingerprint
from muster.transfer.writes import put_from_json

_ROUNDS = 200
_COUNTED = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.UNCHANGED: "unchanged",
    Action.SKIP: "skipped",
    Action.FAIL: "failed",
}


@dataclass
class _Line:
    """A planned row with its place in the plan and, where it changes something, its write."""

    position: int
    row: Mapping[str, Any]
    put: Put | None = None
    refusal: RowProblem | None = None

    @property
    def counts_as(self) -> str:
        """The member of the progress that it counts in."""
        return "failed" if self.refusal is not None else _COUNTED[Action(self.row["action"])]

    def refuse(self, code: str, detail: str) -> None:
        """Leave the row out, for a reason."""
        self.put = None
        self.refusal = RowProblem(code=code, detail=detail, row=self.row["row"])


@dataclass
class Applying:
    """The plan of one import on its way into the ledger."""

    running: Running
    file: PlanFile
    head: PlanHead
    unmoved: dict[str, int] = field(default_factory=dict)

    def run(self) -> Mapping[str, Any]:
        """Apply what is left of the plan, and return what the job's record keeps."""
        if self.running.job.first_seq is None:
            self.running.commit(first_seq=self.running.record.updated.seq)
        self._change_catalog()
        self._look_again()
        position = self.running.job.progress.done
        # Kept by a worker that died before its commit, which may go well now.
        self.file.forget_refusals(position)
        for rows in self._chunks(position):
            self._apply_chunk(rows)
        if self.running.job.progress.done != self.head.plan.counts.rows:
            raise JobBroken("plan_damaged", "Part of the plan is missing: plan again.")
        return {"last_seq": self.running.record.updated.seq, "result": self._result()}

    def _result(self) -> dict[str, Any]:
        return {n: v for n, v in self.running.job.result.items() if n != "schema_done"}

    def _chunks(self, position: int) -> Iterator[list[_Line]]:
        """Yield the lines that are left, in pieces that lie in one part of the plan."""
        rows = enumerate(self.file.rows_from(position), start=position)
        lines = (_Line(at, row) for at, row in rows)
        begun = list(islice(lines, ROWS_OF_A_PART - position % ROWS_OF_A_PART))
        if begun:
            yield begun
        yield from (list(some) for some in batched(lines, ROWS_OF_A_PART, strict=False))

    def _change_catalog(self) -> None:
        """Make the types, fields, options and folders that the plan needs."""
        scope = self.running.scope
        done = int(self.running.job.result.get("schema_done", 0))
        writes = self.head.schema_writes[done:]
        seq = self.head.plan.seq if done == 0 else self.running.record.updated.seq
        groups = ([self._schema_put(write)] for write in writes)
        for some in pack(groups):
            done += len(some)
            result = {**self.running.job.result, "schema_done": done}
            unmoved = {"catalog": seq, "folders": seq}
            try:
                commit = self.running.commit(some, unmoved=unmoved, result=result)
            except (FenceMovedError, MarkTakenError, VersionConflictError) as error:
                detail = "The catalog was changed since the plan was made: plan again."
                raise JobBroken("plan_outdated", detail) from error
            seq = commit.seq
        scope.replica.catch_up()

    def _schema_put(self, write: Mapping[str, Any]) -> Put:
        kind, record_id, version = write["kind"], write["id"], write["version"]
        before = None
        if version is not None:
            found = self.running.scope.ledger.get(kind, record_id)
            before = found if found and found.version == version else None
        if version is not None and before is None:
            detail = "The catalog was changed since the plan was made: plan again."
            raise JobBroken("plan_outdated", detail)
        return put_from_json(write, before)

    def _look_again(self) -> None:
        """See that all which the plan rests on is as it was; raise JobBroken where it is not."""
        scope = self.running.scope
        seq = scope.replica.catch_up()
        catalog = load_catalog(scope)
        now = fingerprint(catalog, self.head.used_types, self.head.used_fields)
        folders = scope.replica.get_many("folder", self.head.used_folders)
        if now != self.head.fingerprint or len(folders) < len(set(self.head.used_folders)):
            detail = (
                "A type, field or folder that the import uses was changed meanwhile. Rows up to "
                "here are imported; plan again for the rest."
            )
            raise JobBroken("catalog_changed", detail)
        self.unmoved = {"catalog": seq, "folders": seq}

    def _apply_chunk(self, lines: Sequence[_Line]) -> None:
        """Commit the writes of some lines, as many in a commit as fit."""
        self._find_records(lines)
        rest = list(lines)
        while rest:
            self.running.go_on()
            taken = _fitting(rest)
            self._commit(taken)
            rest = rest[len(taken) :]

    def _find_records(self, lines: Sequence[_Line]) -> None:
        """Give each line its write, on the asset as the plan saw it."""
        replica = self.running.scope.replica
        writes = [(line, line.row["write"]) for line in lines if line.row.get("write")]
        wanted = [write["id"] for _, write in writes if write["version"] is not None]
        found = AssetLookup(replica).by_id(wanted) if wanted else {}
        for line, write in writes:
            before: Record | None = found.get(write["id"])
            if write["version"] == (before.version if before else None):
                line.put = put_from_json(write, before)
            elif write["version"] is not None:
                line.refuse("changed_since_plan", "The asset was changed since the plan was made.")
            else:
                line.refuse("changed_since_plan", "The asset has been created already.")

    def _commit(self, lines: Sequence[_Line]) -> None:
        """Commit some lines together; leave out one by one what the ledger refuses."""
        for _ in range(_ROUNDS):
            refused = [(each.position, each.refusal) for each in lines if each.refusal is not None]
            if refused:
                self.file.refuse(lines[0].position, refused)
            puts = [line.put for line in lines if line.put is not None]
            try:
                self.running.commit(puts, unmoved=self.unmoved, progress=self._progress(lines))
            except FenceMovedError:
                self._look_again()
            except (MarkTakenError, VersionConflictError, TooManyWritesError) as error:
                self._leave_out(lines, error)
            else:
                return
        raise JobBroken("busy", "Others kept changing the same assets: apply again later.")

    def _leave_out(
        self,
        lines: Sequence[_Line],
        error: MarkTakenError | VersionConflictError | TooManyWritesError,
    ) -> None:
        """Refuse the one row that the ledger's refusal is about."""
        for line in lines:
            if line.put is not None and _is_about(error, line.put):
                code = (
                    "changed_since_plan" if isinstance(error, VersionConflictError) else error.code
                )
                line.refuse(code, error.detail)
                return
        raise error

    def _progress(self, lines: Sequence[_Line]) -> Progress:
        counts = self.running.job.progress.model_dump()
        counts["done"] += len(lines)
        for line in lines:
            counts[line.counts_as] += 1
        return Progress(**counts)


def _fitting(lines: Sequence[_Line]) -> list[_Line]:
    """Return the first lines that go into one commit; lines without a write take no room."""
    # Drawn as they are needed: only as many as fit are looked at.
    groups = ([line.put] for line in lines if line.put is not None)
    first = next(pack(groups), [])
    wanted, taken = len(first), []
    for line in lines:
        if line.put is not None:
            if not wanted:
                break
            wanted -= 1
        taken.append(line)
    return taken


def _is_about(error: Exception, put: Put) -> bool:
    if isinstance(error, MarkTakenError):
        mark = error.extra.get("constraint"), error.extra.get("value")
        before = put.before.marks if isinstance(put.before, Record) else frozenset()
        return any((m.constraint, m.value) == mark for m in put.marks - before)
    if isinstance(error, VersionConflictError):
        return error.extra.get("id") == put.id
    return True

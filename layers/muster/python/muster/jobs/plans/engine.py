"""Carries a plan out: a loop that packs rows' writes into commits, with the progress in each.

It decides nothing itself. A row that the ledger refuses is decided again on what is there now, or
left out with its reason, and the others go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched, islice

from muster.errors import MusterError
from muster.jobs.model import Progress
from muster.jobs.plans.model import Action, PlanLine, RowWork
from muster.jobs.plans.planfile import ROWS_OF_A_PART, PlanFile
from muster.jobs.running import JobBroken, JobCancelled, Running
from muster.ledger.model import Put, Record, Write
from muster.ledger.packing import pack
from muster.ledger.plan import key_of
from muster.ledger.port import (
    FenceMovedError,
    MarkTakenError,
    TooManyWritesError,
    VersionConflictError,
)

_ROUNDS = 200
_ROUNDS_OF_A_LINE = 5
_COUNTED = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.UNCHANGED: "unchanged",
    Action.SKIP: "skipped",
    Action.FAIL: "failed",
}

type _Refusal = MarkTakenError | VersionConflictError | TooManyWritesError


@dataclass
class RowRun:
    """The rows of one plan on their way into the ledger."""

    running: Running
    file: PlanFile
    total: int
    work: RowWork
    _unmoved: Mapping[str, int] = field(default_factory=dict, init=False)
    _tries: dict[int, int] = field(default_factory=dict, init=False)
    _settled: set[int] = field(default_factory=set, init=False)
    """Positions of lines that were left out for good."""

    def run(self) -> None:
        """Carry out what is left of the plan. Raises JobBroken, JobCancelled, JobPaused."""
        self.running.begin()
        position = self.running.job.progress.done
        # Kept by a worker that died before its commit, which may go well now.
        self.file.forget_deviations(position)
        self._unmoved = self.work.look_again()
        for lines in self._chunks(position):
            self._carry_out(lines)
        if self.running.job.progress.done != self.total:
            raise JobBroken("plan_damaged", "Part of the plan is missing: plan again.")

    def _chunks(self, position: int) -> Iterator[list[PlanLine]]:
        """Yield the lines that are left, in pieces that lie in one part of the plan."""
        rows = enumerate(self.file.rows_from(position), start=position)
        lines = (PlanLine(at, row, Action(row["action"])) for at, row in rows)
        begun = list(islice(lines, ROWS_OF_A_PART - position % ROWS_OF_A_PART))
        if begun:
            yield begun
        yield from (list(some) for some in batched(lines, ROWS_OF_A_PART, strict=False))

    def _carry_out(self, lines: list[PlanLine]) -> None:
        self._tries.clear()
        self._settled.clear()
        self.work.decide(lines)
        rest, losses = lines, 0
        while rest:
            self.running.go_on()
            taken = self._fitting(rest)
            if taken and self._commit(taken, rest):
                rest, losses = rest[len(taken) :], 0
                continue
            losses += 1
            if losses > _ROUNDS:
                detail = "Others kept changing the same assets: start again later."
                raise JobBroken("busy", detail)

    def _fitting(self, lines: Sequence[PlanLine]) -> list[PlanLine]:
        """Return the first lines that go into one commit; lines without writes take no room."""
        # Drawn as they are needed: only as many as fit are looked at.
        try:
            first = next(pack(line.writes for line in lines if line.writes), [])
        except TooManyWritesError as error:
            self._leave_out(next(line for line in lines if _is_too_large(line)), error)
            return []
        room, taken = len(first), []
        for line in lines:
            room -= len(line.writes)
            if room < 0:
                break
            taken.append(line)
        return taken

    def _commit(self, lines: Sequence[PlanLine], rest: Sequence[PlanLine]) -> bool:
        """Commit the first lines of the rest; False when some had to be decided anew."""
        deviations = [(line.position, came) for line in lines if (came := _deviation(line))]
        if deviations:
            self.file.deviate(lines[0].position, deviations)
        try:
            if self._try(lines, rest):
                return True
        except (JobBroken, JobCancelled):
            self._forget(lines[0].position)
            raise
        self._forget(lines[0].position)
        return False

    def _forget(self, position: int) -> None:
        """Forget what was kept for a commit, unless another worker has made that commit."""
        if self.running.job.progress.done == position:
            self.file.forget_deviations(position)

    def _try(self, lines: Sequence[PlanLine], rest: Sequence[PlanLine]) -> bool:
        writes = [write for line in lines for write in line.writes]
        unmoved = dict(self._unmoved)
        for line in lines:
            unmoved |= line.unmoved
        try:
            self.running.commit(writes, unmoved=unmoved, progress=self._progress(lines))
        except FenceMovedError:
            # The rows of later commits were decided on the same past as these.
            self._unmoved = self.work.look_again()
            self._decide_again(rest)
        except (MarkTakenError, VersionConflictError, TooManyWritesError) as error:
            self._mend(lines, error)
        else:
            return True
        return False

    def _decide_again(self, lines: Sequence[PlanLine]) -> None:
        again = [line for line in lines if line.position not in self._settled]
        for line in again:
            line.forget()
        self.work.decide(again)

    def _mend(self, lines: Sequence[PlanLine], error: _Refusal) -> None:
        """Decide the one line anew that the refusal is about, or leave it out."""
        line = next((each for each in lines if _is_about(error, each)), None)
        if line is None:
            raise error
        tried = self._tries.get(line.position, 0)
        if isinstance(error, VersionConflictError) and tried < _ROUNDS_OF_A_LINE:
            self._tries[line.position] = tried + 1
            # The fences stay where they are: the other lines still rest on the earlier look.
            self.work.look_again()
            self._decide_again([line])
        else:
            self._leave_out(line, error)

    def _leave_out(self, line: PlanLine, error: MusterError) -> None:
        self._settled.add(line.position)
        line.refuse(error.code, error.detail)

    def _progress(self, lines: Sequence[PlanLine]) -> Progress:
        counts = self.running.job.progress.model_dump()
        counts["done"] += len(lines)
        for line in lines:
            counts[_COUNTED[line.action]] += 1
        return Progress(**counts)


def _deviation(line: PlanLine) -> dict[str, object]:
    """Return what replaces members of the plan's row, nothing where it came out as planned."""
    if line.action.value == line.row["action"] and line.problem is None and not line.changes:
        return {}
    problems = [] if line.problem is None else [dict(line.problem)]
    return {"action": line.action.value, "problems": problems, "changes": list(line.changes)}


def _is_too_large(line: PlanLine) -> bool:
    try:
        next(pack([line.writes]), None)
    except TooManyWritesError:
        return True
    return False


def _is_about(error: _Refusal, line: PlanLine) -> bool:
    return any(_refers_to(error, write) for write in line.writes)


def _refers_to(error: _Refusal, write: Write) -> bool:
    if isinstance(error, MarkTakenError):
        mark = error.extra.get("constraint"), error.extra.get("value")
        before = write.before.marks if isinstance(write.before, Record) else frozenset()
        marks = write.marks if isinstance(write, Put) else frozenset()
        return any((m.constraint, m.value) == mark for m in marks - before)
    if isinstance(error, VersionConflictError):
        return key_of(write) == (error.extra.get("kind"), error.extra.get("id"))
    return True

"""What a plan of rows is made of, whatever makes it: an import, bulk work, a sequence. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from muster.ledger.model import Write


class Action(StrEnum):
    """What a plan does with a row, and what became of it."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    SKIP = "skip"
    FAIL = "fail"


@dataclass
class PlanLine:
    """A planned row with its place in the plan and, once decided, its writes."""

    position: int
    """Counts the plan's rows from 0."""
    row: Mapping[str, Any]
    """The row as the plan keeps it: `row`, `action`, `id`, `key`, `name`, `changes`, `problems`,
    and what only its own kind of plan knows."""
    action: Action
    """The plan's, until deciding comes to another."""
    writes: tuple[Write, ...] = ()
    """All of them go into one commit, or none does."""
    problem: Mapping[str, Any] | None = None
    """`code` and `detail` of why it is left out, where it is."""
    changes: Sequence[Mapping[str, Any]] = ()
    """What the writes change, where that is otherwise than planned."""
    unmoved: Mapping[str, int] = field(default_factory=dict)
    """Fences that this row's decision rests on, beside those of the whole plan."""

    def forget(self) -> None:
        """Go back to what was planned, to be decided again."""
        self.action = Action(self.row["action"])
        self.writes, self.problem, self.changes, self.unmoved = (), None, (), {}

    def refuse(self, code: str, detail: str, *, action: Action = Action.FAIL) -> None:
        """Leave the row out, for a reason."""
        self.writes, self.changes = (), ()
        self.action = action
        self.problem = {"code": code, "detail": detail, "row": self.row["row"]}


class RowWork(Protocol):
    """What one kind of job does with the rows of its plan. The engine does the rest: it packs rows
    into commits with the progress in each, goes on where a killed worker stopped, decides again
    what somebody else changed meanwhile, keeps what came out otherwise than planned, and writes the
    result file.
    """

    def look_again(self) -> Mapping[str, int]:
        """Catch the replica up and see that what the plan rests on still holds.

        Returns the fences that must not move. Called at the start and whenever one of them moved.
        Raises JobBroken.
        """
        ...

    def decide(self, lines: Sequence[PlanLine]) -> None:
        """Give each line its writes, or refuse it, or leave it without writes as unchanged.

        Called for some rows at a time (up to 2,000), and again for single lines whose commit met a
        newer version. Does not commit.
        """
        ...

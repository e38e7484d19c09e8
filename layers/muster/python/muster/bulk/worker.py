"""What the worker does for a run of operations: plans a large selection, or applies a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import Any

from muster.assets.decide import look
from muster.assets.model import KIND as ASSET
from muster.bulk.asked import Run
from muster.bulk.planning import context_of, decide_all, problems_of, ready
from muster.bulk.service import applying, plan_large, plan_of, run_of, time_of
from muster.jobs.model import JobState
from muster.jobs.plans.engine import RowRun
from muster.jobs.plans.model import Action, PlanLine
from muster.jobs.plans.results import reporting
from muster.jobs.running import JobBroken, Running
from muster.ledger.model import Record
from muster.operations.decide import Decided, Operating
from muster.operations.refusals import InvalidOperationError

_AT_ONCE = 500


def run_bulk(running: Running) -> Mapping[str, Any]:
    """Do the step that the run stands at."""
    run = run_of(running.scope, running.record.id)
    if run is None:
        raise JobBroken("request_missing", "What was asked for has expired: start it again.")
    if running.job.parameters["step"] == "plan":
        made = plan_large(running.scope, running.record, run)
        parameters = running.job.parameters
        if not parameters.get("apply"):
            parameters = {**parameters, "step": "planned"}
            return {**made, "parameters": parameters, "state": JobState.WAITING}
        running.commit(**made, parameters={**parameters, **applying(running.scope)})
    return _apply(running, run)


def _apply(running: Running, run: Run) -> Mapping[str, Any]:
    plan = plan_of(running.scope, running.record)
    if plan is None:
        raise JobBroken("plan_missing", "The plan has expired: start it again.")
    file, head = plan
    with reporting(running, file, f"{running.record.id}.results.csv"):
        RowRun(running, file, head.counts.rows, Carrying(running, run)).run()
    return {"last_seq": running.record.updated.seq}


@dataclass
class Carrying:
    """The operations of a run, decided anew on every asset as it is when it is written."""

    running: Running
    run: Run
    operating: Operating = field(init=False)

    def look_again(self) -> Mapping[str, int]:
        """Make the operations ready on what is there now; raise JobBroken where they can't be."""
        scope = self.running.scope
        scope.replica.catch_up()
        context = replace(context_of(scope, self.run), now=time_of(self.running.job))
        try:
            self.operating = ready(scope, self.run, context)
        except InvalidOperationError as error:
            detail = f"What the operations name was changed meanwhile. {error.detail}"
            raise JobBroken("catalog_changed", detail) from error
        return look(scope).unmoved

    def decide(self, lines: Sequence[PlanLine]) -> None:
        """Give each line its writes. What somebody else did to an asset is no reason to refuse."""
        wanted = [line for line in lines if line.row.get("id")]
        for some in batched(wanted, _AT_ONCE, strict=False):
            records = self._records([line.row["id"] for line in some])
            decided = dict(decide_all(self.operating, list(records.values())))
            for line in some:
                _settle(line, decided.get(line.row["id"]))

    def _records(self, ids: Sequence[str]) -> dict[str, Record]:
        return self.running.scope.replica.get_many(ASSET, ids)


def _settle(line: PlanLine, decided: Decided | None) -> None:
    if decided is None:
        line.refuse("asset_not_found", "The asset was purged meanwhile.")
        return
    line.action = Action(decided.action)
    line.writes = tuple(decided.writes)
    planned = list(_bare(line.row.get("problems", ())))
    found = problems_of(decided, line.row["row"])
    if list(decided.changes) != list(line.row.get("changes", ())):
        line.changes = decided.changes
    same = line.action.value == line.row["action"] and planned == list(_bare(found))
    if found and (line.changes or not same):
        line.problem = found[0]


def _bare(problems: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    # Not the wording: it may tell who holds a value, or since when.
    return (problem["code"] for problem in problems)

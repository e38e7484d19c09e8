"""Bulk work in memory: kits to work on, a queue that runs jobs, and somebody who interferes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from muster.assets.selection import Selection
from muster.bulk import service
from muster.bulk.asked import Run
from muster.bulk.model import PlanHead
from muster.jobs.memory import MemoryQueue
from muster.jobs.model import Job
from muster.jobs.running import job_of
from muster.jobs.service import read_job
from muster.jobs.worker import run_job
from muster.ledger.memory import MemoryLedger
from muster.ledger.model import Actor, Commit, Put, Reason, Record, RequestMark, Write
from muster.operations.model import OperationList
from muster.scope import Scope
from tests.unit.operations_world import World


class Meddled(MemoryLedger):
    """Lets somebody act before each commit of a job, who is told how many there were."""

    meddle: Callable[[int], object] | None = None
    commits: int = 0
    _busy: bool = False

    def commit(
        self,
        writes: Sequence[Write],
        *,
        actor: Actor,
        reason: Reason,
        unmoved: Mapping[str, int] | None = None,
        request: RequestMark | None = None,
    ) -> Commit:
        if self.meddle and reason.job and not self._busy and len(writes) > 1:
            self._busy = True
            self.commits += 1
            self.meddle(self.commits)
            self._busy = False
        return super().commit(writes, actor=actor, reason=reason, unmoved=unmoved, request=request)


@dataclass
class Floor:
    """Kits, numbered from 0 in `f.int`, and rooms, which have no fields."""

    directory: Path
    world: World = field(init=False)
    until: datetime | None = None

    def __post_init__(self) -> None:
        self.world = World(self.directory)
        office = self.world.office
        self.ledger = Meddled("acme", office.scope.now)
        self.ledger.__dict__.update(office.ledger.__dict__)
        office.ledger = self.ledger
        self.queue = MemoryQueue(self._run)
        office.scope = replace(office.scope, ledger=self.ledger, queue=self.queue)

    @property
    def scope(self) -> Scope:
        return self.world.office.scope

    def _run(self, _tenant: str, job_id: str) -> None:
        run_job(self.scope, job_id, until=self.until)

    def kits(self, count: int) -> list[str]:
        """Make kits quickly, by copies of one, and return their ids."""
        first = self.world.kit(int=0)
        ids = [first.id]
        for start in range(1, count, 40):
            puts = [self._copy(first, n) for n in range(start, min(start + 40, count))]
            ids += [put.id for put in puts]
            self.world.office.commit(*puts)
        self.scope.replica.catch_up()
        return ids

    def more_kits(self, count: int) -> None:
        """Make further ones."""
        first = self.record(f"ast_{1:026}")
        for start in range(100_000, 100_000 + count, 40):
            self.world.office.commit(*(self._copy(first, n) for n in range(start, start + 40)))
        self.scope.replica.catch_up()

    def _copy(self, record: Record, number: int) -> Put:
        fields = {**record.body["fields"], "f.int": number % 90}
        body = {**record.body, "name": f"Kit {number}", "key": f"KIT-C{number}", "fields": fields}
        return Put("asset", f"ast_{number:026}", body)

    def start(
        self, *operations: Mapping[str, Any], apply: bool = False, **selection: Any
    ) -> tuple[str, PlanHead | None]:
        """Start a run over a selection, all by default; return its job's id and the plan."""
        listed = OperationList.model_validate({"operations": list(operations)}).operations
        chosen = Selection.model_validate(selection or {"all": True})
        run = Run(selection=chosen, operations=listed)
        record, head = service.begin_run(self.scope, run, service.Start(apply=apply))
        return record.id, head

    def apply(self, job_id: str) -> Job:
        service.apply_run(self.scope, job_id)
        return self.job(job_id)

    def job(self, job_id: str) -> Job:
        return job_of(read_job(self.scope, job_id))

    def bodies(self) -> dict[str, Mapping[str, Any]]:
        """Return all assets' bodies by id, those in the trash too."""
        self.scope.replica.catch_up()
        page = self.scope.replica.page_of("asset", limit=100_000)
        return {record.id: record.body for record in page.items}

    def numbers(self) -> dict[str, int]:
        """Return `f.int` of the kits, by id."""
        return {i: b["fields"]["f.int"] for i, b in self.bodies().items() if "f.int" in b["fields"]}

    def record(self, asset_id: str) -> Record:
        found = self.ledger.get("asset", asset_id)
        assert found is not None
        return found

    def results(self, job_id: str) -> list[dict[str, str]]:
        """Return the lines of a job's result file."""
        content = self.scope.objects.get(self.job(job_id).result["file"]["object"])
        assert content is not None
        return list(csv.DictReader(io.StringIO(content.decode())))

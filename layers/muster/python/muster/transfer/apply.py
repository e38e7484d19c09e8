"""Applies an import's plan: its catalog first, then its rows as they were planned.

A row that can't be written as planned, since somebody changed the asset meanwhile, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from muster.catalog.service import load_catalog
from muster.jobs.plans.engine import RowRun
from muster.jobs.plans.model import PlanLine
from muster.jobs.plans.planfile import PlanFile
from muster.jobs.running import JobBroken, Running
from muster.ledger.model import Put, Record
from muster.ledger.packing import pack
from muster.ledger.port import FenceMovedError, MarkTakenError, VersionConflictError
from muster.transfer.lookup import AssetLookup
from muster.transfer.planfile import PlanHead
from muster.transfer.schema import fingerprint
from muster.transfer.writes import put_from_json


@dataclass
class Applying:
    """The plan of one import on its way into the ledger."""

    running: Running
    file: PlanFile
    head: PlanHead

    def run(self) -> None:
        """Apply what is left of the plan."""
        self.running.begin()
        self._change_catalog()
        RowRun(self.running, self.file, self.head.plan.counts.rows, self).run()

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

    def look_again(self) -> Mapping[str, int]:
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
        return {"catalog": seq, "folders": seq}

    def decide(self, lines: Sequence[PlanLine]) -> None:
        """Give each line its write, on the asset as the plan saw it."""
        writes = [(line, line.row["write"]) for line in lines if line.row.get("write")]
        wanted = [write["id"] for _, write in writes if write["version"] is not None]
        found = AssetLookup(self.running.scope.replica).by_id(wanted) if wanted else {}
        for line, write in writes:
            before: Record | None = found.get(write["id"])
            if write["version"] == (before.version if before else None):
                line.writes = (put_from_json(write, before),)
            elif write["version"] is not None:
                line.refuse("changed_since_plan", "The asset was changed since the plan was made.")
            else:
                line.refuse("changed_since_plan", "The asset has been created already.")

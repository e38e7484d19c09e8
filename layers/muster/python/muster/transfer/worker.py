"""What the worker does for an import: makes a large file's plan, or applies a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.jobs.model import JobState
from muster.jobs.plans.results import reporting
from muster.jobs.running import JobBroken, Running
from muster.transfer.api import PlanRequest
from muster.transfer.apply import Applying
from muster.transfer.service import plan_of, planned


def run_import(running: Running) -> Mapping[str, Any]:
    """Do the step that the import stands at."""
    parameters = running.job.parameters
    if parameters["step"] == "plan":
        request = PlanRequest.model_validate(parameters["request"])
        return {**planned(running.scope, running.record, request), "state": JobState.WAITING}
    plan = plan_of(running.scope, running.record)
    if plan is None:
        raise JobBroken("plan_missing", "The plan is gone: plan again.")
    file, head = plan
    with reporting(running, file, f"{parameters['filename']}.results.csv"):
        Applying(running, file, head).run()
    result = {n: v for n, v in running.job.result.items() if n != "schema_done"}
    return {"last_seq": running.record.updated.seq, "result": result}

"""What the tests of imports and jobs share: files, and a stack in memory to import them to."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from muster.jobs.model import Job
from muster.jobs.plans.planfile import PlanFile
from muster.jobs.running import job_of
from muster.ledger.model import Record
from muster.replica.port import AssetQuery
from muster.scope import Scope
from muster.transfer import service
from muster.transfer.api import ImportRequest, PlanRequest
from muster.transfer.model import Plan, PlannedRow
from muster.transfer.planfile import PlanHead

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "import"


def sample(name: str) -> bytes:
    """Return a file that another tracker exported, or skip where the files are not there."""
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"{path.name} lies in the shared data, which is not here")
    return path.read_bytes()


def upload(scope: Scope, content: bytes | str, filename: str = "assets.csv") -> str:
    """Make an import of a file, and return its id."""
    raw = content.encode() if isinstance(content, str) else content
    encoded = base64.b64encode(raw).decode()
    request = ImportRequest(filename=filename, content_base64=encoded)
    record, _ = service.create_import(scope, request)
    return record.id


def plan(scope: Scope, import_id: str, **request: Any) -> Plan:
    """Plan an import, and return the plan's head."""
    service.plan_import(scope, import_id, PlanRequest.model_validate(request))
    return stored_plan(scope, import_id)[1].plan


def stored_plan(scope: Scope, import_id: str) -> tuple[PlanFile, PlanHead]:
    """Return an import's plan as it is stored."""
    found = service.plan_of(scope, service.read_import(scope, import_id))
    assert found is not None
    return found


def planned_rows(scope: Scope, import_id: str) -> list[PlannedRow]:
    """Return all rows of a plan."""
    file, _ = stored_plan(scope, import_id)
    return [PlannedRow.model_validate(row) for row in file.rows_from(0)]


def problems(
    scope: Scope, content: bytes | str, **request: Any
) -> list[tuple[int, str, str | None]]:
    """Return row, code and column of everything that is wrong in a file's rows."""
    import_id = upload(scope, content)
    plan(scope, import_id, **request)
    found = [problem for row in planned_rows(scope, import_id) for problem in row.problems]
    return [(problem.row, problem.code, problem.column) for problem in found]


def run_import(scope: Scope, content: bytes | str, **request: Any) -> tuple[str, Job]:
    """Import a file, and return its id and the job as it ended."""
    import_id = upload(scope, content)
    plan(scope, import_id, **request)
    return import_id, job_of(service.apply_import(scope, import_id))


def assets(scope: Scope) -> list[Record]:
    """Return all assets that are not in the trash."""
    scope.replica.catch_up()
    return list(scope.replica.find_assets(AssetQuery(limit=500)).items)


def by_tag(scope: Scope) -> Mapping[str, Mapping[str, Any]]:
    """Return the bodies of the assets by their tags."""
    return {record.body["tag"]: record.body for record in assets(scope)}

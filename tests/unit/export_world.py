"""What the tests of exports share: an export, run at once, and its file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from muster.exports.asked import ExportRequest
from muster.exports.service import create_export
from muster.jobs.model import Job
from muster.jobs.running import job_of
from muster.ledger.model import Record
from muster.scope import Scope
from tests.support import Stand

EVERYTHING = {"all": True}


def export(scope: Scope, **request: Any) -> Job:
    """Export, and return the job as it ended."""
    asked = {"selection": EVERYTHING, **request}
    return job_of(create_export(scope, ExportRequest.model_validate(asked)))


def content(scope: Scope, job: Job) -> bytes:
    """Return the file that an export made."""
    assert job.state == "done", job.error
    found = scope.objects.get(job.result["file"]["object"])
    assert found is not None
    return found


def table(scope: Scope, **request: Any) -> list[list[str]]:
    """Return the rows of an export as CSV, the header first."""
    raw = content(scope, export(scope, format="csv", **request))
    options = request.get("csv", {})
    lines = io.StringIO(raw.decode("utf-8-sig"), newline="")
    return list(csv.reader(lines, delimiter=options.get("delimiter", ",")))


def objects(scope: Scope, **request: Any) -> list[dict[str, Any]]:
    """Return the assets of an export as JSON lines."""
    raw = content(scope, export(scope, format="jsonl", **request))
    return [json.loads(line) for line in raw.splitlines()]


def cell(rows: Sequence[Sequence[str]], name: str, row: int = 1) -> str:
    """Return what stands below a head."""
    return rows[row][rows[0].index(name)]


def field(stand: Stand, name: str, kind: str, **members: Any) -> str:
    """Make a field over the API, and return its id."""
    body = {"name": name, "label": members.pop("label", name), "kind": kind, **members}
    answer = stand.client.post("/v1/field-types", body)
    assert answer.status == 201, answer.text
    found: str = answer.json["id"]
    return found


def asset(stand: Stand, **members: Any) -> dict[str, Any]:
    """Make an asset over the API."""
    answer = stand.client.post("/v1/assets", members)
    assert answer.status == 201, answer.text
    body: dict[str, Any] = answer.json
    return body


def ids(records: Sequence[Record]) -> list[str]:
    """Return the ids of records."""
    return [record.id for record in records]

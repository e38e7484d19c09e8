"""The result file of a job of rows: what became of each, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any

from muster.csvtext import safe_cell
from muster.errors import MusterError, TransientError
from muster.jobs.plans.planfile import PlanFile
from muster.jobs.running import JobBroken, JobCancelled, JobPaused, JobTaken, Running

COLUMNS = ("row", "action", "id", "key", "name", "code", "detail")
NOT_RUN = "not_run"
_FLUSH_CHARACTERS = 1 << 18


def write_results(running: Running, file: PlanFile, filename: str) -> dict[str, Any]:
    """Store the result file of what was done up to now, and return what `Job.result` keeps of it.

    Streamed: one part of the plan is in memory. A file that is there already is replaced.
    """
    name = f"jobs/{running.record.id}/results.csv"
    writer = file.objects.writer(name, content_type="text/csv")
    for piece in _pieces(_rows(file, running.job.progress.done)):
        writer.write(piece)
    writer.close()
    return {"name": filename, "object": name, "media_type": "text/csv", "size": writer.size}


@contextmanager
def reporting(running: Running, file: PlanFile, filename: str) -> Iterator[None]:
    """Write the result file when the rows have come to an end: done, failed or cancelled.

    It is part of what the job's record keeps then, since `Running` commits its job's members.
    """
    try:
        yield
    except (JobPaused, JobTaken, TransientError):
        raise
    except (JobCancelled, JobBroken, MusterError):
        _report(running, file, filename)
        raise
    else:
        _report(running, file, filename)


def _report(running: Running, file: PlanFile, filename: str) -> None:
    found = write_results(running, file, filename)
    running.keep(result={**running.job.result, "file": found})


def _rows(file: PlanFile, done: int) -> Iterator[list[str]]:
    for number in count():
        rows = list(file.came_to(number))
        if not rows:
            return
        for position, row in rows:
            yield _cells(row, applied=position < done)


def _cells(row: Mapping[str, Any], *, applied: bool) -> list[str]:
    problems = row.get("problems", ())
    codes = "; ".join(str(problem["code"]) for problem in problems)
    details = " ".join(str(problem["detail"]) for problem in problems)
    action = str(row["action"]) if applied else NOT_RUN
    found = (row["row"], action, row.get("id"), row.get("key"), row.get("name"), codes, details)
    return [safe_cell("" if cell is None else str(cell)) for cell in found]


def _pieces(rows: Iterable[list[str]]) -> Iterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(row)
        if text.tell() > _FLUSH_CHARACTERS:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()

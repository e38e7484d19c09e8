"""A worker that is killed fifty times leaves a job that was done once: no row twice, none left."""

from __future__ import annotations

import base64
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from muster.catalog.starter import install_starter
from muster.jobs.running import KIND
from tests.killing import run_killed
from tests.support import TENANT, Stand

KILLS = 50
ROWS = 1_500


@pytest.fixture
def make_stand(tmp_path: Path) -> Callable[[str], Stand]:
    def make(name: str) -> Stand:
        stand = Stand(tmp_path / name)
        install_starter(stand.scope())
        stand.queue.run = None
        return stand

    return make


def table(rows: int) -> str:
    """Return rows of which some are the same asset again, and some can't be imported."""
    lines = ["Asset Tag,Name,Purchase Date"]
    for number in range(rows):
        tag = f"T-{number:05}" if number % 40 else "T-00001"
        day = "someday" if number % 33 == 5 else "2026-05-01"
        lines.append(f"{tag},Thing {number},{day}")
    return "\n".join(lines)


def queued_import(stand: Stand) -> str:
    """Plan an import that creates, updates, leaves and fails rows, and queue it."""
    first = imported(stand, table(ROWS // 4), "first.csv")
    stand.queue.drain(stand._run)
    return imported(stand, table(ROWS), f"after-{first}.csv")


def imported(stand: Stand, content: str, filename: str) -> str:
    encoded = base64.b64encode(content.encode()).decode()
    body = {"filename": filename, "content_base64": encoded}
    import_id: str = stand.client.post("/v1/imports", body).json["id"]
    asked = {"type": "laptop", "key": "tag"}
    assert stand.client.post(f"/v1/imports/{import_id}:plan", asked).status == 200
    assert stand.client.post(f"/v1/imports/{import_id}:apply").status == 202
    return import_id


def queued_bulk(stand: Stand) -> str:
    """Queue bulk work on all that an import made, some of which is as it shall be already."""
    queued_import(stand)
    stand.queue.drain(stand._run)
    operations = [
        {"op": "set", "field": "description", "value": "Seen"},
        {"op": "append", "field": "name", "text": "!"},
    ]
    asked = {"selection": {"all": True}, "operations": operations, "apply": True}
    job_id: str = stand.client.post("/v1/bulk", asked).json["id"]
    return job_id


def results(stand: Stand, job_id: str) -> list[tuple[str, ...]]:
    """Return the result file without ids, which differ from stand to stand."""
    content = stand.parts(TENANT)[2].get(f"jobs/{job_id}/results.csv")
    assert content is not None
    rows = csv.DictReader(io.StringIO(content.decode()))
    return [(row["row"], row["action"], row["name"], row["code"]) for row in rows]


def assets(stand: Stand) -> list[dict[str, Any]]:
    """Return what all assets hold, without ids."""
    return [{**record.body, "version": record.version, "type": ""} for record in all_assets(stand)]


def all_assets(stand: Stand) -> Iterator[Any]:
    _, replica, _ = stand.parts(TENANT)
    replica.catch_up()
    yield from sorted(replica.page_of("asset", limit=10_000).items, key=lambda r: r.body["tag"])


@pytest.mark.parametrize("queue", [queued_import, queued_bulk])
def test_fifty_kills_neither_repeat_nor_skip_a_row(
    make_stand: Callable[[str], Stand], queue: Callable[[Stand], str]
) -> None:
    """What comes of it, and what the result file says, is what an undisturbed worker leaves."""
    calm, harried = make_stand("calm"), make_stand("harried")
    expected_job, job_id = queue(calm), queue(harried)

    assert run_killed(calm, expected_job, kills=0, seed=7) == 0
    killed = run_killed(harried, job_id, kills=KILLS, seed=7)

    assert killed == KILLS
    assert assets(harried) == assets(calm)
    assert results(harried, job_id) == results(calm, expected_job)
    told = [
        stand.client.get(f"/v1/jobs/{each}").json
        for stand, each in ((calm, expected_job), (harried, job_id))
    ]
    assert told[0]["progress"] == told[1]["progress"]
    assert (told[1]["state"], told[1]["progress"]["done"]) == ("done", told[1]["progress"]["total"])
    assert max(times_changed(harried, job_id).values()) == 1


def times_changed(stand: Stand, job_id: str) -> Counter[str]:
    """Return how often a job changed each record, its own left out."""
    ledger, _, _ = stand.parts(TENANT)
    return Counter(
        change.id
        for commit in ledger.commits_after(0)
        if commit.reason.job == job_id
        for change in commit.changes
        if change.kind != KIND
    )

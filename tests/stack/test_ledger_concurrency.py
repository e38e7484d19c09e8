"""Many writers at once, and writers that die: what no test double can show."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from infra import ROOT
from muster.ledger.model import Mark, Put, Record
from muster.ledger.port import Ledger, MarkTakenError
from tests.stack import ledger_writer
from tests.stack.ledger_writer import COUNTERS, STEPS_PER_VALUE, ledger_of, write
from tests.stack.running import Stack

pytestmark = pytest.mark.stack

WRITERS, COMMITS = 8, 500
KILLED = 12


@pytest.fixture
def environment(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    path = os.pathsep.join([str(ROOT), str(ROOT / "layers/muster/python")])
    return {**os.environ, "PYTHONPATH": path}


def start(
    environment: dict[str, str], tenant: str, worker: int, count: int
) -> subprocess.Popen[str]:
    program = Path(ledger_writer.__file__)
    command = [sys.executable, str(program), tenant, str(worker), str(count)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.timeout(300)
def test_eight_writers_leave_one_log_without_a_gap(environment: dict[str, str]) -> None:
    """4,000 commits: no gap, no number twice, no update lost, each unique value held once."""
    writers = [start(environment, "eight", worker, COMMITS) for worker in range(WRITERS)]
    outputs = [writer.communicate() for writer in writers]

    assert [
        (writer.returncode, errors) for writer, (_, errors) in zip(writers, outputs, strict=True)
    ] == [(0, "")] * WRITERS
    told = [json.loads(line)["seq"] for output, _ in outputs for line in output.splitlines()]
    total = WRITERS * COMMITS
    assert sorted(told) == list(range(1, total + 1))
    ledger = ledger_of("eight")
    assert ledger.head().seq == total
    made = replay_is_whole(ledger)
    counted = [record.body["n"] for key, record in made.items() if key[0] == "counter"]
    drawn = [record.body["no"] for key, record in made.items() if key[0] == "made"]
    held = [mark.value for record in made.values() for mark in record.marks]
    assert (len(counted), sum(counted)) == (COUNTERS, total)
    assert sorted(drawn) == list(range(1, total + 1))
    assert sorted(held) == sorted(map(str, range(0, COMMITS, STEPS_PER_VALUE)))


def test_of_a_hundred_creations_with_one_tag_one_wins(environment: dict[str, str]) -> None:
    """All others are told who holds the tag."""
    tag, together = Mark("tag", "A-1"), Barrier(100)
    ledgers = [ledger_of("hundred") for _ in range(10)]

    def create(number: int) -> str:
        ledger = ledgers[number % len(ledgers)]
        together.wait()
        try:
            write(ledger, Put("asset", f"a{number}", {}, frozenset({tag})))
        except MarkTakenError as taken:
            return f"lost to {taken.extra['holder']}"
        return f"a{number}"

    with ThreadPoolExecutor(100) as pool:
        outcomes = list(pool.map(create, range(100)))

    [winner] = [outcome for outcome in outcomes if not outcome.startswith("lost")]
    assert outcomes.count(f"lost to {winner}") == 99
    assert [c.changes[0].id for c in ledgers[0].commits_after(0)] == [winner]


def test_a_writer_that_is_killed_leaves_whole_commits(environment: dict[str, str]) -> None:
    """At whatever point it dies: what it was told is there, and nothing is there by half."""
    chance = random.Random()  # noqa: S311 - when to kill is no secret
    told = 0
    for worker in range(KILLED):
        writer = start(environment, "killed", worker, 100_000)
        assert writer.stdout is not None
        lines = [writer.stdout.readline()]
        kill_after(writer, chance.uniform(0, 0.2))
        lines += writer.stdout.readlines()
        writer.communicate()
        told = max(json.loads(line)["seq"] for line in lines if line.endswith("\n"))
        assert told <= ledger_of("killed").head().seq <= told + 1

    ledger = ledger_of("killed")
    made = replay_is_whole(ledger)
    counted = sum(record.body["n"] for key, record in made.items() if key[0] == "counter")
    assert counted == ledger.head().seq >= KILLED


def kill_after(writer: subprocess.Popen[str], seconds: float) -> None:
    try:
        writer.wait(seconds)
    except subprocess.TimeoutExpired:
        writer.kill()


def replay_is_whole(ledger: Ledger) -> dict[tuple[str, str], Record]:
    """Require that the log explains every record, mark and step; return the records."""
    versions: dict[tuple[str, str], list[int]] = {}
    bodies = {}
    log = list(ledger.commits_after(0))
    assert [commit.seq for commit in log] == list(range(1, len(log) + 1))
    for commit in log:
        for change in commit.changes:
            key = (change.kind, change.id)
            versions.setdefault(key, []).append(change.version)
            bodies[key] = change.after
    stored = records(ledger, bodies)
    assert {key: record.body for key, record in stored.items()} == bodies
    for key, counted in versions.items():
        assert counted == list(range(1, stored[key].version + 1))
    for key in list(versions)[:50]:
        steps = ledger.history(*key, limit=1000)
        assert [step.version for step in reversed(steps)] == versions[key]
    return stored


def records(ledger: Ledger, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Record]:
    wanted, found = list(keys), {}
    for at in range(0, len(wanted), 90):
        for key, record in ledger.get_for_write(wanted[at : at + 90]).items():
            assert isinstance(record, Record)
            found[key] = record
    return found

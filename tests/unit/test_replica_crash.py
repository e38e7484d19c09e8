"""A process that is killed while it builds a replica leaves whole batches of commits, or none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from muster.ledger.model import Commit
from muster.replica import files, schema
from muster.replica.sqlite import SqliteReplica
from tests.bench.asset_log import LogLedger, log

_ASSETS = 4400
_CHILD = """
import sys
from pathlib import Path
from tests.bench.asset_log import LogLedger, log
from muster.replica.sqlite import SqliteReplica

class Talking(LogLedger):
    def commits_after(self, seq):
        for commit in super().commits_after(seq):
            print(commit.seq, flush=True)
            yield commit

SqliteReplica(Path(sys.argv[1]), "acme", Talking(log(int(sys.argv[2])))).catch_up()
"""


@pytest.fixture(scope="module")
def commits() -> list[Commit]:
    return list(log(_ASSETS))


@pytest.mark.parametrize("read", [1, 101, 115])
def test_a_killed_build_goes_on(tmp_path: Path, commits: list[Commit], read: int) -> None:
    """The file is kept, stands at a commit, holds that commit's state, and goes on from there."""
    _build_until(tmp_path, read)
    path = files.path_of(tmp_path, "acme", schema.VERSION)
    file = files.identity(path)
    replica = SqliteReplica(tmp_path, "acme", LogLedger(commits).as_ledger())

    seq = replica.seq()
    found = {record.id for kind in ("folder", "asset") for record in replica.records(kind)}
    assert found == {change.id for commit in commits[:seq] for change in commit.changes}
    assert replica.catch_up() == len(commits)
    assert len(replica.records("asset")) == _ASSETS
    assert read == 1 or files.identity(path) == file


def _build_until(directory: Path, read: int) -> None:
    """Start a build in a process, and kill it when it has read so many commits."""
    command = [sys.executable, "-c", _CHILD, str(directory), str(_ASSETS)]
    environment = {"PYTHONPATH": ":".join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdout is not None
        for _ in range(read):
            child.stdout.readline()
        child.kill()

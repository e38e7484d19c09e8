"""The local stack as a user has it: started, asked twice, ended, killed, and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra import ROOT
from infra.local.deploy import Clients
from infra.local.first import read_shell_file
from infra.local.place import Place
from infra.local.waiting import answers, wait_until
from tests.stack.running import free_port, process_is_gone

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
MARK = {"pk": {"S": "T#test#"}, "sk": {"S": "kept"}}


class Run:
    """One `python -m infra.local`, which is what `make run` calls."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.environment = {**os.environ, "MUSTER_HOME": str(place.home), "PORT": str(place.port)}
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "infra.local"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_until_ready(self) -> None:
        def ready() -> bool:
            return self.process.poll() is not None or (
                self.place.shell_file.is_file() and answers(f"{self.place.url}/v1/health")
            )

        assert wait_until(ready, seconds=120)
        assert self.process.poll() is None, self.process.communicate()[0]

    def again(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "infra.local"],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def end(self, number: signal.Signals) -> str:
        self.process.send_signal(number)
        words, _ = self.process.communicate(timeout=60)
        return words

    def kill_all(self) -> None:
        emulator = int((self.place.home / "emulator.pid").read_text())
        os.kill(emulator, signal.SIGKILL)
        self.process.kill()
        self.process.communicate()
        assert wait_until(lambda: process_is_gone(emulator), seconds=10)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "home", free_port())


@pytest.fixture
def start() -> Iterator[Callable[[Place], Run]]:
    """Return what starts a local stack; whatever the test does, none outlives it."""
    started: list[Run] = []

    def start(place: Place) -> Run:
        started.append(Run(place))
        return started[-1]

    yield start
    for run in started:
        if run.process.poll() is None:
            run.end(signal.SIGTERM)


@pytest.fixture
def run(start: Callable[[Place], Run], place: Place) -> Run:
    running = start(place)
    running.wait_until_ready()
    return running


def table(place: Place) -> tuple[Any, str]:
    """Return a client of the local stack, and the name of its ledger table."""
    name = read_shell_file(place)["MUSTER_LEDGER_TABLE"]
    return Clients(place).client("dynamodb"), name


def keep_mark(place: Place) -> None:
    client, name = table(place)
    client.put_item(TableName=name, Item=MARK)


def has_mark(place: Place) -> bool:
    client, name = table(place)
    return "Item" in client.get_item(TableName=name, Key=MARK)


def test_data_and_token_survive_a_stop(
    run: Run, start: Callable[[Place], Run], place: Place
) -> None:
    """What was written, the token and the address are the same after Ctrl-C and a new start."""
    keep_mark(place)
    before = read_shell_file(place)

    words = run.end(signal.SIGINT)
    again = start(place)
    again.wait_until_ready()

    assert run.process.returncode == 0
    assert "Everything is there at the next start" in words
    assert has_mark(place)
    assert read_shell_file(place) == before
    assert "Deployed" not in again.end(signal.SIGTERM)
    assert again.process.returncode == 0
    assert not answers(f"{place.url}/v1/health")


def test_data_survives_kill_9_of_everything(
    run: Run, start: Callable[[Place], Run], place: Place
) -> None:
    """When both processes are killed, the next start has what was there seconds before."""
    keep_mark(place)
    saved = place.state / "dynamodb.json"
    assert wait_until(lambda: saved.is_file() and "kept" in saved.read_text(), seconds=30)

    run.kill_all()
    again = start(place)
    again.wait_until_ready()

    assert has_mark(place)


def test_the_emulator_does_not_outlive_what_started_it(run: Run, place: Place) -> None:
    """`kill -9` of `make run` leaves no process behind and loses nothing."""
    keep_mark(place)
    emulator = int((place.home / "emulator.pid").read_text())

    run.process.kill()
    run.process.communicate()

    assert wait_until(lambda: process_is_gone(emulator), seconds=60)
    assert "kept" in (place.state / "dynamodb.json").read_text()


def test_a_second_start_says_where_the_first_one_is(run: Run, place: Place) -> None:
    """`make run` twice is no error and starts nothing."""
    second = run.again()

    assert second.returncode == 0
    assert f"already runs at {place.url}" in second.stdout
    assert answers(f"{place.url}/v1/health")


def test_a_port_in_use_is_refused_with_advice(
    run: Run, start: Callable[[Place], Run], tmp_path: Path
) -> None:
    """Another folder on a port that is taken ends at once and says what to do."""
    other = Place(tmp_path / "other", run.place.port)

    refused = start(other)
    words, _ = refused.process.communicate(timeout=60)

    assert refused.process.returncode == 1
    assert "is taken" in words
    assert "PORT=" in words


def test_the_shell_file_is_its_owners_alone_and_lets_one_in(run: Run, place: Place) -> None:
    """local.env holds a token that works, and nobody else may read it."""
    variables = read_shell_file(run.place)

    assert place.shell_file.stat().st_mode & 0o077 == 0
    assert place.home.stat().st_mode & 0o077 == 0
    assert variables["MUSTER_URL"] == place.url
    headers = {"Authorization": f"Bearer {variables['MUSTER_TOKEN']}"}
    assert httpx.get(f"{place.url}/v1/me", headers=headers, timeout=60).status_code == 200


def test_nothing_listens_beyond_this_machine(run: Run, place: Place) -> None:
    """Every port that the emulator opened is on 127.0.0.1."""
    emulator = (place.home / "emulator.pid").read_text()
    listening = listening_addresses(int(emulator))

    assert listening
    assert set(listening) == {"127.0.0.1"}


def listening_addresses(process_id: int) -> list[str]:
    """Return the addresses on which a process listens, from Linux's own tables."""
    if not Path("/proc/net/tcp").is_file():
        pytest.skip("this system has no /proc/net/tcp")
    sockets = {
        str(link.readlink())
        for link in Path(f"/proc/{process_id}/fd").iterdir()
        if link.is_symlink()
    }
    found = []
    for version in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process_id}/net/{version}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                raw = bytes.fromhex(fields[1].split(":")[0])
                found.append(".".join(str(part) for part in reversed(raw)))
    return found

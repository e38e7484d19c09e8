"""The command as a process of its own: help, imports, a terminal, Ctrl-C, a closed pipe."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from muster.cli.exits import Exit
from tests.unit.cli.conftest import Service

ROOT = Path(__file__).parents[3]
MUSTER = (sys.executable, "-m", "muster.cli.main")


def environment(service: Service, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(ROOT / "layers" / "muster" / "python"),
        "MUSTER_URL": service.url,
        "MUSTER_TOKEN": "mst_test",
        "TERM": "xterm-256color",
        "COLUMNS": "100",
        **more,
    }


def run_on_terminal(service: Service, *arguments: str, **more: str) -> str:
    """Run the command with a terminal as its stdout, and return what was written to it."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*MUSTER, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=environment(service, **more),
    ):
        os.close(theirs)
        written = b""
        while True:
            try:
                chunk = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            written += chunk
    os.close(ours)
    return written.decode()


def test_help_needs_no_heavy_import(service: Service) -> None:
    """`muster --help` loads neither the HTTP client nor boto3 nor pydantic."""
    code = (
        "import sys, muster.cli.main\n"
        "heavy = {'urllib3', 'boto3', 'botocore', 'pydantic', 'openpyxl', 'rich.table'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(service),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "command",
    [(), ("asset",), ("asset", "set"), ("import",), ("undo",), ("token",), ("tenant", "create")],
)
def test_every_command_explains_itself(service: Service, command: tuple[str, ...]) -> None:
    """--help says what the command is for."""
    done = subprocess.run(
        [*MUSTER, *command, "--help"],
        env=environment(service),
        capture_output=True,
        text=True,
        check=True,
    )

    assert f"{' '.join(('Usage:', 'python -m muster.cli.main', *command))}" in done.stdout


def test_a_terminal_gets_a_table_and_no_color_none(service: Service) -> None:
    """Bold and lines on a terminal; NO_COLOR takes the colours away."""
    service.problem("GET", "/v1/me", 403, title="Not allowed", detail="Ask an admin.")

    coloured = run_on_terminal(service, "whoami")
    plain = run_on_terminal(service, "whoami", NO_COLOR="1")

    assert "\x1b[" in coloured
    assert "\x1b[" not in plain
    assert "Not allowed: Ask an admin." in plain


def test_markup_in_names_is_only_text(service: Service) -> None:
    """What looks like Rich's markup in data is printed as it is."""
    item = {"id": "tok_1", "name": "[red]not red[/red] :smile:"}
    service.on("GET", "/v1/tokens", {"items": [item], "next_cursor": None})

    assert "[red]not red[/red] :smile:" in run_on_terminal(service, "token", "list")


@pytest.fixture
def heeds_ctrl_c() -> Iterator[None]:
    """Undo what a shell does to what it starts in the background: it makes it deaf to SIGINT."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_ends_it_with_130(service: Service) -> None:
    """Interrupted while it waits for the service, it says so and nothing else."""
    asked, released = threading.Event(), threading.Event()
    answer = service.answer

    def hold(method: str, path: str) -> tuple[int, object, dict[str, str]]:
        asked.set()
        released.wait(20)
        return answer(method, path)

    service.answer = hold  # type: ignore[method-assign]
    with subprocess.Popen(
        [*MUSTER, "whoami"], env=environment(service), stderr=subprocess.PIPE, text=True
    ) as process:
        assert asked.wait(20)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        released.set()

    assert process.returncode == Exit.INTERRUPTED
    assert said == "Interrupted.\n"


def test_a_closed_pipe_is_no_traceback(service: Service) -> None:
    """`muster asset list | head -1` ends quietly."""
    tokens = [{"id": f"tok_{n}", "name": "x" * 200} for n in range(2_000)]
    service.on("GET", "/v1/tokens", {"items": tokens, "next_cursor": None})
    read, write = os.pipe()
    os.close(read)

    with subprocess.Popen(
        [*MUSTER, "token", "list"], env=environment(service), stdout=write, stderr=subprocess.PIPE
    ) as process:
        os.close(write)
        _, said = process.communicate(timeout=30)

    assert b"Traceback" not in said

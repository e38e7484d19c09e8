"""`make run`: builds, starts, deploys, makes the first tenant, and stays in the foreground."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from infra.local.deploy import DeployError, deploy
from infra.local.emulator import Emulator, EmulatorError
from infra.local.first import ensure_first_token, write_shell_file
from infra.local.place import Place, PlaceError
from infra.local.waiting import answers, wait_until
from infra.package import build

if TYPE_CHECKING:
    from typing import IO

_HANDOVER_SECONDS = 60


def main() -> None:
    """Run the local stack; exit 0 also when it runs already."""
    try:
        place = Place.from_environment(os.environ)
        with _only_one(place) as held:
            if held is None:
                return
            _run(place, held)
    except (PlaceError, EmulatorError, DeployError) as error:
        print(f"muster: {error}", file=sys.stderr)
        raise SystemExit(1) from error


@contextmanager
def _only_one(place: Place) -> Iterator[IO[str] | None]:
    """Hold the folder's lock; None when another local stack holds it and answers."""
    # All data of all tenants lies below: it is nobody else's on this machine.
    place.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place.lock.open("a") as held:
        if not _try_lock(held):
            url = _address_of_running(place)
            if url and answers(f"{url}/v1/health"):
                _say(f"Muster already runs at {url}")
                _say(f"  its address and a token are in {place.shell_file}")
                yield None
                return
            _say("Another Muster is starting or ending here; waiting for it …")
            if not wait_until(lambda: _try_lock(held), seconds=_HANDOVER_SECONDS):
                raise EmulatorError(f"{place.home} stays locked. End the process that holds it.")
        yield held


def _run(place: Place, held: IO[str]) -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    _say("Packing …")
    package = build(place.home / "package")
    _say("Starting the emulator …")
    with Emulator(place, held=held.fileno()) as emulator:
        place.running.write_text(json.dumps({"process": os.getpid(), "url": place.url}))
        os.environ.pop("AWS_PROFILE", None)
        os.environ.update(place.aws_environment())
        if deploy(place, package):
            _say("Deployed the stack.")
        token = ensure_first_token(place)
        write_shell_file(place, token)
        _greet(place)
        wait_for_end(emulator, ended)
        _say("\nSaving and stopping …")
    place.running.unlink(missing_ok=True)
    _say("Stopped. Everything is there at the next start.")


def wait_for_end(emulator: Emulator, ended: threading.Event) -> None:
    """Return when a signal came; raise EmulatorError when the emulator ended by itself."""
    while not ended.wait(0.5):
        if emulator.exited:
            raise EmulatorError(f"The emulator ended. Its last words:\n{emulator.last_words()}")


def _try_lock(held: IO[str]) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _address_of_running(place: Place) -> str:
    try:
        running = json.loads(place.running.read_text())
        os.kill(running["process"], 0)
    except (OSError, ValueError, KeyError):
        return ""
    return str(running["url"])


def _greet(place: Place) -> None:
    _say(
        f"""
Muster runs at {place.url}    (Ctrl-C ends it; everything is kept in {place.home})

In another terminal:
  source {place.shell_file} && export PATH="$PWD/.venv/bin:$PATH"
  muster whoami
  muster import my-assets.csv --dry-run
  curl -H "Authorization: Bearer $MUSTER_TOKEN" "$MUSTER_URL/v1/assets"
  curl "$MUSTER_URL/v1/openapi.json"
"""
    )


def _say(text: str) -> None:
    print(text, flush=True)

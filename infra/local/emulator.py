"""Starts the emulator's process, waits for it, and ends it so that it saves its state."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from types import TracebackType
from typing import Self

from infra import ROOT
from infra.local.place import HOST, Place
from infra.local.waiting import answers, is_listening, wait_until

_START_SECONDS = 60
_STOP_SECONDS = 120
_TAIL = 20


class EmulatorError(Exception):
    """The emulator could not be started; the message says why and what to do."""


class Emulator:
    """A running emulator. It ends by itself when this process does, however that happens."""

    def __init__(self, place: Place, *, held: int | None = None) -> None:
        """`held` is a file whose lock the emulator's process holds on to."""
        self._place = place
        self._held = () if held is None else (held,)
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline = -1

    def __enter__(self) -> Self:
        place = self._place
        if is_listening(HOST, place.port):
            raise EmulatorError(
                f"Port {place.port} is taken by another program. Choose another: PORT=9000 make run"
            )
        # Replicas may be ahead of a state that was lost; unpacked code is unpacked again.
        shutil.rmtree(place.scratch, ignore_errors=True)
        for folder in (place.state / "s3", place.scratch):
            folder.mkdir(parents=True, exist_ok=True)
        reading, self._lifeline = os.pipe()
        with place.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "infra.local.gateway", str(reading)],
                cwd=ROOT,
                env=place.emulator_environment(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(reading, *self._held),
                start_new_session=True,  # Ctrl-C is for this process, which then ends that one
            )
        os.close(reading)
        place.process.write_text(str(self._process.pid))
        if not wait_until(lambda: self.exited or self.ready, seconds=_START_SECONDS) or self.exited:
            self.stop()
            raise EmulatorError(f"The emulator did not start. Its last words:\n{self.last_words()}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def exited(self) -> bool:
        """Whether the process has ended."""
        return self._process is not None and self._process.poll() is not None

    @property
    def ready(self) -> bool:
        """Whether it answers."""
        return answers(f"{self._place.url}/_ministack/ready")

    def stop(self) -> None:
        """End the process, and wait until its state is saved."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._lifeline)
        self._process = None

    def last_words(self) -> str:
        """Return the end of the log."""
        lines = self._place.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-_TAIL:])

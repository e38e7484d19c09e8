"""A queue in memory that runs its jobs at once, for tests of everything that starts one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable


class MemoryQueue:
    """Under the contract of `muster.jobs.model.JobQueue`: one job after another, in order."""

    def __init__(self, run: Callable[[str, str], None] | None = None) -> None:
        """`run` is given tenant and job id; without it, jobs wait in `waiting` for `drain`."""
        self.run = run
        self.waiting: deque[tuple[str, str]] = deque()
        self._running = False

    def send(self, tenant: str, job_id: str, version: int) -> None:
        """Queue a job, and run what waits unless this is called by a job that runs."""
        del version
        self.waiting.append((tenant, job_id))
        if self.run is not None:
            self.drain(self.run)

    def drain(self, run: Callable[[str, str], None]) -> None:
        """Run what waits, with what is queued meanwhile."""
        if self._running:
            return
        self._running = True
        try:
            while self.waiting:
                run(*self.waiting.popleft())
        finally:
            self._running = False

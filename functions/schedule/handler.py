"""The schedule function: every minute starts what is due."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from muster.container import Container
from muster.jobs.due import run_due
from muster.settings import Settings


class NotAllStartedError(Exception):
    """Some of what was due could not be started; it stays due, and the next minute tries again."""


@cache
def tools() -> tuple[Container, Logger]:
    """Return what lives as long as this execution environment."""
    return Container(Settings.from_environment(os.environ)), Logger()


def handle(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Start all that is due, and answer how much it was; one that fails holds no other up."""
    container, logger = tools()
    now = container.clock()
    found = container.timetable.due(now)
    failed = 0
    for due in found:
        logger.append_keys(tenant=due.tenant, record=due.record)
        try:
            run_due(container.scope, container.timetable, due, now)
        except Exception:  # the outermost edge: the others must not wait for this one
            logger.exception("due run not started")
            failed += 1
    if failed:
        raise NotAllStartedError(f"{failed} of {len(found)}")
    return {"started": len(found)}

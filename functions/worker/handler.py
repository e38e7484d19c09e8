"""The worker function: one queued job at a time."""

from __future__ import annotations

from typing import Any


def handle(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Report nothing as failed."""
    return {"batchItemFailures": [], "seen": len(event["Records"])}

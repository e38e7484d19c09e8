"""What an import's plan keeps beside its rows, and where the import's file lies."""

from __future__ import annotations

from typing import Any

from muster.jobs.plans.planfile import PlanFile
from muster.transfer.model import Plan, TransferModel


class PlanHead(TransferModel):
    """A plan, and what applying it needs beside its rows."""

    plan: Plan
    schema_writes: tuple[dict[str, Any], ...] = ()
    """Writes to the catalog and the folders, in order."""
    used_types: tuple[str, ...] = ()
    used_fields: tuple[str, ...] = ()
    used_folders: tuple[str, ...] = ()
    fingerprint: str = ""
    """Of the used types and fields as they are once `schema_writes` are made."""


def source_name(job_id: str) -> str:
    """Return the name of an import's file."""
    return f"jobs/{job_id}/source"


def write_head(file: PlanFile, head: PlanHead) -> None:
    """Store a plan's head."""
    file.write_head(head.model_dump_json().encode())


def read_head(file: PlanFile) -> PlanHead | None:
    """Return a plan's head, None when there is no such plan."""
    found = file.read_head()
    return PlanHead.model_validate_json(found) if found else None

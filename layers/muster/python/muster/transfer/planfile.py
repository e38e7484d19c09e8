"""Where a plan lies among the tenant's objects: its head, its rows in parts, and what was refused.

The only module that names the objects of an import.
"""

from __future__ import annotations

import gzip
import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from muster.ledger.objects import Objects
from muster.transfer.model import Plan, PlannedRow, RowProblem, TransferModel

ROWS_OF_A_PART = 2_000


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


class PlanFile:
    """One plan of an import, in a folder of its own."""

    def __init__(self, objects: Objects, job_id: str, name: str) -> None:
        """`name` is one of `new_plan_name`."""
        self._objects = objects
        self.name = name
        self._folder = f"jobs/{job_id}/{name}/"

    def write_rows(self, rows: Iterable[PlannedRow]) -> int:
        """Store the rows in parts, holding one part in memory; return how many parts there are."""
        parts = 0
        held: list[bytes] = []
        for row in rows:
            held.append(row.model_dump_json(exclude_defaults=True).encode())
            if len(held) == ROWS_OF_A_PART:
                self._put_part(parts, held)
                parts, held = parts + 1, []
        if held:
            self._put_part(parts, held)
            parts += 1
        return parts

    def _put_part(self, number: int, lines: Sequence[bytes]) -> None:
        # A level of 1 takes a fifth of the time and a tenth more room.
        packed = gzip.compress(b"\n".join(lines), compresslevel=1, mtime=0)
        self._objects.put(self._part(number), packed, content_type="application/gzip")

    def write_head(self, head: PlanHead) -> None:
        """Store what is not in the rows; a plan without it does not count."""
        packed = gzip.compress(head.model_dump_json().encode(), mtime=0)
        self._objects.put(f"{self._folder}head.json.gz", packed, content_type="application/gzip")

    def head(self) -> PlanHead | None:
        """Return the plan's head, None when there is no such plan."""
        packed = self._objects.get(f"{self._folder}head.json.gz")
        return PlanHead.model_validate_json(gzip.decompress(packed)) if packed else None

    def part(self, number: int) -> list[dict[str, Any]]:
        """Return the rows of a part as JSON, none when there is no such part."""
        packed = self._objects.get(self._part(number))
        return [json.loads(line) for line in gzip.decompress(packed).splitlines()] if packed else []

    def rows_from(self, position: int) -> Iterator[dict[str, Any]]:
        """Yield the rows from the one at `position` (0: the first), a part at a time in memory."""
        number, skipped = divmod(position, ROWS_OF_A_PART)
        while rows := self.part(number):
            yield from rows[skipped:]
            number, skipped = number + 1, 0

    def refuse(self, position: int, problems: Sequence[tuple[int, RowProblem]]) -> None:
        """Keep why rows were refused when they were applied.

        `position` is where the commit begins that they would have been in; it is stored before
        that commit, and stored again when a killed worker's successor comes there again.
        """
        lines = [[at, problem.model_dump(mode="json")] for at, problem in problems]
        self._objects.put(self._refused(position), json.dumps(lines).encode())

    def forget_refusals(self, position: int) -> None:
        """Remove what `refuse` kept for a commit that was not made."""
        self._objects.delete(self._refused(position))

    def refused(self, number: int) -> dict[int, dict[str, Any]]:
        """Return why rows of a part were refused, by their position."""
        found: dict[int, dict[str, Any]] = {}
        for name in self._objects.names(f"{self._folder}refused-{number:05}-"):
            content = self._objects.get(name)
            found |= dict(json.loads(content)) if content else {}
        return found

    def _refused(self, position: int) -> str:
        part = position // ROWS_OF_A_PART
        return f"{self._folder}refused-{part:05}-{position:08}.json"

    def _part(self, number: int) -> str:
        return f"{self._folder}rows-{number:05}.jsonl.gz"


def new_plan_name(number: int) -> str:
    """Return a name that no other plan has, not even one that is made at the same time."""
    return f"plan-{number:03}-{secrets.token_hex(4)}"


def forget_plan(objects: Objects, job_id: str, name: str) -> None:
    """Remove a plan that a newer one replaces."""
    for each in list(objects.names(f"jobs/{job_id}/{name}/")):
        objects.delete(each)

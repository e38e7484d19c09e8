"""Where a plan lies among the tenant's objects: its head, its rows in parts, and what deviated.

The only module that names the objects of a plan.
"""

from __future__ import annotations

import gzip
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from muster.ledger.objects import Objects

ROWS_OF_A_PART = 2_000
RESULTS = "results.csv"


class PlanFile:
    """One plan of a job, in a folder of its own."""

    def __init__(self, objects: Objects, job_id: str, name: str) -> None:
        """`name` is one of `new_plan_name`."""
        self.objects = objects
        self.name = name
        self._folder = f"jobs/{job_id}/{name}/"

    def write_rows(self, rows: Iterable[bytes]) -> int:
        """Store the rows, each a line of JSON, in parts, one of them in memory at a time.

        Returns how many parts there are.
        """
        parts = 0
        held: list[bytes] = []
        for row in rows:
            held.append(row)
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
        self.objects.put(self._part(number), packed, content_type="application/gzip")

    def write_head(self, head: bytes) -> None:
        """Store what is not in the rows; a plan without it does not count."""
        packed = gzip.compress(head, mtime=0)
        self.objects.put(f"{self._folder}head.json.gz", packed, content_type="application/gzip")

    def read_head(self) -> bytes | None:
        """Return the plan's head, None when there is no such plan."""
        packed = self.objects.get(f"{self._folder}head.json.gz")
        return gzip.decompress(packed) if packed else None

    def part(self, number: int) -> list[dict[str, Any]]:
        """Return the rows of a part as JSON, none when there is no such part."""
        packed = self.objects.get(self._part(number))
        return [json.loads(line) for line in gzip.decompress(packed).splitlines()] if packed else []

    def rows_from(self, position: int) -> Iterator[dict[str, Any]]:
        """Yield the rows from the one at `position` (0: the first), a part at a time in memory."""
        number, skipped = divmod(position, ROWS_OF_A_PART)
        while rows := self.part(number):
            yield from rows[skipped:]
            number, skipped = number + 1, 0

    def deviate(self, position: int, found: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
        """Keep what came out otherwise than planned: by position, what replaces it in the row.

        `position` is where the commit begins that the rows belong to; it is stored before that
        commit, and stored again when a killed worker's successor comes there again.
        """
        lines = [[at, dict(members)] for at, members in found]
        self.objects.put(self._deviation(position), json.dumps(lines).encode())

    def forget_deviations(self, position: int) -> None:
        """Remove what `deviate` kept for a commit that was not made."""
        self.objects.delete(self._deviation(position))

    def deviations(self, number: int) -> dict[int, dict[str, Any]]:
        """Return what replaces members of a part's rows, by their position."""
        found: dict[int, dict[str, Any]] = {}
        for name in self.objects.names(f"{self._folder}deviations-{number:05}-"):
            content = self.objects.get(name)
            found |= dict(json.loads(content)) if content else {}
        return found

    def came_to(self, number: int) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the positions and rows of a part with what became of them."""
        rows = self.part(number)
        deviations = self.deviations(number) if rows else {}
        for position, row in enumerate(rows, start=number * ROWS_OF_A_PART):
            yield position, {**row, **deviations.get(position, {})}

    def _deviation(self, position: int) -> str:
        part = position // ROWS_OF_A_PART
        return f"{self._folder}deviations-{part:05}-{position:08}.json"

    def _part(self, number: int) -> str:
        return f"{self._folder}rows-{number:05}.jsonl.gz"


def new_plan_name(number: int) -> str:
    """Return a name that no other plan has, not even one that is made at the same time."""
    return f"plan-{number:03}-{secrets.token_hex(4)}"


def forget_plan(objects: Objects, job_id: str, name: str) -> None:
    """Remove a plan that a newer one replaces."""
    for each in list(objects.names(f"jobs/{job_id}/{name}/")):
        objects.delete(each)

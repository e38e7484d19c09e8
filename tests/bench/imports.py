"""What an import costs from the file to the last row, and what undoing it costs."""

from __future__ import annotations

import base64
import csv
import io
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.bench.clocks import peak_memory_mib
from tests.bench.requests import Bill, bill
from tests.bench.world import World, world

_STATUSES = ("In use", "In stock", "Broken", "Lent")


@dataclass(frozen=True)
class Step:
    """One step of the import: its calls, the CPU seconds of our side, the commits."""

    name: str
    bill: Bill
    cpu_seconds: float
    commits: int


@dataclass(frozen=True)
class Import:
    """An import of so many rows, step by step."""

    rows: int
    file_bytes: int
    steps: tuple[Step, ...]
    peak_mib: float


def measure_import(rows: int) -> Import:
    """Import a file of this many rows, import it again, and undo the first."""
    content = make_file(rows)
    with tempfile.TemporaryDirectory() as folder, world(Path(folder)) as muster:
        made: list[str] = []

        def plan() -> None:
            made.append(_plan(muster, content))

        def apply() -> None:
            muster.send("POST", f"/v1/imports/{made[-1]}:apply", {})
            muster.work()
            _expect(muster, made[-1], "done", created=rows)

        def undo() -> None:
            muster.send("POST", f"/v1/jobs/{made[0]}:undo", {})
            muster.work()

        steps = [_step(muster, "plan", plan), _step(muster, "apply", apply)]
        peak = peak_memory_mib()
        steps += [_step(muster, "plan the same file again", plan), _step(muster, "undo", undo)]
    return Import(rows, len(content), tuple(steps), peak)


def make_file(rows: int) -> bytes:
    """Return a CSV of laptops, the same each time."""
    random = Random(3)  # noqa: S311 - the same each time
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["Name", "Asset Tag", "Serial", "Status", "Purchase Date", "Purchase Cost"])
    for row in range(rows):
        bought = f"20{random.randrange(18, 26)}-{random.randrange(1, 13):02d}-15"
        cost = f"{random.randrange(200, 3000)}.{random.randrange(100):02d} EUR"
        serial = f"SN{random.getrandbits(40):010X}{row}"
        status = random.choice(_STATUSES)
        writer.writerow([f"Laptop {row}", f"T-{row:06d}", serial, status, bought, cost])
    return text.getvalue().encode()


def _step(muster: World, name: str, run: Callable[[], None]) -> Step:
    muster.account.take_calls()
    stand_in, began = muster.account.spent.stand_in, time.process_time()
    run()
    spent = time.process_time() - began - (muster.account.spent.stand_in - stand_in)
    charged = bill(muster.account.take_calls())
    return Step(name, charged, spent, charged.calls["TransactWriteItems"])


def _plan(muster: World, content: bytes) -> str:
    request = {
        "filename": "bench.csv",
        "content_base64": base64.b64encode(content).decode(),
    }
    made: dict[str, Any] = muster.send("POST", "/v1/imports", request)
    muster.send("POST", f"/v1/imports/{made['id']}:plan", {"type": "laptop", "key": "tag"})
    muster.work()
    _expect(muster, made["id"], "planned")
    return str(made["id"])


def _expect(muster: World, import_id: str, state: str, **progress: int) -> None:
    found = muster.send("GET", f"/v1/imports/{import_id}")
    told = {name: found["progress"][name] for name in progress}
    if found["state"] != state or told != progress:
        raise RuntimeError(f"the import is {found['state']}: {found['progress']} {found['error']}")

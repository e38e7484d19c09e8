"""A made-up tenant's log of any length: types, folders, and assets with eight fields each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched
from random import Random
from typing import Any, cast

from muster.ledger.model import Actor, Cause, Change, Commit, Op, Reason
from muster.ledger.port import Ledger

TYPES = [f"typ_{number:026d}" for number in range(12)]
FOLDERS = [f"fol_{number:026d}" for number in range(500)]
STATUSES = [f"opt_{number:026d}" for number in range(6)]
_MODELS = ("Latitude 5540", "ThinkPad T14", "UltraSharp 27", "LaserJet M404", "Catalyst 9300")
_CITIES = ("Berlin", "Gdańsk", "Reykjavík", "Lyon", "Porto", "Łódź")
_START = datetime(2026, 1, 1, tzinfo=UTC)


class LogLedger:
    """As much of a ledger as a replica reads: commits in order. `calls` counts the readings."""

    def __init__(self, commits: Iterable[Commit] = ()) -> None:
        self.log = list(commits)
        self.calls = 0

    def commits_after(self, seq: int) -> Iterable[Commit]:
        self.calls += 1
        return iter(self.log[seq:])

    def as_ledger(self) -> Ledger:
        return cast("Ledger", self)


def asset_id(number: int) -> str:
    return f"ast_{number:026d}"


def asset(number: int) -> dict[str, Any]:
    """Return an asset's body, the same for the same number."""
    random = Random(number)  # noqa: S311 - made-up data, the same each time
    model = random.choice(_MODELS)
    bought = _START.date() - timedelta(days=random.randrange(2000))
    return {
        "type": random.choice(TYPES),
        "folder": random.choice(FOLDERS),
        "key": f"AST-{number}",
        "number": number,
        "name": f"{model} {random.choice(_CITIES)} {number}",
        "tag": f"T{number:07d}",
        "serial": f"SN{random.getrandbits(40):010X}" if number % 10 else None,
        "description": "Bought for the new office, third floor" if number % 3 else None,
        "fields": {
            "hardware.model": model,
            "hardware.status": random.choice(STATUSES),
            "hardware.price": {"minor": random.randrange(10_000, 300_000), "currency": "EUR"},
            "hardware.bought": bought.isoformat(),
            "hardware.cores": random.choice((4, 8, 16, 32)),
            "hardware.leased": random.random() < 0.2,
            "network.mac": [f"00:1a:{random.getrandbits(32):08x}" for _ in range(2)],
            "hardware.notes": "Checked in spring, battery replaced",
        },
        "trashed_at": "2026-02-01T00:00:00Z" if number % 50 == 7 else None,
        "trashed_by": "mem_1" if number % 50 == 7 else None,
    }


def commit(seq: int, changes: Sequence[Change]) -> Commit:
    """Return a commit of a member at a time that its number tells."""
    return Commit(
        seq=seq,
        at=_START + timedelta(seconds=seq),
        actor=Actor("mem_00000000000000000000000001", "Ada Lovelace"),
        reason=Reason(Cause.IMPORT, f"req-{seq}"),
        changes=tuple(changes),
    )


def created(kind: str, record_id: str, body: dict[str, Any]) -> Change:
    return Change(kind, record_id, Op.CREATE, 1, body, ())


def log(assets: int, *, per_commit: int = 40) -> Iterator[Commit]:
    """Yield a log that creates the folders and then the assets, `per_commit` at a time."""
    folders = [
        created(
            "folder", folder, {"name": f"Room {n}", "parent": FOLDERS[(n - 1) // 4] if n else None}
        )
        for n, folder in enumerate(FOLDERS)
    ]
    changes: Iterator[Change] = (
        created("asset", asset_id(number), asset(number)) for number in range(1, assets + 1)
    )
    seq = 0
    for source in (iter(folders), changes):
        for chunk in batched(source, per_commit, strict=False):
            seq += 1
            yield commit(seq, chunk)


def changed(assets: Sequence[int], *, after: int, seed: int = 2) -> Iterator[Commit]:
    """Yield one commit for each of the assets, the first numbered `after` + 1, that patches it."""
    random = Random(seed)  # noqa: S311 - made-up data, the same each time
    for step, number in enumerate(assets, start=1):
        body = asset(number)
        body["fields"]["hardware.status"] = random.choice(STATUSES)
        change = Change("asset", asset_id(number), Op.UPDATE, 2, body, ())
        yield commit(after + step, [change])

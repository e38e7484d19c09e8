"""What one request costs: AWS calls, bytes and units, and our own CPU."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.account import AwsCall
from tests.bench.clocks import Cpu, cpu_of
from tests.bench.world import World, world


@dataclass(frozen=True)
class Use:
    """One use, sent again and again with a running number."""

    name: str
    send: Callable[[int], Any]
    most_calls: int | None = None
    """What is promised of its AWS calls on a warm replica and a remembered token."""
    most_cpu_ms: float | None = None


@dataclass(frozen=True)
class Bill:
    """The AWS calls of one use."""

    calls: Counter[str]
    request_bytes: int
    response_bytes: int
    read_units: float
    write_units: float

    @property
    def number(self) -> int:
        """Return how many calls there were."""
        return self.calls.total()


@dataclass(frozen=True)
class Measured:
    """One use's bill and CPU."""

    name: str
    bill: Bill
    cpu: Cpu
    most_calls: int | None
    most_cpu_ms: float | None


@dataclass
class Requests:
    """All uses over so many assets, and what a request costs whose token is not remembered."""

    assets: int
    uses: list[Measured] = field(default_factory=list)
    first_read: Bill | None = None


def measure_requests(assets: int, times: int) -> Requests:
    """Measure every use over this many assets, each `times` times."""
    with tempfile.TemporaryDirectory() as folder, world(Path(folder)) as muster:
        ids = muster.grow(assets)
        found = Requests(assets)
        muster.forget_token()
        muster.send("GET", f"/v1/assets/{ids[0]}")
        found.first_read = bill(muster.account.take_calls())
        muster.send("GET", "/v1/assets", query={"limit": "1"})
        for use in uses(muster, ids):
            use.send(0)
            use.send(1)
            muster.account.take_calls()
            use.send(2)
            charged = bill(muster.account.take_calls())
            cpu = cpu_of(muster.account, use.send, range(3, times + 3))
            found.uses.append(Measured(use.name, charged, cpu, use.most_calls, use.most_cpu_ms))
            muster.account.take_calls()
        return found


def uses(muster: World, ids: Sequence[str]) -> list[Use]:
    """Return what people and programs do all day."""
    send, some = muster.send, ids[len(ids) // 2]
    return [
        Use("read an asset", lambda n: send("GET", _asset(ids, n)), 1, 1.5),
        Use("create an asset", lambda n: send("POST", "/v1/assets", _draft(n)), 2),
        Use("patch an asset", lambda n: send("PATCH", f"/v1/assets/{some}", _patch(n)), 2, 4.0),
        Use("list 50 assets", lambda _: send("GET", "/v1/assets", query=_LIST), 1, 15.0),
        Use("search a tag", lambda n: send("GET", "/v1/assets", query=_tag(n)), 1),
        Use("search what one in five has", lambda _: send("GET", "/v1/assets", query=_SEARCH), 1),
        Use("filter and sort", lambda _: send("GET", "/v1/assets", query=_FILTER), 1),
        Use("an asset's history", lambda _: send("GET", f"/v1/assets/{some}/history")),
        Use("batch of 24 creates", lambda n: send("POST", "/v1/assets:batch", _batch(n))),
        Use("delete an asset", lambda n: _delete(muster, ids[-n - 1]), 2),
    ]


_LIST = {"limit": "50", "sort": "name"}
_SEARCH = {"limit": "50", "q": "think*"}
_FILTER = {"limit": "50", "type": "laptop", "sort": "-updated_at,serial"}


def _asset(ids: Sequence[str], number: int) -> str:
    return f"/v1/assets/{ids[number * 7 % len(ids)]}"


def _tag(number: int) -> dict[str, str]:
    return {"limit": "50", "q": f"it-{number:06d}"}


def _draft(number: int) -> dict[str, Any]:
    return {
        "type": "laptop",
        "name": f"Anna's laptop {number}",
        "tag": f"NEW-{number:06d}",
        "serial": f"5CG{number:07d}",
    }


def _patch(number: int) -> dict[str, Any]:
    return {"name": f"Renamed {number}", "description": f"Moved to room {number % 90 + 100}"}


def _batch(number: int) -> dict[str, Any]:
    rows = [
        {"op": "create", "ref": str(row), "body": _draft(1_000_000 + number * 24 + row)}
        for row in range(24)
    ]
    return {"mode": "atomic", "operations": rows}


def _delete(muster: World, asset_id: str) -> Any:
    return muster.send("DELETE", f"/v1/assets/{asset_id}", headers={"If-Match": '"v1"'})


def bill(calls: Sequence[AwsCall]) -> Bill:
    """Add up calls."""
    return Bill(
        Counter(call.operation for call in calls),
        sum(call.request_bytes for call in calls),
        sum(call.response_bytes for call in calls),
        sum(call.read_units for call in calls),
        sum(call.write_units for call in calls),
    )

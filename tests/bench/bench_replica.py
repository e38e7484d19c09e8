"""What the replica costs: built from a log, caught up, and asked."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from muster.replica.port import AssetQuery, Sort
from muster.replica.sqlite import SqliteReplica
from tests.bench.asset_log import FOLDERS, STATUSES, TYPES, LogLedger, changed, log

CATCH_UPS = (1, 100, 10_000)

QUESTIONS: dict[str, AssetQuery] = {
    "newest change first": AssetQuery(),
    "of a type, by name": AssetQuery(types=TYPES[:1], sort=(Sort("name"),)),
    "of three types, by name": AssetQuery(types=TYPES[:3], sort=(Sort("name"),)),
    "in a folder": AssetQuery(folders=FOLDERS[40:41]),
    "in a folder and below, by serial": AssetQuery(
        folders=FOLDERS[1:2], include_subfolders=True, sort=(Sort("serial"),)
    ),
    "with a status, by name": AssetQuery(
        equals={"hardware.status": STATUSES[:1]}, sort=(Sort("name"),)
    ),
    "with one serial number": AssetQuery(equals={"serial": ["SN0000000000"]}),
    "by a field of its own": AssetQuery(sort=(Sort("hardware.price", descending=True),)),
    "text, a rare word": AssetQuery(text="T0000123"),
    "text, a prefix in one of five": AssetQuery(text="lat*"),
    "newest change first, counted": AssetQuery(count=True),
}


@dataclass(frozen=True)
class CatchUp:
    """Applying so many commits of one change each: CPU, and how often the ledger was read."""

    commits: int
    cpu_ms: float
    ledger_calls: int


@dataclass(frozen=True)
class Asked:
    """A list of 50: rows on its first page, and the median CPU of the first and the second."""

    name: str
    rows: int
    first_ms: float
    next_ms: float


@dataclass(frozen=True)
class ReplicaCosts:
    """What a tenant of so many assets costs."""

    assets: int
    build_cpu_seconds: float
    file_bytes: int
    catch_ups: tuple[CatchUp, ...]
    own_commit_ms: float
    """Applying a commit that this process wrote."""
    asked: tuple[Asked, ...]


def measure_replica(records: int, *, times: int = 20) -> ReplicaCosts:
    """Build a replica of so many assets, then catch up and ask, each question `times` times."""
    ledger = LogLedger(log(records))
    with _replica(ledger) as (replica, directory):
        build = _cpu_ms(replica.catch_up) / 1000
        size = sum(path.stat().st_size for path in directory.iterdir())
        asked = tuple(_ask(replica, name, query, times) for name, query in QUESTIONS.items())
        catch_ups = tuple(_catch_up(replica, ledger, records, number) for number in CATCH_UPS)
        own = _own_commit_ms(replica, ledger, records)
    return ReplicaCosts(records, build, size, catch_ups, own, asked)


@contextmanager
def _replica(ledger: LogLedger) -> Iterator[tuple[SqliteReplica, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        replica = SqliteReplica(Path(folder), "bench", ledger.as_ledger())
        yield replica, Path(folder)
        replica.close()


def _ask(replica: SqliteReplica, name: str, query: AssetQuery, times: int) -> Asked:
    page = replica.find_assets(query)
    after = replace(query, after=page.next) if page.next else query
    return Asked(
        name=name,
        rows=len(page.items),
        first_ms=_median_ms(lambda: replica.find_assets(query), times),
        next_ms=_median_ms(lambda: replica.find_assets(after), times),
    )


def _catch_up(replica: SqliteReplica, ledger: LogLedger, records: int, number: int) -> CatchUp:
    _change(ledger, records, number)
    calls = ledger.calls
    spent = _cpu_ms(replica.catch_up)
    assert replica.seq() == len(ledger.log)
    return CatchUp(number, spent, ledger.calls - calls)


def _change(ledger: LogLedger, records: int, number: int) -> None:
    random = Random(number)  # noqa: S311 - made-up data, the same each time
    chosen = [random.randrange(1, records + 1) for _ in range(number)]
    ledger.log.extend(changed(chosen, after=len(ledger.log), seed=number))


def _own_commit_ms(replica: SqliteReplica, ledger: LogLedger, records: int) -> float:
    first = len(ledger.log)
    _change(ledger, records, 50)
    commits = iter(ledger.log[first:])
    return _median_ms(lambda: replica.apply(next(commits)), 50)


def _median_ms(call: Callable[[], object], times: int) -> float:
    return statistics.median(_cpu_ms(call) for _ in range(times))


def _cpu_ms(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return (time.process_time() - began) * 1000

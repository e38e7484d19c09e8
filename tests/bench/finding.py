"""What it takes to find: a hundred different questions of each kind, from text to answer, warm."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from muster.ledger.memory_objects import MemoryObjects
from muster.ledger.model import Actor, Cause, Reason
from muster.ledger.port import Ledger
from muster.query.api import asset_query, compile_query
from muster.replica.condition import Place
from muster.replica.measures import AggregateQuery, Group, Measure
from muster.replica.sqlite import SqliteReplica
from muster.scope import Scope
from tests.bench.findable import Assets, LazyLedger
from tests.bench.findable_catalog import (
    CITIES,
    HOUSES,
    NOW,
    REGIONS,
    STATUSES,
    VENDORS,
    WORDS,
    ident,
    people,
)

_ASKED = 100
_WARMING = 10
"""Questions of each kind that are asked before, and not counted."""
_MS = 1000
_GROUPS = ("asset.status", "device.vendor", "device.memory", "asset.custodian", "type", "folder")

type Ask = Callable[[Scope], int]
"""Asks one question, and tells how many assets or groups the answer has."""


@dataclass(frozen=True)
class Found:
    """One kind of question: CPU of the middle one and of 95 in 100, and how much was found."""

    name: str
    p50_ms: float
    p95_ms: float
    most_ms: float
    empty: int
    """Answers with nothing in them."""


@dataclass(frozen=True)
class Finding:
    """What a tenant of so many assets takes."""

    assets: int
    build_cpu_seconds: float
    file_bytes: int
    open_ms: float
    """The first question of a process that finds the file in place."""
    kinds: tuple[Found, ...]


def measure_finding(number: int, *, asked: int = _ASKED) -> Finding:
    """Build a replica of so many assets, and ask `asked` questions of each kind."""
    assets = Assets(number)
    with tempfile.TemporaryDirectory() as folder:
        ledger = LazyLedger(assets)
        replica = SqliteReplica(Path(folder), "bench", ledger.as_ledger(), budget_bytes=1 << 40)
        making = _cpu_ms(lambda: sum(1 for _ in ledger.commits_after(0)))
        # What making up the commits takes is not the replica's.
        build = (_cpu_ms(replica.catch_up) - making) / _MS
        replica.close()
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
        scope = _scope(replica, ledger.as_ledger())
        opened = _cpu_ms(lambda: _ask(scope, 'serial = "SN0"'))
        kinds = tuple(_kind(scope, name, make(assets), asked) for name, make in _KINDS.items())
        replica.close()
    return Finding(number, build, size, opened, kinds)


def _scope(replica: SqliteReplica, ledger: Ledger) -> Scope:
    return Scope(
        tenant="bench",
        actor=Actor(ident("mem", 1), "Ada"),
        reason=Reason(Cause.API, "req"),
        ledger=ledger,
        replica=replica,
        objects=MemoryObjects("bench"),
        now=lambda: NOW,
        people=people,
    )


def _kind(scope: Scope, name: str, asks: Iterator[Ask], asked: int) -> Found:
    times, empty = [], 0
    for _ in range(_WARMING):
        next(asks)(scope)
    for _ in range(asked):
        ask = next(asks)
        began = time.process_time()
        empty += ask(scope) == 0
        times.append((time.process_time() - began) * _MS)
    times.sort()
    return Found(name, times[asked // 2], times[asked * 95 // 100 - 1], times[-1], empty)


def _ask(scope: Scope, text: str) -> int:
    checked = compile_query(scope, text)
    return len(scope.replica.find_assets(asset_query(checked)).items)


def _asking(text: Callable[[Random, Assets], str]) -> Callable[[Assets], Iterator[Ask]]:
    def asks(assets: Assets) -> Iterator[Ask]:
        random = Random(7)  # noqa: S311 - made-up questions, the same each time
        while True:
            yield partial(_ask, text=text(random, assets))

    return asks


def _exact(random: Random, assets: Assets) -> str:
    body = assets.body(random.randrange(100, assets.number))
    if random.random() < 0.5:
        return f'serial = "{body["serial"]}"'
    return f'Model = "{body["fields"]["device.model"]}"'


def _sorted(random: Random, assets: Assets) -> str:
    vendor, status = VENDORS[assets.skewed(random, 8)], STATUSES[assets.skewed(random, 6)]
    return f'Vendor = {vendor} AND Status = "{status}" ORDER BY "Warranty End" DESC, name'


def _subtree(random: Random, assets: Assets) -> str:
    parts = [REGIONS[assets.skewed(random, 5)], random.choice(CITIES), random.choice(HOUSES)]
    path = "/".join(parts[: random.randrange(1, 4)])
    return f'folder UNDER "/{path}" AND type = Laptop ORDER BY name'


def _text(random: Random, assets: Assets) -> str:
    model, _ = assets.model(random)
    if random.random() < 0.5:
        return f'"{model}" AND {random.choice(WORDS)}'
    return f'text HAS "{random.choice(WORDS)}" AND text HAS {random.choice(WORDS)}'


def _prefix(random: Random, assets: Assets) -> str:
    model, _ = assets.model(random)
    if random.random() < 0.3:
        return f'tag STARTSWITH "T{random.randrange(assets.number) // 100:05d}" ORDER BY tag'
    return f'name STARTSWITH "{model[: random.randrange(4, len(model))]}" ORDER BY name'


def _fuzzy(random: Random, assets: Assets) -> str:
    body = assets.body(random.randrange(100, assets.number))
    words = [*WORDS, body["serial"], body["tag"], *body["fields"]["device.model"].split()]
    return f'text ~ "{_mistyped(random, random.choice(words))}"'


def _mistyped(random: Random, word: str) -> str:
    at = random.randrange(1, len(word))
    match random.randrange(3):
        case 0:
            return word[:at] + word[at + 1 :]
        case 1:
            return word[:at] + "e" + word[at:]
        case _:
            return word[:at] + "e" + word[at + 1 :]


def _linked(random: Random, assets: Assets) -> str:
    server = assets.server(random) or 100
    body = assets.body(server)
    way = random.choice(("in", "out", "any"))
    where = f'reachable(key = {body["key"]}, types=("Runs on"), dir="{way}", depth=3)'
    return f'{where} AND Status != "Retired"'


def _history(random: Random, assets: Assets) -> str:
    old, new = random.sample(STATUSES, 2)
    if random.random() < 0.5:
        return f'Status CHANGED FROM "{old}" TO "{new}" AFTER -{random.randrange(1, 20)}m'
    vendor = VENDORS[assets.skewed(random, 8)]
    return f'Status WAS "{old}" BEFORE -{random.randrange(1, 9)}m AND Vendor = {vendor}'


def _aggregates(assets: Assets) -> Iterator[Ask]:
    random = Random(7)  # noqa: S311 - made-up questions, the same each time
    while True:
        yield partial(
            _aggregate,
            text=_subtree(random, assets).partition(" ORDER")[0] if random.random() < 0.5 else "",
            groups=tuple(Group(Place(leaf)) for leaf in random.sample(_GROUPS, 2)),
        )


def _aggregate(scope: Scope, text: str, groups: tuple[Group, ...]) -> int:
    query = asset_query(compile_query(scope, text))
    measures = (Measure("count"), Measure("sum", Place("purchase.cost")))
    return len(scope.replica.aggregate(AggregateQuery(query, measures, groups)).rows)


_KINDS: dict[str, Callable[[Assets], Iterator[Ask]]] = {
    "exact field": _asking(_exact),
    "two fields, sorted by two": _asking(_sorted),
    "folder subtree, sorted": _asking(_subtree),
    "text, ranked": _asking(_text),
    "prefix, sorted": _asking(_prefix),
    "fuzzy, ranked": _asking(_fuzzy),
    "links, three deep": _asking(_linked),
    "history": _asking(_history),
    "two groups, count and sum": _aggregates,
}


def _cpu_ms(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return (time.process_time() - began) * _MS


def main() -> None:
    """Measure one size and print it: `python -m tests.bench.finding 1000000`."""
    found = measure_finding(int(sys.argv[1]))
    sys.stdout.write(
        f"{found.assets:,} assets: built in {found.build_cpu_seconds:.1f} s of CPU,"
        f" {found.file_bytes / found.assets:.0f} bytes each, opened in {found.open_ms:.0f} ms\n"
    )
    for kind in found.kinds:
        times = f"{kind.p50_ms:9.2f} {kind.p95_ms:9.2f} {kind.most_ms:9.2f}"
        sys.stdout.write(f"{kind.name:28}{times}  {kind.empty} empty\n")


if __name__ == "__main__":
    main()

"""A made-up tenant to be searched: skewed types, places four folders deep, people, money, links,
and a past. The same for the same number, and never all in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import cached_property
from itertools import accumulate, batched, chain
from random import Random
from typing import Any, cast

from muster.ledger.model import Actor, Cause, Change, Commit, Op, Reason
from muster.ledger.port import Ledger
from tests.bench.findable_catalog import (
    ANY_FOLDER,
    CITIES,
    DEPARTMENTS,
    FIELDS,
    KINDS_OF_ASSETS,
    LINES,
    NOW,
    PEOPLE,
    RUNS_ON,
    SERVER,
    SOFT,
    START,
    STATUSES,
    TYPES,
    VENDORS,
    WORDS,
    folders,
    ident,
)

_PER_COMMIT = 40


class Assets:
    """The assets of a tenant of so many: their bodies, links and changes."""

    def __init__(self, number: int) -> None:
        """Make nothing yet."""
        self.number = number

    @cached_property
    def _weights(self) -> list[int]:
        return list(accumulate(weight for *_, weight in KINDS_OF_ASSETS))

    def skewed(self, random: Random, size: int) -> int:
        """Return a number below `size`: small ones come more often, as in life."""
        return int(size * random.random() ** 3)

    def model(self, random: Random) -> tuple[str, int]:
        """Return a model, and its vendor's number."""
        vendor = self.skewed(random, len(VENDORS))
        return f"{LINES[vendor]} {5000 + 10 * self.skewed(random, 60)}", vendor

    def body(self, number: int, step: int = 0) -> dict[str, Any]:
        """Return an asset as its creation left it, or a number of changes later."""
        if number <= DEPARTMENTS:
            return {
                "type": ident("typ", 0),
                "key": f"DEP-{number}",
                "name": f"Department {number} {CITIES[number % len(CITIES)]}",
                "fields": {},
            }
        random = Random(number)  # noqa: S311 - made-up data, the same each time
        (kind,) = random.choices(range(len(KINDS_OF_ASSETS)), cum_weights=self._weights)
        model, vendor = self.model(random)
        name = f"{model} {CITIES[self.skewed(random, len(CITIES))]} {number}"
        if KINDS_OF_ASSETS[kind][0] == "software":
            name = f"{random.choice(SOFT)} {number}"
        fields = self._fields(random, model, vendor)
        body = {
            "type": ident("typ", kind + 1),
            "folder": ident("fol", ANY_FOLDER + self.skewed(random, 4 * (ANY_FOLDER - 45))),
            "key": f"{KINDS_OF_ASSETS[kind][2]}-{number}",
            "number": number,
            "name": name,
            "tag": f"T{number:07d}",
            "serial": f"SN{random.getrandbits(40):010X}",
            "description": " ".join(random.choices(WORDS, k=9)) if number % 3 == 0 else None,
            "fields": fields,
        }
        if number % 97 == 5:
            body |= {"trashed_at": "2026-02-01T00:00:00Z", "trashed_by": ident("mem", 1)}
        for _ in range(step):
            self._change(random, fields)
        return body

    def _fields(self, random: Random, model: str, vendor: int) -> dict[str, Any]:
        bought = START.date() + timedelta(days=random.randrange(-1500, 650))
        checked = NOW - timedelta(minutes=random.randrange(600_000))
        fields = {
            "device.model": model,
            "device.vendor": ident("opt", 100 + vendor),
            "device.memory": random.choice((8, 16, 16, 32, 64)),
            "device.os.version": f"{random.randrange(10, 15)}.{random.randrange(9)}",
            "network.ip": [f"10.{self.skewed(random, 256)}.{random.randrange(256)}.7"],
            "asset.status": ident("opt", self.skewed(random, len(STATUSES))),
            "asset.department": ident("ast", 1 + self.skewed(random, DEPARTMENTS)),
            "purchase.cost": {
                "minor": random.randrange(10_000, 300_000),
                "currency": "USD" if random.random() < 0.1 else "EUR",
            },
            "purchase.date": bought.isoformat(),
            "warranty.end": (bought + timedelta(days=1095)).isoformat(),
            "last.check": f"{checked:%Y-%m-%dT%H:%M:%SZ}",
        }
        if random.random() < 0.6:
            fields["asset.custodian"] = ident("mem", self.skewed(random, PEOPLE))
        if random.random() < 0.4:
            fields["device.notes"] = " ".join(random.choices(WORDS, k=12)).capitalize()
        return fields

    def _change(self, random: Random, fields: dict[str, Any]) -> None:
        fields["asset.status"] = ident("opt", self.skewed(random, len(STATUSES)))
        if random.random() < 0.3:
            fields["asset.custodian"] = ident("mem", self.skewed(random, PEOPLE))

    def changes_of(self, number: int) -> int:
        """Return how often an asset was changed: one in three was, up to three times."""
        return number % 3 and not number % 2 and 1 + number % 4 % 3

    def server(self, random: Random) -> int | None:
        """Return the number of a server, None when none is near what was drawn."""
        drawn = random.randrange(DEPARTMENTS + 1, self.number + 1)
        for number in range(drawn, min(drawn + 60, self.number + 1)):
            if self.body(number)["type"] == ident("typ", SERVER + 1):
                return number
        return None


def log(assets: Assets) -> Iterator[Commit]:
    """Yield the tenant's commits: catalog and folders, then assets with their links and changes."""
    for seq, changes in enumerate(chain(_catalog(), _life(assets)), 1):
        yield Commit(
            seq=seq,
            at=START + (NOW - START) * seq / (assets.number + 2000),
            actor=Actor(ident("mem", seq % 40), "Ada Lovelace"),
            reason=Reason(Cause.IMPORT if seq % 5 else Cause.API, f"req-{seq}"),
            changes=tuple(changes),
        )


def _catalog() -> Iterator[Iterable[Change]]:
    kinds: dict[str, Iterable[Any]] = {
        "field_type": FIELDS,
        "asset_type": TYPES,
        "link_type": (RUNS_ON,),
        "folder": folders(),
    }
    for kind, models in kinds.items():
        for some in batched(models, _PER_COMMIT, strict=False):
            yield [_created(kind, model.id, model.body()) for model in some]


def _life(assets: Assets) -> Iterator[Iterable[Change]]:
    for some in batched(range(1, assets.number + 1), _PER_COMMIT, strict=False):
        yield [_created("asset", ident("ast", n), assets.body(n)) for n in some]
        linked = (n for n in some if n > 2 * DEPARTMENTS and n % 4)
        yield [_created("link", ident("lnk", n), _link(n)) for n in linked]
        changed = [(n, step + 1) for n in some for step in range(assets.changes_of(n))]
        for number, step in changed:
            body = assets.body(number, step)
            yield [Change("asset", ident("ast", number), Op.UPDATE, step + 1, body, ())]


def _link(number: int) -> dict[str, Any]:
    # To an earlier one, near or far, so that chains come about and some are linked to by many.
    random = Random(-number)  # noqa: S311 - made-up data, the same each time
    target = 1 + DEPARTMENTS + int((number - DEPARTMENTS - 1) * random.random() ** 0.5)
    target -= target == number
    return {"type": RUNS_ON.id, "source": ident("ast", number), "target": ident("ast", target)}


def _created(kind: str, record_id: str, body: dict[str, Any]) -> Change:
    return Change(kind, record_id, Op.CREATE, 1, body, ())


class LazyLedger:
    """As much of a ledger as a replica reads: its commits, made as they are read."""

    def __init__(self, assets: Assets) -> None:
        """Make nothing yet."""
        self._assets = assets
        self._last: int | None = None

    def commits_after(self, seq: int) -> Iterator[Commit]:
        """Yield the commits after a number; what was read to its end is not made again."""
        if self._last is not None and seq >= self._last:
            return
        for commit in log(self._assets):
            self._last = commit.seq
            if commit.seq > seq:
                yield commit

    def as_ledger(self) -> Ledger:
        return cast("Ledger", self)

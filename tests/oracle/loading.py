"""A world put into a ledger and a replica, commit by commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from muster.catalog.model import CatalogModel
from muster.ids import spelled
from muster.ledger.memory import MemoryLedger
from muster.ledger.memory_objects import MemoryObjects
from muster.ledger.model import Actor, Cause, Delete, Mark, Put, Reason, Record, Write
from muster.replica.sqlite import SqliteReplica
from muster.scope import Scope
from tests.oracle.world import Thing, World


class _Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def load(world: World, directory: Path, random: Random | None) -> Scope:
    """Return the scope of the world's caller. With `random` the replica
    now and then follows along the way.
    """
    clock = _Clock(min((t.created.at for t in _all(world)), default=world.now) - timedelta(days=1))
    ledger = MemoryLedger("acme", clock)
    replica = SqliteReplica(directory, "acme", ledger)
    _write(ledger, list(_furniture(world)), ("mem_system", "api"))
    for at, by, cause in sorted({(s.at, s.by, s.cause) for t in _all(world) for s in t.steps}):
        clock.now = at
        _write(ledger, list(_writes(ledger, world, (at, by, cause))), (by, cause))
        if random and random.random() < 0.2:
            replica.catch_up()
    clock.now = world.now
    _write(ledger, list(_endings(ledger, world)), ("mem_system", "api"))
    replica.catch_up()
    return Scope(
        tenant="acme",
        actor=Actor(world.me, "Me"),
        reason=Reason(Cause.API, "req-1"),
        ledger=ledger,
        replica=replica,
        objects=MemoryObjects("acme"),
        now=clock,
        people=lambda: world.members,
    )


def _all(world: World) -> list[Thing]:
    return sorted((*world.things, *world.purged), key=lambda thing: thing.row)


def _write(ledger: MemoryLedger, writes: list[Write], why: tuple[str, str]) -> None:
    by, cause = why
    for start in range(0, len(writes), 20):
        part = writes[start : start + 20]
        ledger.commit(part, actor=Actor(by, by.title()), reason=Reason(Cause(cause), "req-1"))


def _furniture(world: World) -> Iterator[Write]:
    kinds: dict[str, Iterable[CatalogModel]] = {
        "asset_type": world.types.values(),
        "field_type": world.fields.values(),
        "link_type": world.link_types.values(),
        "folder": world.folders.values(),
    }
    for kind, models in kinds.items():
        for model in models:
            yield Put(kind, str(getattr(model, "id")), model.body())  # noqa: B009 - not in all


def _writes(
    ledger: MemoryLedger, world: World, commit: tuple[datetime, str, str]
) -> Iterator[Write]:
    for thing in _all(world):
        for step in thing.steps:
            if (step.at, step.by, step.cause) == commit:
                yield Put("asset", thing.id, step.body, before=ledger.get("asset", thing.id))


def _endings(ledger: MemoryLedger, world: World) -> Iterator[Write]:
    """Yield links, primary assets, saved searches, and the end of what is purged."""
    for number, link in enumerate(world.links):
        body = {"type": link.type, "source": link.source, "target": link.target}
        yield Put("link", spelled("link", number), body)
    for number, (member, asset) in enumerate(world.primary.items()):
        marks = frozenset({Mark("preference", member)})
        body = {"member": member, "primary_asset": asset}
        yield Put("preference", spelled("preference", number), body, marks)
    for number, search in enumerate(world.searches):
        body = {"name": search.name, "query": search.query, "dialect": search.dialect}
        shared = {"visibility": "public", "owner": world.me}
        yield Put("saved_search", spelled("saved_search", number), body | shared)
    for thing in world.purged:
        record = ledger.get("asset", thing.id)
        assert isinstance(record, Record)
        yield Delete(record)

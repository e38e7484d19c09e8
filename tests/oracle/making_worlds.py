"""Worlds made at random: catalogs of all kinds, folders, people, assets with their history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from muster.access.model import Member, Role
from muster.catalog.model import (
    OPTION_KINDS,
    AssetType,
    FieldKind,
    FieldType,
    Folder,
    LinkType,
    Option,
    Placement,
)
from muster.ids import spelled
from tests.oracle.making_values import TEXTS, instant, stored
from tests.oracle.world import Joint, Step, Thing, World

K = FieldKind
_LABELS = (
    "Model", "Größe", "Warranty End", "OS version", "AND", "Owner", "Owner", "it's", 'say "hi"',
    "a.b", "Name", "Serial #", "Cost", "10", "Order By", "back\\slash", "Ort", "owner", "ip",
)  # fmt: skip
"""Two fields may have one label; `Name` is a built-in's."""
_ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")
_CAUSES = ("api", "web", "import")
_SINGLE = frozenset({K.GEO, K.JSON, K.AUTO_NUMBER, K.STATUS})
_WITHOUT = World({}, {}, {}, {}, (), (), (), "", datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))


def make_world(random: Random) -> World:
    """Return a world with some twenty assets, now and then with more."""
    fields = _fields(random)
    members = _members()
    world = replace(
        _WITHOUT,
        fields=fields,
        types=_types(random, sorted(fields)),
        link_types=_link_types(),
        folders=_folders(random),
        members=members,
        me=random.choice(members).id,
        zone=ZoneInfo(random.choice(_ZONES)),
    )
    things = _things(random, world)
    last = max(step.at for thing in things for step in thing.steps)
    gone = {thing.id for thing in things if random.random() < 0.06}
    there = tuple(thing for thing in things if thing.id not in gone)
    return replace(
        world,
        things=there,
        purged=tuple(thing for thing in things if thing.id in gone),
        links=_links(random, world, things),
        primary={m.id: random.choice(things).id for m in members if random.random() < 0.5},
        now=last + timedelta(hours=random.randint(1, 2000), seconds=7, microseconds=500),
    )


def _fields(random: Random) -> dict[str, FieldType]:
    kinds = list(K)
    chosen = [*random.sample(kinds, 12), K.TEXT, K.TEXT, K.REFERENCE, K.REFERENCE, K.USER]
    chosen += [K.INTEGER, K.DATE, K.DATETIME, K.SELECT, K.STATUS]
    made: dict[str, FieldType] = {}
    for number, kind in enumerate(chosen):
        prefix = random.choice(("computer", "asset", "a.b"))
        name = f"{prefix}.{kind}{number}"
        made[name] = _field(random, number, name, kind)
    reference = next(name for name, each in made.items() if each.kind is K.REFERENCE)
    if random.random() < 0.3:
        # The longest dotted name wins over a step to another asset.
        made[f"{reference}.name"] = _field(random, 90, f"{reference}.name", K.TEXT)
    return made


def _field(random: Random, number: int, name: str, kind: FieldKind) -> FieldType:
    several = kind not in _SINGLE and random.random() < 0.35
    if kind is K.MULTI_SELECT:
        several = True
    many = None if kind is K.MULTI_SELECT else 5
    return FieldType(
        id=spelled("field_type", number),
        name=name,
        label=random.choice(_LABELS) if random.random() < 0.4 else f"{kind.title()} {number}",
        kind=kind,
        max_values=many if several else 1,
        required=kind is not K.REFERENCE and random.random() < 0.1,
        currency=random.choice((None, "EUR", "JPY")) if kind is K.MONEY else None,
        number_template=random.choice((None, "INV-{n}")) if kind is K.AUTO_NUMBER else None,
        options=_options(number) if kind in OPTION_KINDS else (),
    )


def _options(number: int) -> tuple[Option, ...]:
    labels = ("In use", "Lost", "Größer", "select", "10")
    return tuple(
        Option(id=spelled("option", number * 10 + (place * 7) % 5), label=label, retired=place == 3)
        for place, label in enumerate(labels)
    )


def _types(random: Random, fields: list[str]) -> dict[str, AssetType]:
    plan = (
        ("computer", "Computer", None),
        ("type.laptop", "Laptop", 0),
        ("tablet", "Tablet", 1),
        ("book", "Büch", None),
    )
    made: dict[str, AssetType] = {}
    for number, (name, label, parent) in enumerate(plan):
        type_id = spelled("asset_type", number)
        made[type_id] = AssetType(
            id=type_id,
            name=name,
            label=label,
            key_prefix=name[-3:].upper(),
            parent=None if parent is None else spelled("asset_type", parent),
            fields=_placements(random, fields, share=0.3 if parent is not None else 0.75),
        )
    return made


def _placements(random: Random, fields: list[str], *, share: float) -> tuple[Placement, ...]:
    return tuple(
        Placement(
            field=name,
            label="Own label" if random.random() < 0.03 else None,
            required=random.choice((None, None, None, False)),
        )
        for name in fields
        if random.random() < share
    )


def _link_types() -> dict[str, LinkType]:
    plan = (
        ("Runs on", "carries", "runs on", False),
        ("Depends", "is needed by", "depends on", False),
        ("Beside", "beside", "beside", True),
    )
    return {
        spelled("link_type", number): LinkType(
            id=spelled("link_type", number),
            name=name,
            inbound_name=inbound,
            outbound_name=outbound,
            symmetric=symmetric,
        )
        for number, (name, inbound, outbound, symmetric) in enumerate(plan)
    }


def _folders(random: Random) -> dict[str, Folder]:
    made: dict[str, Folder] = {}
    for number in range(random.randint(2, 6)):
        parent = random.choice([None, *made])
        name = random.choice(("Laptops", "Büro 2", "Old", "it's", "Berlin"))
        if not any((f.name, f.parent) == (name, parent) for f in made.values()):
            folder_id = spelled("folder", number)
            made[folder_id] = Folder(id=folder_id, name=name, parent=parent)
    return made


def _members() -> tuple[Member, ...]:
    plan = (
        ("Ada Lovelace", "ada@example.org"),
        ("Bob", "bob@example.org"),
        ("Bob", "bob.two@example.org"),
        ("Zoë O'Hara", "zoe@example.org"),
    )
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    return tuple(
        Member(spelled("member", number), "acme", name, email, Role.EDITOR, 1, long_ago)
        for number, (name, email) in enumerate(plan)
    )


def _things(random: Random, world: World) -> list[Thing]:
    most = 24 if random.random() < 0.93 else 90
    ids = [spelled("asset", 1000 + number) for number in range(random.randint(8, most))]
    made: list[Thing] = []
    at = instant(random)
    waiting = list(ids)
    while waiting:
        at += timedelta(minutes=random.choice((1, 60, 1441, 40_000)), seconds=random.randint(3, 40))
        by, cause = _who(random, world)
        for _ in range(min(len(waiting), random.choice((1, 1, 2, 5)))):
            body = _body(random, world, ids, len(made))
            made.append(Thing(waiting.pop(0), len(made), (Step(at, by, cause, body),)))
    return _lived(random, world, made, at)


def _who(random: Random, world: World) -> tuple[str, str]:
    actors = [member.id for member in world.members]
    return random.choice([*actors, "system"]), random.choice(_CAUSES)


def _lived(random: Random, world: World, made: list[Thing], at: datetime) -> list[Thing]:
    """Return the assets after some commits that changed them."""
    ids = [thing.id for thing in made]
    for _ in range(random.randint(2, 14)):
        at += timedelta(minutes=random.choice((1, 60, 1441, 50_000)), seconds=random.randint(3, 40))
        by, cause = _who(random, world)
        for number in random.sample(range(len(made)), random.randint(1, 3)):
            thing = made[number]
            body = _changed(random, world, ids, thing.body, at)
            made[number] = replace(thing, steps=(*thing.steps, Step(at, by, cause, body)))
    return made


def _body(random: Random, world: World, ids: list[str], number: int) -> dict[str, Any]:
    kind = random.choice(sorted(world.types))
    body: dict[str, Any] = {
        "type": kind,
        "name": random.choice(TEXTS),
        "key": f"{world.types[kind].key_prefix}-{number + 1}",
        "fields": {
            name: stored(random, world.fields[name], ids, world)
            for name in world.placed(kind)
            if random.random() < 0.6
        },
    }
    for member in ("tag", "serial", "description"):
        if random.random() < 0.4:
            text = random.choice(TEXTS)
            body[member] = f"{text[:40]} {number}" if member == "tag" else text
    if world.folders and random.random() < 0.6:
        body["folder"] = random.choice(sorted(world.folders))
    if random.random() < 0.2:
        body["images"] = [spelled("file", 7)]
    if random.random() < 0.2:
        version = {"id": spelled("attachment", 2), "file": spelled("file", 8), "at": "x", "by": "y"}
        body["files"] = [{"id": spelled("attachment", 1), "name": "a", "versions": [version]}]
    return body


def _changed(
    random: Random, world: World, ids: list[str], body: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    changed = dict(body)
    if random.random() < 0.15:
        changed["trashed_at"], changed["trashed_by"] = at.isoformat(), world.me
    elif random.random() < 0.2:
        changed.pop("trashed_at", None)
        changed.pop("trashed_by", None)
    _change_members(random, world, changed)
    fields = dict(body["fields"])
    placed = sorted(world.placed(body["type"]))
    for name in random.sample(placed, min(len(placed), random.randint(0, 5))):
        fields.pop(name, None)
        if random.random() < 0.75:
            fields[name] = stored(random, world.fields[name], ids, world)
    changed["fields"] = fields
    return changed


def _change_members(random: Random, world: World, body: dict[str, Any]) -> None:
    if random.random() < 0.3:
        body["name"] = random.choice(TEXTS)
    if random.random() < 0.2:
        body.pop("description", None)
        if random.random() < 0.5:
            body["description"] = random.choice(TEXTS)
    if world.folders and random.random() < 0.3:
        body.pop("folder", None)
        if random.random() < 0.7:
            body["folder"] = random.choice(sorted(world.folders))


def _links(random: Random, world: World, things: list[Thing]) -> tuple[Joint, ...]:
    made: dict[tuple[str, frozenset[str] | tuple[str, str]], Joint] = {}
    for _ in range(random.randint(0, len(things))):
        source, target = random.sample([thing.id for thing in things], 2)
        kind = random.choice(list(world.link_types.values()))
        ends = frozenset((source, target)) if kind.symmetric else (source, target)
        made[kind.id, ends] = Joint(kind.id, source, target)
    return tuple(made.values())

"""A disagreement made small: the query and the world without all that it does not need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from muster.query import tree
from muster.query.parse import unparse
from tests.oracle.world import Thing, World

_MEMBERS = ("tag", "serial", "description", "folder", "images", "files")

type Differs = Callable[[World, str], bool]


_MOST_TRIES = 400
"""How often a query, and then a world, is asked anew."""


def reduced(world: World, query: tree.Query, differs: Differs) -> tuple[World, str]:
    """Return the smallest world and query found for which `differs` still holds."""
    query = _smallest(query, smaller, lambda each: differs(world, unparse(each)))
    text = unparse(query)
    return _smallest(world, smaller_worlds, lambda each: differs(each, text)), text


def _smallest[T](whole: T, parts: Callable[[T], Iterator[T]], keeps: Callable[[T], bool]) -> T:
    """Leave out what can be left out, going on where something could, until nothing can."""
    tries, start = 0, 0
    while tries < _MOST_TRIES:
        for place, part in enumerate(parts(whole)):
            if place < start or part == whole:
                continue
            tries += 1
            if keeps(part):
                whole, start = part, place
                break
            if tries >= _MOST_TRIES:
                return whole
        else:
            if start == 0:
                return whole
            start = 0
    return whole


def smaller(query: tree.Query) -> Iterator[tree.Query]:
    """Yield the queries that are this one without something."""
    if query.where is not None:
        yield replace(query, where=None)
        for where in _smaller(query.where):
            yield replace(query, where=where)
    for place in range(len(query.order)):
        yield replace(query, order=query.order[:place] + query.order[place + 1 :])
    if query.limit is not None:
        yield replace(query, limit=None)


def _smaller(node: Any) -> Iterator[Any]:
    """Yield what stands in the place of a node when something in it is left out."""
    if isinstance(node, tree.And | tree.Or):
        yield from node.items
        for place in range(len(node.items) if len(node.items) > 2 else 0):
            yield replace(node, items=node.items[:place] + node.items[place + 1 :])
    if isinstance(node, tree.Not):
        yield node.item
    if getattr(node, "negated", False):
        yield replace(node, negated=False)
    for member in fields(node) if is_dataclass(node) else ():
        value = getattr(node, member.name)
        for each in _smaller_member(member.name, value):
            yield replace(node, **{member.name: each})


def _smaller_member(name: str, value: Any) -> Iterator[Any]:
    if name in ("when", "before", "after", "by") and value is not None:
        yield None
    if name in ("arguments", "values") and len(value) > 1:
        for place in range(len(value)):
            yield value[:place] + value[place + 1 :]
    if name in ("items", "arguments", "values"):
        for place, item in enumerate(value):
            for each in _smaller(item):
                yield (*value[:place], each, *value[place + 1 :])
    elif name in ("item", "value", "call"):
        yield from _smaller(value)


def smaller_worlds(world: World) -> Iterator[World]:
    """Yield the worlds that are this one without some asset, link, step or value."""
    for things in _without_runs(world.things):
        yield replace(world, things=things)
    names = sorted({n for t in world.things for step in t.steps for n in step.body["fields"]})
    groups = [{*names} - {*kept} for kept in _without_runs(names)]
    for bare in (*groups, *({member} for member in _MEMBERS)):
        yield replace(world, things=tuple(_without(thing, bare) for thing in world.things))
    known = {thing.id for thing in world.things}
    yield replace(world, links=tuple(j for j in world.links if {j.source, j.target} <= known))
    for links in _without_runs(world.links):
        yield replace(world, links=links)
    yield replace(world, purged=())
    yield replace(world, primary={})
    for place, thing in enumerate(world.things):
        for each in _smaller_things(thing):
            changed = (*world.things[:place], each, *world.things[place + 1 :])
            yield replace(world, things=changed)


def _without_runs[T](items: Sequence[T]) -> Iterator[tuple[T, ...]]:
    """Yield the items without a half of them, without a quarter, without one."""
    for size in (len(items) // 2, len(items) // 4, 1):
        for start in range(0, len(items), max(size, 1)):
            yield (*items[:start], *items[start + size :])


def _smaller_things(thing: Thing) -> Iterator[Thing]:
    for place in range(1, len(thing.steps)):  # the first one tells when it was made
        yield replace(thing, steps=thing.steps[:place] + thing.steps[place + 1 :])
    names = {name for step in thing.steps for name in step.body["fields"]}
    if len(names) > 1:
        yield _without(thing, names)
    for name in sorted(names):
        yield _without(thing, {name})
    for member in (*_MEMBERS, "trashed_at"):
        if any(member in step.body for step in thing.steps):
            yield _without(thing, {member})


def _without(thing: Thing, names: set[str]) -> Thing:
    def bare(body: Any) -> dict[str, Any]:
        kept = {member: value for member, value in body.items() if member not in names}
        held = {name: value for name, value in body["fields"].items() if name not in names}
        return {**kept, "fields": held}

    return replace(thing, steps=tuple(replace(step, body=bare(step.body)) for step in thing.steps))


def shown(world: World, text: str) -> str:
    """Return a world for people to read: the fields that a query could mean, and all assets."""
    lines = [f"now {world.now.isoformat()} in {world.zone}; me {world.me}"]
    used = {name for thing in world.things for step in thing.steps for name in step.body["fields"]}
    for name, each in world.fields.items():
        if name in used or name.casefold() in text.casefold():
            labels = ", ".join(sorted(world.labels[name]))
            several = " (several)" if each.many else ""
            lines.append(f"field {name}: {each.kind}{several}, called {labels}")
    lines += [f"folder {f}: {world.path(f)}" for f in world.folders]
    for thing in world.things:
        for step in thing.steps:
            lines.append(f"{thing.id} {step.at.isoformat()} by {step.by}: {dict(step.body)}")
    lines += [f"link {world.link_types[j.type].name}: {j.source} → {j.target}" for j in world.links]
    return "\n".join(lines)

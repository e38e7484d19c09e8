"""The neighbourhood of an asset: a breadth-first walk over links and reference fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from muster.assets import refusals
from muster.assets.decide import look
from muster.assets.model import KIND
from muster.assets.present import Names, present_brief
from muster.assets.purge import referrers
from muster.catalog.model import AssetType, Catalog, FieldKind, LinkType
from muster.errors import FieldError
from muster.ledger.model import Record
from muster.scope import Scope

type Direction = Literal["both", "outbound", "inbound"]

_MOST_REFERRERS = 500


@dataclass(frozen=True)
class GraphQuery:
    """How far to walk, over what. Empty `link_types` and `types` allow any."""

    levels: int = 3
    limit: int = 100
    link_types: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    direction: Direction = "both"
    references: bool = True


@dataclass(frozen=True)
class Edge:
    """A link (`type` is the link type's id) or a reference (`type` is the field's name)."""

    id: str
    kind: Literal["link", "reference"]
    type: str
    source: str
    target: str

    def other(self, asset_id: str) -> str:
        """Return the end that is not this one."""
        return self.target if self.source == asset_id else self.source


@dataclass
class Graph:
    """What was reached. `hidden` counts, per node, the neighbours that were left out."""

    nodes: dict[str, Record] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)
    cycles: set[str] = field(default_factory=set)
    hidden: dict[str, set[str]] = field(default_factory=dict)
    full: bool = False


def asset_graph(scope: Scope, asset_id: str, query: GraphQuery) -> Graph:
    """Walk from the asset to `levels` steps away, at most `limit` assets, nearest first.

    Raises AssetNotFoundError.
    """
    scope.replica.catch_up()
    root = scope.replica.get_many(KIND, [asset_id]).get(asset_id)
    if root is None:
        raise refusals.asset_not_found(asset_id)
    walk = _Walk(scope, look(scope).catalog, query, Graph({asset_id: root}, {asset_id: 0}))
    frontier = [asset_id]
    for level in range(1, query.levels + 2):
        if frontier:
            frontier = walk.step(frontier, level)
    return walk.graph


def graph_query(
    scope: Scope, *, link_types: Sequence[str], types: Sequence[str], **rest: Any
) -> GraphQuery:
    """Return the query with link types and asset types looked up; raises InvalidParameterError."""
    catalog = look(scope).catalog
    kinds = {_found("link_types", word, catalog.link_type_of(word)) for word in link_types}
    wanted = {_found("types", word, catalog.type_of(word)) for word in types}
    return GraphQuery(link_types=frozenset(kinds), types=frozenset(wanted), **rest)


def _found(parameter: str, word: str, kind: LinkType | AssetType | None) -> str:
    if kind is None:
        detail = f"There is no type {word[:80]!r}."
        error = FieldError("invalid_parameter", detail, parameter=parameter)
        raise refusals.InvalidParameterError(detail, errors=[error])
    return kind.id


def present_graph(scope: Scope, root: str, graph: Graph) -> dict[str, Any]:
    """Return nodes with their level and count of hidden neighbours, and edges with their words."""
    names = Names(scope, look(scope).catalog)
    nodes = [
        {
            **present_brief(record, names),
            "level": graph.levels[asset_id],
            "hidden": len(graph.hidden.get(asset_id, ())),
            "trashed": "trashed_at" in record.body,
        }
        for asset_id, record in graph.nodes.items()
    ]
    edges = [_present_edge(edge, graph, names.catalog) for edge in graph.edges.values()]
    return {"root": root, "nodes": nodes, "edges": edges, "truncated": graph.full}


@dataclass(frozen=True)
class _Walk:
    scope: Scope
    catalog: Catalog
    query: GraphQuery
    graph: Graph

    def step(self, frontier: list[str], level: int) -> list[str]:
        """Take in the neighbours of the frontier and return the new ones.

        One level beyond the last, neighbours are only counted as hidden.
        """
        found = list(self._edges_at(frontier))
        unknown = {edge.other(at) for at, edge in found} - self.graph.nodes.keys()
        assets = self.scope.replica.get_many(KIND, unknown)
        reached: list[str] = []
        for at, edge in found:
            other = edge.other(at)
            if other in self.graph.nodes:
                self._close(edge)
            elif other in assets and self._take_in(at, assets[other], level):
                self.graph.edges[edge.id] = edge
                reached.append(other)
        return reached

    def _close(self, edge: Edge) -> None:
        """Keep an edge between two nodes that were reached already: it closes a cycle."""
        if edge.id not in self.graph.edges:
            self.graph.edges[edge.id] = edge
            self.graph.cycles.add(edge.id)

    def _take_in(self, at: str, other: Record, level: int) -> bool:
        if self.query.types and other.body["type"] not in self.query.types:
            return False
        full = len(self.graph.nodes) >= self.query.limit
        if full or level > self.query.levels:
            self.graph.full |= full and level <= self.query.levels
            self.graph.hidden.setdefault(at, set()).add(other.id)
            return False
        self.graph.nodes[other.id], self.graph.levels[other.id] = other, level
        return True

    def _edges_at(self, frontier: list[str]) -> Iterator[tuple[str, Edge]]:
        """Yield the edges at the frontier, each with the end at which it was found."""
        here, wanted = set(frontier), self.query.link_types
        for row in self.scope.replica.links_of(frontier):
            if not wanted or row.type in wanted:
                edge = Edge(row.id, "link", row.type, row.source, row.target)
                kind = self.catalog.link_types.get(row.type)
                either = kind is not None and kind.symmetric
                yield from _seen_from(edge, here, "both" if either else self.query.direction)
        if self.query.references and not wanted:
            for edge in self._references_at(frontier):
                yield from _seen_from(edge, here, self.query.direction)

    def _references_at(self, frontier: list[str]) -> Iterator[Edge]:
        if self.query.direction != "inbound":
            for asset_id in frontier:
                yield from _references_from(self.catalog, self.graph.nodes[asset_id])
        if self.query.direction != "outbound":
            found = referrers(self.scope, self.catalog, frontier, limit=_MOST_REFERRERS)
            for named, referrer in found:
                yield _reference(referrer.field, referrer.asset.id, named)


def _references_from(catalog: Catalog, record: Record) -> Iterator[Edge]:
    for name, value in record.body["fields"].items():
        definition = catalog.fields.get(name)
        if definition is not None and definition.kind is FieldKind.REFERENCE:
            for target in value if isinstance(value, list) else [value]:
                yield _reference(name, record.id, target)


def _reference(name: str, source: str, target: str) -> Edge:
    return Edge(f"{source}:{name}:{target}", "reference", name, source, target)


def _seen_from(edge: Edge, here: Iterable[str], direction: Direction) -> Iterator[tuple[str, Edge]]:
    if direction != "inbound" and edge.source in here:
        yield edge.source, edge
    if direction != "outbound" and edge.target in here:
        yield edge.target, edge


def _present_edge(edge: Edge, graph: Graph, catalog: Catalog) -> dict[str, Any]:
    names: tuple[str | None, str | None]
    if edge.kind == "link":
        kind = catalog.link_types.get(edge.type)
        names = (kind.outbound_name, kind.inbound_name) if kind else (None, None)
        type_name = kind.name if kind else None
    else:
        definition = catalog.fields.get(edge.type)
        names = (definition.label if definition else edge.type, None)
        type_name = edge.type
    return {
        "id": edge.id,
        "kind": edge.kind,
        "type": type_name,
        "name": names[0],
        "inbound_name": names[1],
        "source": edge.source,
        "target": edge.target,
        "cycle": edge.id in graph.cycles,
    }

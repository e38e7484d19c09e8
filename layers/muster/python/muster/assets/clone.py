"""A copy of an asset, with its links where that is asked for."""

from __future__ import annotations

from dataclasses import replace
from itertools import batched

from muster.assets import refusals
from muster.assets.decide import Look, carry_out, look, settle
from muster.assets.links import link_mark, neighbours
from muster.assets.model import KIND, LINK_KIND, Clone, is_trashed
from muster.assets.plan import plan_clone
from muster.assets.resolve import Resolver
from muster.assets.service import asset_key
from muster.ids import new_id
from muster.ledger.model import Put, Record
from muster.scope import Scope

# A link's Put takes three of a commit's hundred actions.
_LINKS_A_COMMIT = 25


def clone_asset(scope: Scope, asset_id: str, clone: Clone) -> Record:
    """Copy an asset without its tag, serial number, unique values and history.

    Links that don't fit into the copy's own commit follow in commits after it. Raises
    InvalidAssetError where a required unique field is not given a value in `clone`.
    """

    def decide(scope: Scope) -> tuple[Record, list[Put], Look]:
        key = asset_key(asset_id)
        source = scope.ledger.get_for_write([key]).get(key)
        if not isinstance(source, Record):
            raise refusals.asset_not_found(asset_id)
        if clone.copy_links:
            scope.replica.catch_up()
        seen = look(scope)
        put = plan_clone(seen.catalog, source, clone, Resolver(scope, seen.catalog).context())
        links = _links(scope, seen, asset_id, put.id) if clone.copy_links else []
        writes = [put, *links[:_LINKS_A_COMMIT]]
        made = carry_out(scope, writes, seen.unmoved)[KIND, put.id]
        return made, links[_LINKS_A_COMMIT:], seen

    made, more, seen = settle(scope, decide)
    after = replace(scope, request=None)
    for some in batched(more, _LINKS_A_COMMIT, strict=False):
        carry_out(after, some, {"assets:deleted": seen.seq})
    return made


def _links(scope: Scope, seen: Look, source: str, copy: str) -> list[Put]:
    puts: list[Put] = []
    for neighbour in neighbours(scope, source):
        kind = seen.catalog.link_types.get(neighbour.link.type)
        other = neighbour.asset
        if kind is None or other is None or is_trashed(other):
            continue
        ends = (copy, other.id) if neighbour.outbound else (other.id, copy)
        body = {"type": kind.id, "source": ends[0], "target": ends[1]}
        mark = link_mark(kind, body)
        puts.append(Put(LINK_KIND, new_id(LINK_KIND), body, frozenset({mark})))
    return puts

"""What an export is about before its first row: how many assets, and of which types."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from muster.assets.selection import Selection, question, selected
from muster.replica.port import AssetQuery
from muster.scope import Scope


@dataclass(frozen=True)
class Overview:
    """What is selected, as the replica stands."""

    total: int
    """Entries of a list that lead to no asset are counted, too."""
    types: frozenset[str]


def overview(scope: Scope, selection: Selection) -> Overview:
    """Return what is selected. What can't be asked for at once is walked, in bounded memory."""
    scope.replica.catch_up()
    asked = question(scope, selection)
    if asked is None:
        return _walked(scope, selection)
    counted = scope.replica.find_assets(replace(asked, limit=1, count=True))
    in_use = scope.replica.count_assets(by="type").keys()
    return Overview(counted.total or 0, _types(scope, asked, in_use))


def _walked(scope: Scope, selection: Selection) -> Overview:
    total, types = 0, set()
    for one in selected(scope, selection):
        total += 1
        if one.record is not None:
            types.add(one.record.body["type"])
    return Overview(total, frozenset(types))


def _types(scope: Scope, asked: AssetQuery, in_use: Collection[str]) -> frozenset[str]:
    wanted = [t for t in asked.types if t in in_use] if asked.types else in_use
    if len(wanted) == 1:
        return frozenset(wanted)
    return frozenset(t for t in wanted if _has_any(scope, replace(asked, types=[t], limit=1)))


def _has_any(scope: Scope, asked: AssetQuery) -> bool:
    return bool(scope.replica.find_assets(asked).items)

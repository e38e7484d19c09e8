"""What the exports of other asset trackers mean, each recognised by its header."""

from __future__ import annotations

from collections.abc import Collection

from muster.transfer.mappings.homebox import HOMEBOX
from muster.transfer.mappings.muster import MUSTER
from muster.transfer.mappings.ralph import RALPH
from muster.transfer.mappings.shelf import SHELF
from muster.transfer.mappings.snipe_it import SNIPE_IT
from muster.transfer.mappings.source import SourceMapping

SOURCES: tuple[SourceMapping, ...] = (MUSTER, SNIPE_IT, HOMEBOX, SHELF, RALPH)


def recognise(columns: Collection[str]) -> SourceMapping | None:
    """Return the mapping whose signature the columns bear."""
    folded = {column.casefold() for column in columns}
    return next((source for source in SOURCES if source.recognises(folded)), None)


def source_of(name: str) -> SourceMapping | None:
    """Return the mapping of this name."""
    return next((source for source in SOURCES if source.name == name), None)

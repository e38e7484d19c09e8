"""Muster's own exports: what Muster gives out itself is left out when they come back."""

from __future__ import annotations

from muster.transfer.mappings.source import LEFT_OUT, SourceMapping

_OWN = ("id", "key", "links", "images", "files")
_STAMPS = ("created_at", "created_by", "updated_at", "updated_by", "trashed_at")

MUSTER = SourceMapping(
    name="muster",
    label="Muster",
    signatures=(
        frozenset({"key", "name", "tag", "serial", "type", "folder"}),
        frozenset({"key", "name", "tag", "serial number", "type", "folder"}),
    ),
    columns=dict.fromkeys((*_OWN, *_STAMPS, *(s.replace("_", " ") for s in _STAMPS)), LEFT_OUT),
    keys=("tag", "serial"),
)

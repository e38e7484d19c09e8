"""A planned write as JSON and back: what a plan keeps of it until it is applied. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.ledger.model import Mark, Number, Put, Record


def put_as_json(put: Put) -> dict[str, Any]:
    """Return what makes the same Put again, given the record as it was."""
    found: dict[str, Any] = {
        "kind": put.kind,
        "id": put.id,
        "body": put.body,
        "version": put.before.version if put.before else None,
    }
    if put.marks:
        found["marks"] = sorted([mark.constraint, mark.value] for mark in put.marks)
    if put.numbers:
        found["numbers"] = [[list(n.path), n.sequence, n.template] for n in put.numbers]
    return found


def put_from_json(found: Mapping[str, Any], before: Record | None) -> Put:
    """Return the Put; `before` is the record at the version that `found` names."""
    return Put(
        kind=found["kind"],
        id=found["id"],
        body=found["body"],
        marks=frozenset(Mark(*mark) for mark in found.get("marks", ())),
        before=before,
        numbers=tuple(
            Number(tuple(path), sequence, template)
            for path, sequence, template in found.get("numbers", ())
        ),
    )

"""Queries answered: validated, found by pages, counted, completed at a cursor."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from muster.assets.found import Asked, compiled, page_of, question_of
from muster.catalog.load import load_catalog, load_folders
from muster.query.refusals import InvalidQueryError
from muster.replica.port import AssetQuery, Page
from muster.scope import Scope
from muster.search.asked import QueryBody, SuggestBody

if TYPE_CHECKING:
    from muster.query.check.checking import Checked

_ID = re.compile(r"\b[a-z]{3}_[0-9A-Z]{26}\b")
MOST_COUNTED = 10_000
"""Assets up to which an estimate is exact."""
MOST_COUNTED_ALONE = 100_000
"""Assets up to which `/count` is."""


def asked_by(body: QueryBody) -> Asked:
    """Return the query of a body."""
    return Asked(
        body.query,
        dialect=body.dialect,
        parameters=body.parameters,
        time_zone=body.time_zone,
        pointer="/query",
    )


def find(scope: Scope, checked: Checked, base: AssetQuery, count: str | None) -> tuple[Page, bool]:
    """Return a page, and whether its total is exact.

    An estimated total is counted up to MOST_COUNTED.
    """
    page = page_of(scope, checked, replace(base, count=count == "exact"))
    if count != "estimate":
        return page, True
    total, is_exact = count_found(scope, checked, MOST_COUNTED)
    return replace(page, total=total), is_exact


def count_found(scope: Scope, checked: Checked, most: int) -> tuple[int, bool]:
    """Return how many assets a query finds, and whether that is exact: else it is `most`."""
    total, is_exact = scope.replica.count(question_of(checked), most)
    if checked.limit is not None and checked.limit <= total:
        return checked.limit, True
    return total, is_exact


def validate(scope: Scope, asked: Asked) -> dict[str, Any]:
    """Return whether a query can be answered: its written form, or what is wrong with it."""
    from muster.query.parse import unparse

    try:
        checked = compiled(scope, asked)
    except InvalidQueryError as error:
        wrong = [{"code": e.code, "detail": e.detail, **e.extra} for e in error.errors]
        return {"valid": False, "errors": wrong}
    return {
        "valid": True,
        "canonical": unparse(checked.query),
        "warnings": warnings_of(checked),
        "uses": [{"kind": u.kind, "id": u.id, "name": u.name} for u in checked.uses],
    }


def explain(scope: Scope, checked: Checked, limit: int) -> dict[str, Any]:
    """Return how the first page of a query is come by: what was listed, read, and how long."""
    from muster.query.parse import unparse

    most = limit if checked.limit is None else max(1, min(limit, checked.limit))
    found = scope.replica.explain(question_of(checked, AssetQuery(limit=most)))
    return {
        "canonical": unparse(checked.query),
        "conditions": [
            {**asdict(each), "says": _in_words(scope, each.says)} for each in found.conditions
        ],
        "order": found.order,
        "given_up": found.given_up,
        "found": found.rows,
        "looked_at": found.looked_at,
        "assets": found.assets,
        "milliseconds": round(found.seconds * 1000, 3),
        "seq": found.seq,
        "warnings": warnings_of(checked),
    }


def _in_words(scope: Scope, says: str) -> str:
    """Return what a condition says with the names of types, folders and choices for their ids."""
    catalog, folders = load_catalog(scope), load_folders(scope)

    def named(found: re.Match[str]) -> str:
        id_ = found[0]
        if id_ in catalog.types:
            return catalog.types[id_].label
        if id_ in catalog.link_types:
            return catalog.link_types[id_].name
        if id_ in folders.by_id:
            return folders.path_of(id_)
        options = (each for field in catalog.fields.values() for each in field.options)
        return next((each.label for each in options if each.id == id_), id_)

    return _ID.sub(named, says)


def warnings_of(checked: Checked) -> list[dict[str, Any]]:
    """Return what is right in a query and may not be what was meant."""
    return [
        {"code": r.code, "detail": r.detail, "position": r.span[0], "end": r.span[1]}
        for r in checked.remarks
    ]


def complete(scope: Scope, body: SuggestBody) -> list[Mapping[str, Any]]:
    """Return what may stand at the cursor of a query, the likeliest first."""
    from muster.query.context import context_of
    from muster.query.suggest import suggest

    context = context_of(scope, dialect=body.dialect, time_zone=body.time_zone)
    position = len(body.query) if body.position is None else body.position
    found = suggest(context, body.query, position, replica=scope.replica)
    return [
        {
            "insert": each.insert,
            "kind": each.kind,
            "label": each.label,
            "description": each.description,
            "position": each.span[0],
            "end": each.span[1],
        }
        for each in found
    ]


def binding(body: QueryBody) -> str:
    """Return what a cursor of a search is bound to: the query, and whatever changes its meaning."""
    told: Sequence[Any] = [body.query, body.dialect, body.time_zone, body.parameters]
    return f"POST /v1/search?{json.dumps(told, sort_keys=True)}"

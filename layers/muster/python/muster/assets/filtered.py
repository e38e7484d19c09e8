"""The filter of a selection: the parameters of a list of assets, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from muster.assets.decide import look
from muster.assets.listed import invalid_selection
from muster.assets.query import Filters, asset_query
from muster.assets.resolve import Resolver
from muster.replica.port import AssetQuery
from muster.scope import Scope

type FilterValue = str | list[str] | bool
_OPTIONS = frozenset({"q", "trashed", "include_subtypes", "include_subfolders"})


def filtered(scope: Scope, given: Mapping[str, FilterValue]) -> AssetQuery:
    """Return what the replica is asked; raises InvalidSelectionError and what a list refuses."""
    conditions = {
        name: [value] if isinstance(value, str) else list(value)
        for name, value in given.items()
        if name not in _OPTIONS and not isinstance(value, bool)
    }
    odd = [n for n, v in given.items() if isinstance(v, bool) and not n.startswith("include_")]
    if odd:
        detail = f"{odd[0]} takes a text or a list of texts."
        raise invalid_selection("invalid_value", detail, f"/filter/{odd[0]}")
    filters = Filters(
        conditions=conditions,
        text=_text(given, "q"),
        trashed=_trashed(given),
        include_subtypes=_flag(given, "include_subtypes"),
        include_subfolders=_flag(given, "include_subfolders"),
    )
    return asset_query(Resolver(scope, look(scope).catalog), filters)


def _text(given: Mapping[str, FilterValue], name: str) -> str | None:
    value = given.get(name)
    if value is None or (isinstance(value, str) and value):
        return value or None
    raise invalid_selection("invalid_value", f"{name} takes a text.", f"/filter/{name}")


def _trashed(given: Mapping[str, FilterValue]) -> Literal["no", "yes", "any"]:
    match given.get("trashed", "no"):
        case "no":
            return "no"
        case "yes":
            return "yes"
        case "any":
            return "any"
    raise invalid_selection("invalid_value", "trashed takes no, yes or any.", "/filter/trashed")


def _flag(given: Mapping[str, FilterValue], name: str) -> bool:
    value = given.get(name, False)
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise invalid_selection("invalid_value", f"{name} takes true or false.", f"/filter/{name}")

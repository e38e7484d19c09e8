"""Checks the records that a log ends in: that each names only what is there, and can be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.archive.refusals import refused
from muster.archive.state import State
from muster.catalog.model import AssetType, Catalog, FieldType
from muster.catalog.values import present_value, value_marks

_TYPED = {"asset": "asset_type", "link": "link_type"}
"""What Muster never deletes while something names it."""


def check_standing(state: State) -> None:
    """Raise ArchiveRefusedError for a record that Muster could not show."""
    catalog = _catalog(state)
    for kind, of in _TYPED.items():
        known = state.ids(of)
        for record_id, body in state.bodies(kind):
            if body["type"] not in known:
                detail = f"{record_id} is of a type that is not there."
                raise refused("dangling", detail, f"records/{kind}")
            if kind == "asset":
                _check_values(catalog, record_id, body)


def _catalog(state: State) -> Catalog:
    fields = [FieldType.model_validate(body) for _, body in state.bodies("field_type")]
    types = (AssetType.model_validate({**b, "id": i}) for i, b in state.bodies("asset_type"))
    return Catalog(
        seq=0,
        types={each.id: each for each in types},
        fields={each.name: each for each in fields},
    )


def _check_values(catalog: Catalog, record_id: str, body: Mapping[str, Any]) -> None:
    for name, value in body["fields"].items():
        definition = catalog.fields.get(name)
        if definition is None or value is None:
            continue
        try:
            present_value(definition, value, _Nobody())
            if definition.unique:
                value_marks(definition, value)
        except (TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
            detail = f"{record_id} has a value of {name} that is none of a {definition.kind}."
            raise refused("value", detail, "records/asset") from error


class _Nobody:
    """Names of nothing: only the shape of a value counts here."""

    def asset(self, asset_id: str) -> dict[str, Any] | None:
        """Return None."""
        del asset_id
        return None

    def member(self, member_id: str) -> dict[str, Any] | None:
        """Return None."""
        del member_id
        return None

    def type(self, type_id: str) -> dict[str, Any] | None:
        """Return None."""
        del type_id
        return None

    def file(self, file_id: str) -> dict[str, Any] | None:
        """Return None."""
        del file_id
        return None

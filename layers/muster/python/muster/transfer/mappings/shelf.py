"""Shelf's import and export of assets: plain columns, and `cf:<name>, type:<kind>` ones."""

from __future__ import annotations

import re

from muster.catalog.model import FieldKind
from muster.transfer.mappings.source import LEFT_OUT, SourceMapping, custom, external_id
from muster.transfer.model import Target

_CUSTOM = re.compile(r"cf:\s*(?P<name>.*?)\s*(?:,\s*type:\s*(?P<kind>[\w -]+?)\s*)?", re.IGNORECASE)
_KINDS = {
    "text": FieldKind.TEXT,
    "multiline_text": FieldKind.TEXT_AREA,
    "multiline text": FieldKind.TEXT_AREA,
    "option": FieldKind.SELECT,
    "date": FieldKind.DATE,
    "boolean": FieldKind.BOOLEAN,
    "number": FieldKind.NUMBER,
    "amount": FieldKind.MONEY,
}
_SERIALS = {"serial", "serial number", "serialnumber", "serial no"}


def _own_field(column: str) -> Target | None:
    match = _CUSTOM.fullmatch(column)
    if match is None or not match["name"]:
        return None
    name = match["name"]
    if name.casefold() in _SERIALS:
        return Target(to="serial")
    kind = _KINDS.get((match["kind"] or "").casefold())
    return Target(to="shelf.*", label=name[:1].upper() + name[1:], kind=kind)


SHELF = SourceMapping(
    name="shelf",
    label="Shelf",
    signatures=(
        frozenset({"title", "kit", "category", "custodian"}),
        frozenset({"title", "category", "valuation", "location"}),
    ),
    columns={
        "id": external_id("shelf.id", "Shelf id"),
        "sequentialid": external_id("shelf.sequential_id", "Shelf asset id"),
        "title": Target(to="name"),
        "description": Target(to="description"),
        "qrid": external_id("shelf.qr_id", "Shelf QR code"),
        "barcode": Target(to="tag"),
        "kit": custom("shelf.kit", "Kit"),
        "category": custom("asset.category", "Category"),
        "tags": custom("asset.labels", "Labels", FieldKind.MULTI_SELECT),
        "location": custom("asset.location", "Location"),
        "valuation": custom("asset.value", "Value", FieldKind.MONEY),
        "custodian": custom("asset.custodian", "Custodian"),
        "bookable": custom("asset.bookable", "Bookable", FieldKind.BOOLEAN),
        "imageurl": LEFT_OUT,
        "assetmodel": custom("model.name", "Model"),
        "status": custom("asset.status", "Status", FieldKind.STATUS),
        "type": custom("shelf.tracking", "Tracking", FieldKind.SELECT),
        "quantity": custom("asset.quantity", "Quantity", FieldKind.NUMBER),
        "minquantity": custom("asset.minimum_quantity", "Minimum quantity", FieldKind.NUMBER),
        "unitofmeasure": custom("asset.unit_of_measure", "Unit of measure"),
        "consumptiontype": custom("shelf.consumption", "Consumption", FieldKind.SELECT),
    },
    keys=("shelf.id", "shelf.sequential_id", "tag"),
    identity=("name", "serial"),
    pattern=_own_field,
)

"""Homebox's item export: `HB.` columns, and one `HB.field.` column for each custom field."""

from __future__ import annotations

from muster.catalog.model import FieldKind
from muster.transfer.mappings.source import LEFT_OUT, SourceMapping, custom, external_id
from muster.transfer.model import Target

_PREFIX = "hb.field."
_DATE = FieldKind.DATE
_YES_NO = FieldKind.BOOLEAN
_MONEY = FieldKind.MONEY


def _own_field(column: str) -> Target | None:
    """Leave name and kind of a custom field to what its values look like."""
    if not column.casefold().startswith(_PREFIX):
        return None
    return Target(label=column[len(_PREFIX) :].strip() or None, to="homebox.*")


HOMEBOX = SourceMapping(
    name="homebox",
    label="Homebox",
    signatures=(frozenset({"hb.name", "hb.location"}), frozenset({"hb.name", "hb.import_ref"})),
    columns={
        "hb.import_ref": external_id("homebox.import_ref", "Homebox import reference"),
        "hb.asset_id": Target(to="tag"),
        "hb.name": Target(to="name"),
        "hb.description": Target(to="description"),
        "hb.serial_number": Target(to="serial"),
        "hb.location": custom("asset.location", "Location"),
        "hb.labels": custom("asset.labels", "Labels", FieldKind.MULTI_SELECT),
        "hb.tags": custom("asset.labels", "Labels", FieldKind.MULTI_SELECT),
        "hb.quantity": custom("asset.quantity", "Quantity", FieldKind.NUMBER),
        "hb.archived": custom("asset.archived", "Archived", _YES_NO),
        "hb.insured": custom("asset.insured", "Insured", _YES_NO),
        "hb.notes": custom("asset.notes", "Notes", FieldKind.TEXT_AREA),
        "hb.url": LEFT_OUT,
        "hb.model_number": custom("model.number", "Model number"),
        "hb.manufacturer": custom("model.manufacturer", "Manufacturer"),
        "hb.lifetime_warranty": custom("warranty.lifetime", "Lifetime warranty", _YES_NO),
        "hb.warranty_expires": custom("warranty.expires", "Warranty expires", _DATE),
        "hb.warranty_details": custom("warranty.details", "Warranty", FieldKind.TEXT_AREA),
        "hb.purchase_from": custom("purchase.supplier", "Supplier"),
        "hb.purchase_price": custom("purchase.cost", "Purchase cost", _MONEY),
        "hb.purchase_time": custom("purchase.date", "Purchase date", _DATE),
        "hb.purchase_date": custom("purchase.date", "Purchase date", _DATE),
        "hb.sold_to": custom("sale.buyer", "Sold to"),
        "hb.sold_price": custom("sale.price", "Sold for", _MONEY),
        "hb.sold_time": custom("sale.date", "Sold on", _DATE),
        "hb.sold_notes": custom("sale.notes", "Notes on the sale", FieldKind.TEXT_AREA),
    },
    keys=("homebox.import_ref", "tag"),
    identity=("name", "asset.location"),
    pattern=_own_field,
)

"""Snipe-IT's asset import files: the header of version 6 and later, and the older one.

Statuses, companies, locations and people stay values of fields: nothing is made of them but the
options of a status.
"""

from __future__ import annotations

from muster.catalog.model import FieldKind
from muster.transfer.mappings.source import SourceMapping, custom
from muster.transfer.model import Target

_NAME = Target(to="name")
_NOTES = Target(to="description")
_MODEL = custom("model.name", "Model")
_PERSON = "checkout.full_name"

SNIPE_IT = SourceMapping(
    name="snipe-it",
    label="Snipe-IT",
    signatures=(
        frozenset({"asset tag", "name", "model", "checkout type"}),
        frozenset({"asset tag", "item name", "model name"}),
        frozenset({"asset tag", "item name", "category", "model number"}),
    ),
    columns={
        "asset tag": Target(to="tag"),
        "serial": Target(to="serial"),
        "serial number": Target(to="serial"),
        "name": _NAME,
        "item name": _NAME,
        "asset notes": _NOTES,
        "notes": _NOTES,
        "company": custom("asset.company", "Company"),
        "category": custom("asset.category", "Category"),
        "location": custom("asset.location", "Location"),
        "default location": custom("asset.default_location", "Default location"),
        "status": custom("asset.status", "Status", FieldKind.STATUS),
        "asset eol date": custom("asset.eol_date", "End of life", FieldKind.DATE),
        "requestable": custom("asset.requestable", "Requestable", FieldKind.BOOLEAN),
        "model": _MODEL,
        "model name": _MODEL,
        "model number": custom("model.number", "Model number"),
        "model notes": custom("model.notes", "Model notes", FieldKind.TEXT_AREA),
        "manufacturer": custom("model.manufacturer", "Manufacturer"),
        "supplier": custom("purchase.supplier", "Supplier"),
        "order number": custom("purchase.order_number", "Order number"),
        "purchase date": custom("purchase.date", "Purchase date", FieldKind.DATE),
        "purchase cost": custom("purchase.cost", "Purchase cost", FieldKind.MONEY),
        "warranty": custom("warranty.months", "Warranty (months)", FieldKind.INTEGER),
        "warranty months": custom("warranty.months", "Warranty (months)", FieldKind.INTEGER),
        "checkout type": custom("checkout.type", "Checked out to"),
        "full name": custom(_PERSON, "Checked out to: name"),
        "email": custom("checkout.email", "Checked out to: e-mail", FieldKind.EMAIL),
        "username": custom("checkout.username", "Checked out to: user name"),
        "checked out to: username": custom("checkout.username", "Checked out to: user name"),
        "checked out to: first name": custom("checkout.first_name", "Checked out to: first name"),
        "checked out to: last name": custom("checkout.last_name", "Checked out to: last name"),
        "checked out to: full name": custom(_PERSON, "Checked out to: name"),
        "checked out to: email": custom(
            "checkout.email", "Checked out to: e-mail", FieldKind.EMAIL
        ),
        "checked out to: location": custom("checkout.location", "Checked out to: location"),
        "checked out to: tag": custom("checkout.asset_tag", "Checked out to: asset tag"),
    },
    keys=("tag", "serial"),
    identity=("name", "model.name"),
)

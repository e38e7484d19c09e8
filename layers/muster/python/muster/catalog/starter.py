"""Installing the starter catalog: what is there by name already is left alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from muster.catalog import change, starterdata
from muster.catalog.load import load_catalog
from muster.catalog.model import Catalog
from muster.catalog.puts import field_put, link_type_put, type_put
from muster.catalog.refusals import NameTakenError
from muster.ids import new_id
from muster.ledger.model import Put
from muster.ledger.packing import pack
from muster.scope import Scope
from muster.text import fold


def install_starter(scope: Scope) -> Mapping[str, int]:
    """Make what the tenant lacks of the starter catalog; return how many of each kind were made.

    What the tenant has by the same name stays as it is, so a second call changes nothing, and one
    that goes on where another was cut short completes it.
    """
    made = {"asset_type": 0, "field_type": 0, "link_type": 0}

    def decide(scope: Scope) -> None:
        seq = scope.replica.catch_up()
        commits = list(pack([put] for put in _missing(load_catalog(scope))))
        for number, writes in enumerate(commits, start=1):
            # An Idempotency-Key goes with the last commit.
            step = scope if number == len(commits) else replace(scope, request=None)
            records = change.write(step, writes, {"catalog": seq})
            # What touched the catalog since can only be this commit.
            seq = max(record.updated.seq for record in records.values())
            for kind, _ in records:
                made[kind] += 1

    # A name that somebody took meanwhile is theirs.
    change.rounds(scope, decide, NameTakenError)
    return {f"{kind}s": count for kind, count in made.items()}


def _missing(catalog: Catalog) -> Iterator[Put]:
    """Yield types before the fields that refer to them; a type may place what is yet to come."""
    ids = {kind.name: kind.id for kind in catalog.types.values()}
    for kind in starterdata.asset_types():
        if kind.name not in ids:
            ids[kind.name] = new_id("asset_type")
            parent = ids[kind.parent] if kind.parent else None
            yield type_put(kind.model_copy(update={"id": ids[kind.name], "parent": parent}))
    for field in starterdata.field_types():
        if field.name not in catalog.fields:
            targets = tuple(ids[name] for name in field.reference_types)
            update = {"id": new_id("field_type"), "reference_types": targets}
            yield field_put(field.model_copy(update=update))
    known = {fold(link_type.name) for link_type in catalog.link_types.values()}
    for link_type in starterdata.link_types():
        if fold(link_type.name) not in known:
            yield link_type_put(link_type.model_copy(update={"id": new_id("link_type")}))

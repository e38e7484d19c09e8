"""Which files and uploads nothing refers to any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from muster.attachments.model import UPLOAD
from muster.catalog.load import load_catalog
from muster.catalog.model import FieldKind
from muster.files.contents import all_files
from muster.ledger.model import Record
from muster.replica.project import FILES, IMAGES
from muster.replica.walk import every
from muster.scope import Scope

UPLOADS_KEPT = timedelta(days=1)
"""How long an upload can be asked for; its form is good for a quarter of an hour."""
MOST_SHOWN = 100


class Usage:
    """What refers to files, as far as the replica knows: assets (those in the trash too), the
    values and defaults of fields, and icons.
    """

    def __init__(self, scope: Scope) -> None:
        """Look at the catalog as it is now."""
        catalog = load_catalog(scope)
        kinds = (FieldKind.IMAGE, FieldKind.FILE)
        fields = [each for each in catalog.fields.values() if each.kind in kinds]
        self._replica = scope.replica
        self._names = (IMAGES, FILES, *(each.name for each in fields))
        self._named = {each.icon for each in catalog.types.values()}
        for each in catalog.fields.values():
            self._named.update(option.icon for option in each.options)
        for each in fields:
            held = each.default if isinstance(each.default, list) else [each.default]
            self._named.update(value for value in held if isinstance(value, str))

    def is_used(self, file_id: str) -> bool:
        """Tell whether anything refers to a file."""
        return file_id in self._named or any(
            self._replica.field_in_use(name, option=file_id) for name in self._names
        )


@dataclass
class Unused:
    """What a sweep would remove."""

    files: int = 0
    bytes: int = 0
    """Of the files' contents, without their thumbnails."""
    uploads: int = 0
    shown: list[Record] = field(default_factory=list)
    """The first files."""


def unused(scope: Scope, before: datetime) -> Unused:
    """Return what a sweep would remove now; `before` is when a file was last changed at latest.

    One pass over files and uploads by pages; each file is asked for in an index.
    """
    scope.replica.catch_up()
    usage = Usage(scope)
    found = Unused(uploads=sum(1 for _ in old_uploads(scope)))
    for record in all_files(scope):
        if record.updated.at < before and not usage.is_used(record.id):
            found.files += 1
            found.bytes += record.body["size"]
            if len(found.shown) < MOST_SHOWN:
                found.shown.append(record)
    return found


def old_uploads(scope: Scope) -> Iterator[Record]:
    """Yield the uploads that are over, or were never sent, for a day."""
    since = scope.now() - UPLOADS_KEPT
    for record in every(scope.replica, UPLOAD):
        if record.created.at >= since:
            return
        if record.updated.at < since:
            yield record

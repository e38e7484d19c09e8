"""The form of a built-in mapping."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from muster.catalog.model import FieldKind
from muster.transfer.model import Target

LEFT_OUT = Target()


def _nothing(_column: str) -> Target | None:
    return None


@dataclass(frozen=True)
class SourceMapping:
    """How one tracker's export is read. Columns are named in lower case."""

    name: str
    label: str
    signatures: tuple[frozenset[str], ...]
    """Columns that are all there in one of the export's generations, and together nowhere else."""
    columns: Mapping[str, Target]
    keys: tuple[str, ...]
    """Targets that tell an asset, best first; the first that is filled in every row is taken."""
    identity: tuple[str, ...] = ()
    """Targets that tell an asset where there is no key: `import.key` is made of them."""
    pattern: Callable[[str], Target | None] = _nothing
    """Says what a column means whose name holds a part that the user chose."""

    def recognises(self, columns: Collection[str]) -> bool:
        """Tell whether a header, in lower case, is of this export."""
        return any(signature <= set(columns) for signature in self.signatures)

    def target(self, column: str) -> Target | None:
        """Return what a column means here, None when this export has no such column."""
        return self.columns.get(column.casefold()) or self.pattern(column)


def custom(name: str, label: str, kind: FieldKind = FieldKind.TEXT) -> Target:
    """Return a field as target, with what it is made as when the catalog lacks it."""
    return Target(to=name, label=label, kind=kind)


def external_id(name: str, label: str) -> Target:
    """Return a unique field that keeps the other tracker's id."""
    return Target(to=name, label=label, kind=FieldKind.TEXT, unique=True)

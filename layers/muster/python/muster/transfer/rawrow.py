"""A row as it stands in a file of any format, and what is wrong in its cells. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from muster.transfer.model import MAX_CELL_CHARACTERS


@dataclass(frozen=True)
class RawProblem:
    """Why a row, or the cell at `index` of it, can't be read."""

    code: str
    detail: str
    index: int | None = None


@dataclass(frozen=True)
class RawRow:
    """A row of texts. `number` counts rows from 1, with the header and blank ones."""

    number: int
    cells: tuple[str, ...]
    problems: tuple[RawProblem, ...] = ()

    @property
    def blank(self) -> bool:
        """Tell whether nothing is in it."""
        return not self.problems and not any(cell.strip() for cell in self.cells)


def cell_problems(cells: Sequence[str]) -> Iterator[RawProblem]:
    """Yield what is wrong in texts whatever their column means."""
    for index, cell in enumerate(cells):
        # Cheap for what nearly every cell is: short, and ASCII without NUL.
        if len(cell) > MAX_CELL_CHARACTERS:
            detail = f"The cell is longer than {MAX_CELL_CHARACTERS} characters."
            yield RawProblem("cell_too_long", detail, index)
        elif "\0" in cell:
            yield RawProblem("nul_character", "The cell holds a NUL character.", index)
        elif not cell.isascii() and any("\udc80" <= c <= "\udcff" for c in cell):
            detail = "The cell holds bytes that the file's encoding does not have."
            yield RawProblem("wrong_encoding", detail, index)

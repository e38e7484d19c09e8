"""What came before in a file, kept on disk: memory does not grow with the file."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from types import TracebackType
from typing import Self

_CACHE_KIB = 4096
_AT_ONCE = 500
_KEPT_AS_IT_IS_BYTES = 31
"""A longer text is kept as its hash, which has 32 bytes, so that none is taken for another."""


class Notebook:
    """A database in a temporary file without a name, gone with its process, however that ends."""

    def __init__(self) -> None:
        # With an empty name SQLite makes a file of its own where TMPDIR says, and unlinks it.
        self._database = sqlite3.connect("", isolation_level=None)
        self._tables = 0
        for statement in (
            f"PRAGMA cache_size = -{_CACHE_KIB}",
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "BEGIN",
        ):
            self._database.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()

    def seen(self) -> Seen:
        """Return a new table of what was seen, empty."""
        self._tables += 1
        return Seen(self._database, f"seen_{self._tables}")


class Seen:
    """A number for each text that was noted; the texts themselves are not given back."""

    def __init__(self, database: sqlite3.Connection, table: str) -> None:
        """Make the table, whose name is one of `Notebook`'s."""
        self._database = database
        database.execute(
            f"CREATE TABLE {table} (text BLOB PRIMARY KEY, number INTEGER) WITHOUT ROWID"
        )
        # A table's name is no parameter of a statement, and this one is ours.
        self._ask = f"SELECT text, number FROM {table} WHERE text IN "  # noqa: S608
        self._put = f"REPLACE INTO {table} VALUES (?, ?)"  # noqa: S608
        self._add = f"INSERT OR IGNORE INTO {table} VALUES (?, ?)"  # noqa: S608

    def numbers(self, texts: Iterable[str]) -> dict[str, int]:
        """Return the numbers of those of the texts that were noted."""
        short = {_short(text): text for text in texts}
        found: dict[str, int] = {}
        for some in batched(short, _AT_ONCE, strict=False):
            places = ",".join("?" * len(some))
            for text, number in self._database.execute(f"{self._ask}({places})", some):
                found[short[text]] = number
        return found

    def first(self, numbers: Mapping[str, int]) -> Mapping[str, int]:
        """Note a number for each text that has none; return the number that each then has."""
        rows = [(_short(text), number) for text, number in numbers.items()]
        added = self._database.executemany(self._add, rows).rowcount
        # Nearly always all are new, and need not be looked up.
        return numbers if added == len(rows) else self.numbers(numbers)

    def note(self, numbers: Mapping[str, int]) -> None:
        """Note a number for each text, in place of an earlier one."""
        rows = ((_short(text), number) for text, number in numbers.items())
        self._database.executemany(self._put, rows)


class Ordinals:
    """Counts for each text how often it came."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self.repeated = 0
        """How many texts had come before."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return for each text the how-manieth of its kind it is, from 1."""
        known = self._seen.numbers(texts)
        counts = []
        for text in texts:
            known[text] = known.get(text, 0) + 1
            counts.append(known[text])
        self.repeated += sum(count > 1 for count in counts)
        self._seen.note(known)
        return counts


def _short(text: str) -> bytes:
    encoded = text.encode("utf-8", "surrogatepass")
    if len(encoded) <= _KEPT_AS_IT_IS_BYTES:
        return encoded
    return hashlib.sha256(encoded).digest()

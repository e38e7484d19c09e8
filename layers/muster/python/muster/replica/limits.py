"""How long a question may take, and how much may be tried before it is gone about another way."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic, thread_time

from muster.replica.refusals import QueryTooDeepError, QueryTooSlowError

SECONDS = 2.0
"""What one question about assets may take."""
_STEPS = 1000
"""Instructions of SQLite's between two looks at the clock: some 30 microseconds."""

_DEEP = re.compile("stack overflow|too large|too many terms")
"""What SQLite says of SQL that is nested deeper, or is longer, than it takes."""

_deadline: ContextVar[float | None] = ContextVar("question_deadline", default=None)


@dataclass
class Attempt:
    """What was tried within a budget."""

    stopped: bool = False


@contextmanager
def within(db: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Stop what is asked of the connection after so long. Raises QueryTooSlowError."""
    token = _deadline.set(monotonic() + seconds)
    _watch(db, _is_late)
    try:
        yield
    except sqlite3.OperationalError as error:
        if _interrupted(error):
            raise _too_slow(seconds) from error
        if _DEEP.search(str(error)):
            detail = "The query is nested too deep: ask for less within brackets and functions."
            raise QueryTooDeepError(detail) from error
        raise
    finally:
        _watch(db, None)
        _deadline.reset(token)


@contextmanager
def attempt(db: sqlite3.Connection, steps: int, cpu_seconds: float = SECONDS) -> Iterator[Attempt]:
    """Stop what is asked within after so many thousand instructions, which `stopped` then tells.

    An instruction may be a comparison, or a function in Python: so it is stopped by time too.
    """
    made, left, end = Attempt(), steps, thread_time() + cpu_seconds

    def spent() -> bool:
        nonlocal left
        left -= 1
        made.stopped = left < 0 or thread_time() > end
        return made.stopped or _is_late()

    _watch(db, spent)
    try:
        yield made
    except sqlite3.OperationalError as error:
        if not (_interrupted(error) and made.stopped):
            raise
    finally:
        _watch(db, _is_late if _deadline.get() is not None else None)


def _is_late() -> bool:
    deadline = _deadline.get()
    return deadline is not None and monotonic() > deadline


def _watch(db: sqlite3.Connection, stop: Callable[[], bool] | None) -> None:
    db.set_progress_handler(stop, _STEPS if stop else 0)


def _interrupted(error: sqlite3.OperationalError) -> bool:
    # Errors of the module itself, such as of text that is none, have no code.
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT


def _too_slow(seconds: float) -> QueryTooSlowError:
    return QueryTooSlowError(
        f"The query was stopped after {seconds:g} seconds. Narrow it: ask for a type, a folder or"
        " an exact value beside what is there, or leave out an order over references.",
        extra={"limit_seconds": seconds},
    )

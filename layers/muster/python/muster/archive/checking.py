"""Checks a log commit by commit: that it is one which a ledger could have written."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from muster.archive.bodies import BodyError, check_body
from muster.archive.model import KINDS, ArchivedChange, ArchivedCommit
from muster.archive.refusals import ArchiveRefusedError, refused
from muster.archive.state import Held, State
from muster.ids import is_id
from muster.ledger.model import Mark, Op
from muster.ledger.refusals import MAX_ACTIONS

MOST_ACTIONS = MAX_ACTIONS - 3
"""What one commit takes besides head, log and the importing job's own record."""

_CLOCKS_APART = timedelta(minutes=10)
_MARKS = {
    "asset": re.compile(r"tag|serial|field:.+"),
    "asset_type": re.compile(r"type"),
    "comment": re.compile(r"(?!)"),
    "field_type": re.compile(r"field"),
    "file": re.compile(r"file"),
    "folder": re.compile(r"folder:(root|fol_[0-9A-Z]{26})"),
    "link": re.compile(r"link"),
    "link_type": re.compile(r"link_type"),
    "saved_search": re.compile(r"saved_search:.+"),
    "sequence": re.compile(r"sequence.*"),
    "view": re.compile(r"view:.+"),
}
"""The constraints that hold for each kind."""


class LogChecker:
    """Goes through the log in order, and keeps in a state what it comes to."""

    def __init__(self, state: State, now: datetime) -> None:
        self._state = state
        self._latest = now + _CLOCKS_APART
        self.commits = 0

    def check(self, commit: ArchivedCommit, member: str, line: int) -> None:
        """Take a commit in; raises ArchiveRefusedError."""
        try:
            self._check(commit)
        except _WrongError as wrong:
            raise _refused(wrong, member, line) from wrong

    def _check(self, commit: ArchivedCommit) -> None:
        _require(commit.seq == self.commits + 1, "out_of_order", "Commits are not in order")
        _require(commit.at <= self._latest, "in_the_future", "The commit's time has not come yet")
        _require(
            (commit.reason.reverts or 0) < commit.seq, "reverts", "It takes back a later commit"
        )
        self.commits = commit.seq
        befores = [self._before(change) for change in commit.changes]
        pairs = list(zip(commit.changes, befores, strict=True))
        keys = {(change.kind, change.id) for change in commit.changes}
        _require(len(keys) == len(pairs), "twice", "A record occurs twice in one commit")
        actions = sum(2 + len(change.marks ^ before.marks) for change, before in pairs)
        _require(actions <= MOST_ACTIONS, "commit_too_large", "The commit holds too much")
        self._move_marks(pairs)
        for change, before in pairs:
            self._state.take(change, commit, before)

    def _before(self, change: ArchivedChange) -> Held:
        _require(change.kind in KINDS, "unknown_kind", f"There is no kind {change.kind[:40]!r}")
        _require(is_id(change.kind, change.id), "not_an_id", f"{change.id[:40]!r} is no id")
        before = self._state.held(change.kind, change.id)
        _require(
            change.version == before.version + 1,
            "version",
            f"Version {change.version} of {change.id} can't follow version {before.version}",
        )
        expected = (Op.UPDATE, Op.DELETE) if before.is_live else (Op.CREATE,)
        _require(change.op in expected, "operation", f"{change.id} can't be changed like this")
        _require((change.body is None) == (change.op is Op.DELETE), "body", "It has the wrong body")
        _require(change.body is not None or not change.marks, "marks", "What is gone holds values")
        _check_content(change)
        return before

    def _move_marks(self, pairs: list[tuple[ArchivedChange, Held]]) -> None:
        for change, before in pairs:
            self._state.free(before.marks - change.marks)
        for change, before in pairs:
            fits = self._state.claim(change, change.marks - before.marks)
            _require(fits, "value_taken", f"{change.id} holds a value that another record holds")


class _WrongError(Exception):
    """What is wrong with a commit."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = f"{detail}."


def _check_content(change: ArchivedChange) -> None:
    if change.body is None:
        return
    try:
        check_body(change.kind, change.body)
    except BodyError as error:
        raise _WrongError("body", f"{change.id} is no {change.kind}: {error}") from error
    for mark in change.marks:
        _require(_is_mark(change.kind, mark), "marks", f"{change.id} can't hold {mark.constraint}")


def _is_mark(kind: str, mark: Mark) -> bool:
    return _MARKS[kind].fullmatch(mark.constraint) is not None


def _require(so: bool, reason: str, otherwise: str) -> None:  # noqa: FBT001 - it is what is required
    if not so:
        raise _WrongError(reason, otherwise)


def _refused(wrong: _WrongError, member: str, line: int) -> ArchiveRefusedError:
    return refused(wrong.reason, wrong.detail, member, line)

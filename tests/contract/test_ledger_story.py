"""Any story told to both ledgers, to a replica, and to a replay of the log has one outcome."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from muster.errors import MusterError
from muster.ledger.dynamo import DynamoLedger
from muster.ledger.memory import MemoryLedger
from muster.ledger.memory_objects import MemoryObjects
from muster.ledger.model import (
    FENCES,
    Actor,
    Cause,
    Commit,
    Delete,
    Mark,
    Number,
    Put,
    Reason,
    Record,
    RequestMark,
    Stamp,
    Write,
)
from muster.ledger.port import Ledger
from muster.replica.sqlite import SqliteReplica
from tests.contract.conftest import REGION, TABLE, Clock, create_table

ADA = Actor("mem_1", "Ada")
WHY = Reason(Cause.API, "req")
IDS = st.sampled_from(["a", "b", "c"])
VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [None, 1, True, "x", {}, {"y": None}, {"y": [1]}, []]
)
BODIES = st.dictionaries(st.sampled_from(["n", "f", "g"]), VALUES, max_size=3)
MARKS = st.frozensets(
    st.sampled_from([Mark("tag", "1"), Mark("tag", "2"), Mark("serial", "1")]), max_size=2
)
DRAWS = st.sampled_from([(), (Number(("no",), "s"),), (Number(("k",), "t", "T-{n}"),)])

type Key = tuple[str, str]


def put(key: Key, content: tuple[Any, ...], before: Any) -> Put:
    body, marks, numbers = content
    return Put(*key, {**body, "name": "x"}, marks, before, numbers)


CONTENTS = st.tuples(BODIES, MARKS, DRAWS)


class Story(RuleBasedStateMachine):
    """Tells both ledgers the same; `read` holds what a slow client still believes in."""

    client: Any

    def __init__(self) -> None:
        super().__init__()
        create_table(self.client)
        self.clock = Clock()
        objects = MemoryObjects("acme")
        self.dynamo, self.second = (
            DynamoLedger(self.client, TABLE, "acme", objects, self.clock, sleep=lambda _: None)
            for _ in range(2)
        )
        self.memory = MemoryLedger("acme", self.clock)
        self.folder = Path(tempfile.mkdtemp())
        self.replica = SqliteReplica(self.folder, "acme", self.dynamo)
        self.read: dict[Key, Any] = {}
        self.then: list[dict[Key, Record]] = [{}]

    def teardown(self) -> None:
        self.client.delete_table(TableName=TABLE)
        shutil.rmtree(self.folder)

    def tell(self, writes: Sequence[Write], writer: Ledger | None = None, **more: Any) -> None:
        ledgers = (writer or self.dynamo, self.memory)
        one, other = (outcome(ledger, writes, **more) for ledger in ledgers)
        assert one == other
        if isinstance(one, Commit):
            self.then.append(records(self.then[-1], one))

    def known(self, key: Key) -> Any:
        return self.memory.get_for_write([key]).get(key)

    @rule(name=IDS, content=CONTENTS, second=st.booleans())
    def put(self, name: str, content: tuple[Any, ...], second: bool) -> None:
        """Create, change or bring back, through either of two writers."""
        key = ("asset", name)
        writer = self.second if second else self.dynamo
        self.tell([put(key, content, self.known(key))], writer)

    @rule(contents=st.dictionaries(IDS, CONTENTS, min_size=2), gone=IDS)
    def put_together(self, contents: dict[str, Any], gone: str) -> None:
        """Change several records at once and delete one, so that marks move between them."""
        writes: list[Write] = [
            put(("asset", name), content, self.known(("asset", name)))
            for name, content in contents.items()
            if name != gone
        ]
        deleted = self.memory.get("asset", gone)
        self.tell([*writes, Delete(deleted)] if deleted else writes)

    @rule(name=IDS)
    def delete(self, name: str) -> None:
        """Delete what is there."""
        if record := self.memory.get("asset", name):
            self.tell([Delete(record)])

    @rule(name=IDS)
    def read_for_later(self, name: str) -> None:
        """Keep what is there now, for a write that may come too late."""
        self.read["asset", name] = self.known(("asset", name))

    @rule(content=CONTENTS, name=IDS)
    def put_late(self, content: tuple[Any, ...], name: str) -> None:
        """Write on what was read some time ago."""
        self.tell([put(("asset", name), content, self.read.get(("asset", name)))])

    @rule(seq=st.integers(0, 12), fence=st.sampled_from(sorted(set(FENCES.values()))))
    def put_behind_a_fence(self, seq: int, fence: str) -> None:
        """Write on a decision that may be out of date."""
        kind = "folder" if fence == "folders" else "job"
        key = (kind, "x")
        self.tell([put(key, ({}, frozenset(), ()), self.known(key))], unmoved={fence: seq})

    @rule(name=st.sampled_from(["k1", "k2"]), content=CONTENTS)
    def put_on_request(self, name: str, content: tuple[Any, ...]) -> None:
        """Write with an Idempotency-Key that may have been used."""
        self.tell([put(("asset", "a"), content, self.known(("asset", "a")))], request=_mark(name))

    @rule(hours=st.sampled_from([-1, 1, 30]))
    def move_the_clock(self, hours: int) -> None:
        """Let time pass, or a clock be set back."""
        self.clock.move(hours=hours)

    @rule()
    def lose_the_replica(self) -> None:
        """Begin with an empty folder."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        self.replica = SqliteReplica(self.folder, "acme", self.dynamo)

    @rule(seq=st.integers(0, 30), name=IDS)
    def look_back(self, seq: int, name: str) -> None:
        """Find a record's past as it was then, by number and by time."""
        was = self.then[min(seq, len(self.then) - 1)].get(("asset", name))
        for ledger in (self.memory, self.dynamo):
            assert exactly(ledger.get_at("asset", name, seq)) == exactly(was)
        moment = self.clock.now
        assert self.memory.get_at("asset", name, moment) == self.dynamo.get_at(
            "asset", name, moment
        )

    @rule(name=IDS)
    def read_history(self, name: str) -> None:
        """Both tell the same history."""
        assert self.memory.history("asset", name) == self.dynamo.history("asset", name)

    @invariant()
    def all_agree(self) -> None:
        """Find records, replica and replayed log the same, and the log without a gap."""
        log = list(self.dynamo.commits_after(0))
        assert log == list(self.memory.commits_after(0))
        assert [commit.seq for commit in log] == list(range(1, len(log) + 1))
        replayed: dict[Key, Record] = {}
        for commit in log:
            replayed = records(replayed, commit)
        keys = [("asset", name) for name in ("a", "b", "c")]
        stored = self.dynamo.get_for_write(keys)
        expected = {key: replayed[key] for key in keys if key in replayed}
        assert exactly({k: r for k, r in stored.items() if isinstance(r, Record)}) == exactly(
            expected
        )
        assert stored == self.memory.get_for_write(keys)
        assert self.replica.catch_up() == len(log)
        found = self.replica.get_many("asset", ["a", "b", "c"])
        assert exactly({("asset", name): r for name, r in found.items()}) == exactly(expected)
        assert self.dynamo.head() == self.memory.head()


def _mark(name: str) -> RequestMark:
    return RequestMark(name, "hash")


def outcome(ledger: Ledger, writes: Sequence[Write], **more: Any) -> Any:
    """Return the commit, or the refusal as it can be compared."""
    try:
        return ledger.commit(writes, actor=ADA, reason=WHY, **more)
    except MusterError as refused:
        return type(refused), refused.detail, refused.extra


def records(before: dict[Key, Record], commit: Commit) -> dict[Key, Record]:
    """Replay one commit: what the log says is all that there is to know."""
    after = dict(before)
    for change in commit.changes:
        key, stamp = (change.kind, change.id), Stamp(commit.at, commit.actor, commit.seq)
        was = after.pop(key, None)
        if change.after is not None:
            marks = (was.marks if was else frozenset()) - change.marks_removed | change.marks_added
            created = was.created if was else stamp
            after[key] = Record(*key, change.version, change.after, created, stamp, marks)
    return after


def exactly(found: Any) -> Any:
    """Tell 1 from true, and leave out first creations: a log's reader may begin anew."""
    if isinstance(found, dict):
        return {key: exactly(record) for key, record in found.items()}
    if found is None:
        return None
    body = json.dumps(found.body, sort_keys=True)
    return (found.kind, found.id, found.version, body, found.marks, found.updated)


def test_every_story_has_one_outcome(aws: None) -> None:
    """Any mix of commits, conflicts and rebuilds gives the same answers everywhere."""
    Story.client = boto3.client("dynamodb", region_name=REGION)
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

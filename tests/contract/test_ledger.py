"""What every ledger does, in memory as in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from muster.ledger.model import (
    Actor,
    Cause,
    Commit,
    Delete,
    FieldChange,
    Mark,
    Number,
    Op,
    Put,
    Reason,
    Record,
    RequestMark,
    Tombstone,
    Write,
)
from muster.ledger.past import HistoryNotKeptError
from muster.ledger.port import (
    FenceMovedError,
    Ledger,
    MarkTakenError,
    RequestSeenError,
    TooManyWritesError,
    VersionConflictError,
)
from tests.contract.conftest import Bench

ADA = Actor("mem_1", "Ada")
WHY = Reason(Cause.API, "req-1", job="job_1", message="a note", reverts=7)
TAG = Mark("tag", "A-1")


def write(ledger: Ledger, *writes: Write, **options: Any) -> Commit:
    return ledger.commit(writes, actor=ADA, reason=WHY, **options)


def put(record_id: str = "a", body: Any = None, *marks: Mark, **options: Any) -> Put:
    content = {"name": "x"} if body is None else body
    return Put("asset", record_id, content, frozenset(marks), **options)


def stored(ledger: Ledger, record_id: str = "a", kind: str = "asset") -> Record:
    found = ledger.get(kind, record_id)
    assert found is not None
    return found


def changed(ledger: Ledger, body: Any, *marks: Mark, record_id: str = "a") -> Commit:
    return write(ledger, put(record_id, body, *marks, before=stored(ledger, record_id)))


def delete(ledger: Ledger, record_id: str = "a") -> Commit:
    return write(ledger, Delete(stored(ledger, record_id)))


def tombstone(ledger: Ledger, record_id: str = "a") -> Tombstone:
    found = ledger.get_for_write([("asset", record_id)])["asset", record_id]
    assert isinstance(found, Tombstone)
    return found


def test_an_empty_ledger_answers(ledger: Ledger) -> None:
    """A tenant that never wrote has no records, no commits and a head at 0."""
    assert ledger.head().seq == 0
    assert list(ledger.commits_after(0)) == []
    assert ledger.get("asset", "a") is None
    assert ledger.get_for_write([]) == {}
    assert ledger.history("asset", "a") == []
    assert ledger.get_at("asset", "a", 5) is None


def test_a_record_is_read_as_it_was_written(bench: Bench) -> None:
    """Body, marks and stamps come back, also to another process."""
    body = {"name": "ä\u2028", "n": 1, "f": 1.5, "none": None, "list": [{"x": None}], "empty": {}}

    commit = write(bench.ledger, put("a", body, TAG))

    record = stored(bench.other())
    assert (record.body, record.version) == (body, 1)
    assert record.marks == {TAG}
    assert record.created == record.updated
    assert (record.created.at, record.created.by, record.created.seq) == (bench.clock.now, ADA, 1)
    assert (commit.seq, commit.at, commit.actor, commit.reason) == (1, bench.clock.now, ADA, WHY)


def test_a_commit_is_read_as_it_was_returned(bench: Bench) -> None:
    """The log holds what `commit` returned."""
    made = [write(bench.ledger, put("a", {"n": 1, "gone": None}, TAG), put("b"))]
    made.append(changed(bench.ledger, {"n": 1.0, "m": {"deep": [1]}}))
    made.append(delete(bench.ledger))

    assert list(bench.other().commits_after(0)) == made
    assert list(bench.other().commits_after(2)) == made[2:]


def test_only_json_passes(ledger: Ledger) -> None:
    """What JSON can't hold is a mistake of the code, and nothing is written."""
    for value in (float("nan"), object(), b"x"):
        with pytest.raises((TypeError, ValueError)):
            write(ledger, put("a", {"v": value}))

    assert ledger.head().seq == 0


def test_what_is_written_is_what_was_given(ledger: Ledger) -> None:
    """A body that its giver changes afterwards stays as it was."""
    body: dict[str, Any] = {"list": [1]}
    write(ledger, put("a", body))

    body["list"].append(2)

    assert stored(ledger).body == {"list": [1]}


def test_a_change_tells_its_fields(ledger: Ledger) -> None:
    """A change holds the leaves that differ, with what was added to and removed from the marks."""
    write(ledger, put("a", {"name": "x", "f": {"a": 1, "b": 2}}, TAG))

    [change] = changed(ledger, {"name": "y", "f": {"a": 1, "c": 3}}, Mark("serial", "S")).changes

    assert (change.op, change.version) == (Op.UPDATE, 2)
    assert change.fields == (
        FieldChange("/f/b", 2, None),
        FieldChange("/f/c", None, 3),
        FieldChange("/name", "x", "y"),
    )
    assert change.marks_added == {Mark("serial", "S")}
    assert change.marks_removed == {TAG}


def test_changing_what_was_not_read_conflicts(ledger: Ledger) -> None:
    """A record that was changed meanwhile is not overwritten, and the error has its version."""
    write(ledger, put())
    read = stored(ledger)
    changed(ledger, {"name": "theirs"})

    with pytest.raises(VersionConflictError) as refused:
        write(ledger, put(body={"name": "mine"}, before=read))

    assert refused.value.extra == {"kind": "asset", "id": "a", "current_version": 2}
    assert stored(ledger).body == {"name": "theirs"}
    assert ledger.head().seq == 2


@pytest.mark.parametrize("deleted", [False, True])
def test_creating_what_exists_conflicts(ledger: Ledger, deleted: bool) -> None:
    """A record is not created over another, nor over a tombstone that was not read."""
    write(ledger, put())
    if deleted:
        delete(ledger)

    with pytest.raises(VersionConflictError) as refused:
        write(ledger, put())

    assert refused.value.extra["current_version"] == 1 + deleted


def test_changing_what_never_was_conflicts(ledger: Ledger) -> None:
    """A record that was read from elsewhere can't be changed here."""
    write(ledger, put())
    ghost = replace(stored(ledger), id="ghost")

    with pytest.raises(VersionConflictError) as refused:
        write(ledger, put("ghost", before=ghost))

    assert refused.value.extra["current_version"] is None


def test_deleting_what_was_changed_conflicts(ledger: Ledger) -> None:
    """A delete, too, needs the version that was read."""
    write(ledger, put())
    read = stored(ledger)
    changed(ledger, {"name": "theirs"})

    with pytest.raises(VersionConflictError):
        write(ledger, Delete(read))


def test_a_deleted_record_leaves_a_tombstone(ledger: Ledger) -> None:
    """It is absent for reading; for writing there is what it takes to bring it back."""
    write(ledger, put("a", None, TAG))
    created = stored(ledger).created

    commit = delete(ledger)

    assert ledger.get("asset", "a") is None
    left = tombstone(ledger)
    assert (left.version, left.created, left.updated.seq) == (2, created, commit.seq)
    assert commit.changes[0].marks_removed == {TAG}
    assert commit.changes[0].after is None


def test_a_record_comes_back_with_its_version_going_on(ledger: Ledger) -> None:
    """Bringing back is a creation at the next version, with the first creation's stamp."""
    write(ledger, put())
    created = stored(ledger).created
    delete(ledger)

    [change] = write(ledger, put(body={"name": "back"}, before=tombstone(ledger))).changes

    record = stored(ledger)
    assert (change.op, record.version, record.body) == (Op.CREATE, 3, {"name": "back"})
    assert (record.created, record.updated.seq) == (created, 3)


def test_a_mark_is_held_once(ledger: Ledger) -> None:
    """A second holder is refused with the name of the first, and nothing is written."""
    write(ledger, put("a", None, TAG))

    with pytest.raises(MarkTakenError) as refused:
        write(ledger, put("b", None, TAG), put("c"))

    assert refused.value.extra == {
        "constraint": "tag",
        "value": "A-1",
        "holder": "a",
        "holder_kind": "asset",
    }
    assert ledger.get("asset", "c") is None
    assert ledger.head().seq == 1


def test_two_records_of_one_commit_cannot_share_a_mark(ledger: Ledger) -> None:
    """The second of them is refused with the name of the first."""
    with pytest.raises(MarkTakenError) as refused:
        write(ledger, put("a", None, TAG), put("b", None, TAG))

    assert refused.value.extra["holder"] == "a"
    assert ledger.head().seq == 0


def test_the_values_of_two_constraints_are_apart(ledger: Ledger) -> None:
    """Separators within constraint and value do not make two marks one."""
    marks = [Mark("t", "a#b"), Mark("t#a", "b"), Mark("t", "a%23b"), Mark("t", "a##b")]

    write(ledger, *(put(f"r{number}", None, mark) for number, mark in enumerate(marks)))

    assert ledger.head().seq == 1


@pytest.mark.parametrize("value", ["", "x" * 5_000, "\ud800", "a/../b", "#" * 600])
def test_any_text_can_be_a_mark(ledger: Ledger, value: str) -> None:
    """Also one that is longer than a key may be, or no proper Unicode."""
    write(ledger, put("a", None, Mark("tag", value)))

    with pytest.raises(MarkTakenError):
        write(ledger, put("b", None, Mark("tag", value)))

    assert stored(ledger).marks == {Mark("tag", value)}


def test_a_freed_mark_can_be_taken(ledger: Ledger) -> None:
    """A mark is free after a change that drops it and after a delete."""
    write(ledger, put("a", None, TAG), put("b"), put("c"))
    changed(ledger, {"name": "x"})
    changed(ledger, {"name": "x"}, TAG, record_id="b")
    delete(ledger, "b")

    changed(ledger, {"name": "x"}, TAG, record_id="c")

    with pytest.raises(MarkTakenError) as refused:
        changed(ledger, {"name": "x"}, TAG)
    assert refused.value.extra["holder"] == "c"


def test_a_mark_moves_within_one_commit(ledger: Ledger) -> None:
    """One record gives up a value and another takes it, in either order; two can swap."""
    other = Mark("tag", "A-2")
    write(ledger, put("a", None, TAG), put("b", None, other))
    a, b = stored(ledger, "a"), stored(ledger, "b")

    write(ledger, put("a", None, other, before=a), put("b", None, TAG, before=b))
    write(ledger, Delete(stored(ledger, "a")), put("c", None, other))

    with pytest.raises(MarkTakenError) as refused:
        write(ledger, put("d", None, other))
    assert refused.value.extra["holder"] == "c"
    with pytest.raises(MarkTakenError) as refused:
        write(ledger, put("d", None, TAG))
    assert refused.value.extra["holder"] == "b"


def test_a_mark_is_kept_through_changes(ledger: Ledger) -> None:
    """Changing the body alone leaves the marks where they are."""
    write(ledger, put("a", None, TAG))

    [change] = changed(ledger, {"name": "y"}, TAG).changes

    assert (change.marks_added, change.marks_removed) == (frozenset(), frozenset())
    with pytest.raises(MarkTakenError):
        write(ledger, put("b", None, TAG))


def test_a_record_occurs_once_in_a_commit(ledger: Ledger) -> None:
    """Two writes of one record are a mistake of the code."""
    with pytest.raises(ValueError, match="twice"):
        write(ledger, put(), put())


def test_numbers_are_drawn_in_order(bench: Bench) -> None:
    """Each sequence counts by itself, bare or in its template, within and across commits."""
    bare = Number(("no",), "inventory")
    key = Number(("ids", "key"), "key:computer", "PC-{n}")
    ledger = bench.ledger

    first = write(ledger, put("a", numbers=(bare, key)), put("b", numbers=(key,)))
    write(bench.other(), put("c", {"ids": {"x": 1}}, numbers=(key,)))
    write(ledger, put("d", numbers=(key, bare)))

    assert first.changes[0].after == {"name": "x", "no": 1, "ids": {"key": "PC-1"}}
    assert stored(ledger, "b").body == {"name": "x", "ids": {"key": "PC-2"}}
    assert stored(ledger, "c").body == {"ids": {"x": 1, "key": "PC-3"}}
    assert stored(ledger, "d").body == {"name": "x", "no": 2, "ids": {"key": "PC-4"}}


def test_a_refused_commit_draws_no_number(ledger: Ledger) -> None:
    """A number that was not written is not lost."""
    number = Number(("no",), "inventory")
    write(ledger, put("a", None, TAG, numbers=(number,)))

    with pytest.raises(MarkTakenError):
        write(ledger, put("b", None, TAG, numbers=(number,)))

    write(ledger, put("c", numbers=(number,)))
    assert stored(ledger, "c").body["no"] == 2


def test_a_commit_that_was_overtaken_is_numbered_again(bench: Bench) -> None:
    """Another writer between reading and writing costs nothing but a number."""
    mine, theirs = bench.other(), bench.other()
    mine.get_for_write([])
    number = Number(("no",), "inventory")
    for record_id in ("x", "y"):
        write(theirs, put(record_id, numbers=(number,)))

    commit = write(mine, put("a", numbers=(number,)))

    assert commit.seq == 3
    assert stored(bench.ledger).body["no"] == 3
    assert stored(bench.ledger).updated.seq == 3
    assert [c.seq for c in bench.ledger.commits_after(0)] == [1, 2, 3]
    assert [entry.seq for entry in bench.ledger.history("asset", "a")] == [3]


def test_a_fence_holds_off_what_was_decided_on_less(bench: Bench) -> None:
    """A commit is refused if a later commit touched its fence, and only then."""
    ledger, stale = bench.ledger, bench.other()
    write(ledger, Put("asset_type", "t", {}))
    stale.get_for_write([])
    write(ledger, put("x"))
    write(stale, put("y"), unmoved={"catalog": 1, "links": 0, "assets": 2})
    write(ledger, Put("field_type", "f", {}))

    with pytest.raises(FenceMovedError) as refused:
        write(stale, put("z"), unmoved={"catalog": 3})

    assert refused.value.extra == {"fence": "catalog", "seq": 4}
    assert ledger.head().seq == 4
    assert ledger.head().fences == {"catalog": 4, "assets": 3}
    assert ledger.get("asset", "z") is None


def test_deleting_moves_a_fence_of_its_own(ledger: Ledger) -> None:
    """Who only needs that nothing vanishes is not held off by changes."""
    write(ledger, put())
    changed(ledger, {"name": "y"})
    write(ledger, put("b"), unmoved={"assets:deleted": 0})
    delete(ledger)

    assert ledger.head().fences == {"assets": 4, "assets:deleted": 4}
    with pytest.raises(FenceMovedError):
        write(ledger, put("c"), unmoved={"assets:deleted": 3})


def test_a_kind_without_a_fence_moves_none(ledger: Ledger) -> None:
    """Jobs and settings hold off nobody."""
    write(ledger, Put("job", "j", {}))

    assert ledger.head().fences == {}


def test_a_repeated_request_is_seen(bench: Bench) -> None:
    """An Idempotency-Key commits once; the refusal says where, and what came with it."""
    request = RequestMark("k 1#", "hash-1")
    first = write(bench.ledger, put("a", None, TAG), request=request)

    with pytest.raises(RequestSeenError) as refused:
        write(bench.other(), put("b", None, TAG), request=replace(request, payload_hash="other"))

    assert refused.value.extra == {"seq": first.seq, "payload_hash": "hash-1"}
    assert bench.ledger.head().seq == 1


def test_a_repeated_request_is_seen_before_the_fence(bench: Bench) -> None:
    """A retry is told that it has been here, and not that its own first commit moved something."""
    request = RequestMark("k", "h")
    write(bench.ledger, put(), request=request, unmoved={"assets": 0})

    with pytest.raises(RequestSeenError):
        write(bench.ledger, put("b"), request=request, unmoved={"assets": 0})


def test_a_response_is_kept_for_a_day(bench: Bench) -> None:
    """A request is remembered with its response, and forgotten after 24 hours."""
    request = RequestMark("k", "h")
    commit = write(bench.ledger, put(), request=request)
    before = bench.ledger.seen_request("k")
    bench.ledger.keep_response("k", b"\x00answer" * 100)
    bench.clock.move(hours=23)

    after = bench.other().seen_request("k")

    assert before is not None
    assert after is not None
    assert (before.payload_hash, before.seq, before.at) == ("h", 1, commit.at)
    assert (before.response, after.response) == (None, b"\x00answer" * 100)
    bench.clock.move(hours=2)
    assert bench.ledger.seen_request("k") is None
    assert write(bench.ledger, put("b"), request=request).seq == 2


def test_a_response_to_an_unknown_request_is_dropped(ledger: Ledger) -> None:
    """Keeping a response makes no request."""
    ledger.keep_response("unknown", b"answer")

    assert ledger.seen_request("unknown") is None


def test_a_refused_request_is_not_seen(ledger: Ledger) -> None:
    """Only what was committed is remembered."""
    write(ledger, put("a", None, TAG))
    with pytest.raises(MarkTakenError):
        write(ledger, put("b", None, TAG), request=RequestMark("k", "h"))

    assert ledger.seen_request("k") is None


def test_a_commit_holds_a_hundred_actions(ledger: Ledger) -> None:
    """What `cost` says adds up: 98 for the writes, one less with an Idempotency-Key."""
    many = [put(f"r{number:02}") for number in range(49)]
    assert sum(map(ledger.cost, many)) == 98
    with pytest.raises(TooManyWritesError) as refused:
        write(ledger, *many, request=RequestMark("k", "h"))
    assert refused.value.extra == {"actions": 101, "max_actions": 100}

    write(ledger, *many)

    assert ledger.get("asset", "r48") is not None
    with pytest.raises(TooManyWritesError):
        write(ledger, *many, put("one-more"))


def test_cost_counts_marks_and_history(ledger: Ledger) -> None:
    """Record, history, and each mark that is added or removed."""
    write(ledger, put("a", None, TAG, Mark("serial", "S")))
    record = stored(ledger)

    assert ledger.cost(put("b", None, TAG)) == 3
    assert ledger.cost(put("b", history=False)) == 1
    assert ledger.cost(put("a", None, TAG, Mark("serial", "T"), before=record)) == 4
    assert ledger.cost(Delete(record)) == 4


def test_a_commit_of_nothing_is_a_commit(ledger: Ledger) -> None:
    """A request that changed nothing can still be remembered."""
    assert write(ledger, request=RequestMark("k", "h")).changes == ()
    assert ledger.head().seq == 1


def test_records_and_tombstones_are_read_together(bench: Bench) -> None:
    """What exists is there, what was deleted is a tombstone, what never was is absent."""
    write(bench.ledger, put("a"), put("b"), Put("folder", "a", {}))
    delete(bench.ledger, "b")

    found = bench.other().get_for_write(
        [("asset", "a"), ("asset", "b"), ("asset", "c"), ("folder", "a"), ("asset", "a")]
    )

    assert found.keys() == {("asset", "a"), ("asset", "b"), ("folder", "a")}
    assert isinstance(found["asset", "b"], Tombstone)
    assert found["asset", "a"] == stored(bench.ledger)


def test_history_is_newest_first_and_goes_on(ledger: Ledger) -> None:
    """A page holds `limit` steps; `before` goes on where it ended."""
    write(ledger, put("a", {"n": 0}, TAG))
    for number in range(1, 5):
        changed(ledger, {"n": number})
    delete(ledger)

    page = ledger.history("asset", "a", limit=4)
    rest = ledger.history("asset", "a", before=page[-1].seq)

    assert [entry.seq for entry in page + rest] == [6, 5, 4, 3, 2, 1]
    assert [entry.version for entry in page + rest] == [6, 5, 4, 3, 2, 1]
    assert [entry.op for entry in (page[0], page[1], rest[-1])] == [Op.DELETE, Op.UPDATE, Op.CREATE]
    assert page[1].fields == (FieldChange("/n", 3, 4),)
    assert (rest[-1].actor, rest[-1].reason) == (ADA, WHY)
    assert rest[-1].marks_added == {TAG}
    assert ledger.history("asset", "a", before=1) == []
    assert ledger.history("asset", "a", before=0) == []


def test_history_can_be_left_out(ledger: Ledger) -> None:
    """A record whose steps are not worth it has none, and its past can't be asked for."""
    write(ledger, Put("job", "j", {"done": 0}, history=False))
    record = stored(ledger, "j", "job")
    write(ledger, Put("job", "j", {"done": 1}, before=record, history=False))

    assert ledger.history("job", "j") == []
    assert ledger.get_at("job", "j", 2) == stored(ledger, "j", "job")
    assert ledger.get_at("job", "j", 0) is None
    with pytest.raises(HistoryNotKeptError):
        ledger.get_at("job", "j", 1)


def test_a_step_that_was_not_kept_hides_what_lies_before_it(ledger: Ledger) -> None:
    """The past is told as far back as every step is known, and never wrongly."""
    for number, history in enumerate((True, False, True, True)):
        before = ledger.get("asset", "a")
        write(ledger, put(body={"n": number, "m": number}, before=before, history=history))

    was = ledger.get_at("asset", "a", 3)

    assert was is not None
    assert was.body == {"n": 2, "m": 2}
    for seq in (1, 2):
        with pytest.raises(HistoryNotKeptError):
            ledger.get_at("asset", "a", seq)


def test_the_past_is_read_by_commit_and_by_time(bench: Bench) -> None:
    """At each commit and moment the record is what it was: absent, changed, deleted, back."""
    ledger, clock = bench.ledger, bench.clock
    was: dict[int, Record | None] = {0: None}
    moments = {0: clock.now}
    clock.move(seconds=1)
    steps: list[Any] = [
        lambda: write(ledger, put("a", {"n": 1, "none": None, "f": {}}, TAG)),
        lambda: changed(ledger, {"n": 2, "f": {"a": {"b": []}}}, TAG, Mark("serial", "S")),
        lambda: delete(ledger),
        lambda: write(ledger, put("other")),
        lambda: write(ledger, put("a", {"n": 3}, before=tombstone(ledger))),
        lambda: changed(ledger, {"n": None}, TAG),
    ]
    for step in steps:
        commit = step()
        was[commit.seq], moments[commit.seq] = ledger.get("asset", "a"), commit.at
        clock.move(minutes=1)

    for seq, record in was.items():
        assert ledger.get_at("asset", "a", seq) == record, seq
        assert ledger.get_at("asset", "a", moments[seq]) == record, seq
    assert ledger.get_at("asset", "a", 99) == was[6]


def test_time_never_goes_back(bench: Bench) -> None:
    """A writer whose clock is behind does not commit before its predecessor."""
    first = write(bench.ledger, put("a"))
    bench.clock.move(hours=-1)

    second = write(bench.ledger, put("b"))

    assert second.at == first.at


def test_commits_are_read_across_pages(bench: Bench) -> None:
    """The log goes on beyond the 256 commits of a partition."""
    for number in range(5):
        write(bench.ledger, put(f"r{number}"))

    assert [commit.seq for commit in bench.ledger.commits_after(3)] == [4, 5]
    assert list(bench.ledger.commits_after(5)) == []
    assert list(bench.ledger.commits_after(50)) == []

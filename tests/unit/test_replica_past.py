"""What was, and what changed, against the states of each asset as plain Python has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise, repeat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.ledger.memory import MemoryLedger
from muster.ledger.model import Actor, Cause, Put, Reason
from muster.replica.condition import All, Changed, Duplicate, Period, Place, Was
from muster.replica.port import AssetQuery, Sort
from tests.unit.replica_conditions import met
from tests.unit.replica_world import World, asset_id

START = datetime(2026, 1, 1, tzinfo=UTC)
STATE, NAME, TYPE = Place("item.state"), Place("name"), Place("type")
ACTORS = {"mem_1": Actor("mem_1", "Ada"), "mem_2": Actor("mem_2", "Bob")}


def day(number: float) -> datetime:
    return START + timedelta(days=number)


@dataclass
class Calendar:
    """A clock that stands still until it is set."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Diary:
    """A world whose commits are made on days of the test's choice."""

    directory: Path
    calendar: Calendar = field(default_factory=Calendar)
    world: World = field(init=False)

    def __post_init__(self) -> None:
        ledger = MemoryLedger("acme", self.calendar)
        self.world = World(self.directory, ledger)

    def write(self, on: float, number: int, actor: str = "mem_1", **body: Any) -> None:
        self.calendar.now = day(on)
        key = "asset", asset_id(number)
        before = self.world.ledger.get_for_write([key]).get(key)
        whole = {"type": "typ_1", "name": "Thing", **body}
        put = Put(*key, whole, before=before)
        self.world.ledger.commit([put], actor=ACTORS[actor], reason=Reason(Cause.API, "req"))


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    return Diary(tmp_path)


def state(*values: str) -> dict[str, Any]:
    return {"fields": {"item.state": list(values)}}


def test_a_value_was_from_the_commit_that_brought_it_to_the_one_that_took_it(diary: Diary) -> None:
    diary.write(1, 1, **state("New"))
    diary.write(3, 1, **state("Lost"))
    diary.write(5, 1, **state("Found"))

    def was(value: str | None, start: float | None, end: float | None) -> bool:
        period = Period(None if start is None else day(start), None if end is None else day(end))
        return met(diary.world, Was(STATE, (value,), period)) == {1}

    assert was("lost", None, None)
    assert was("Lost", 3, 4)
    assert was("Lost", 4, 4.5)
    assert was("Lost", 2, 3.5)
    assert not was("Lost", 5, None)
    assert not was("Lost", None, 3)
    assert was("New", None, 2)
    assert not was("New", None, 1)
    assert was("Found", 9, None)
    assert was("Found", 9, 10)
    assert not was("Found", None, 5)
    assert not was(None, None, None)


def test_columns_have_a_past(diary: Diary) -> None:
    diary.write(1, 1, name="Old", type="typ_A", folder=None, description="x" * 300)
    diary.write(2, 1, name="New", type="typ_B", folder="fol_1", trashed_at="2026-01-03T00:00:00Z")
    diary.write(3, 1, name="New", type="typ_B", folder="fol_1")

    def was(leaf: str, value: object) -> bool:
        return met(diary.world, Was(Place(leaf), (value,), Period(None, day(2)))) == {1}

    assert was("name", "OLD")
    assert not was("name", "new")
    assert was("type", "typ_A")
    assert not was("type", "typ_B")
    assert was("folder", None)
    assert not was("folder", "fol_1")
    assert was("description", "X" * 300)
    assert met(diary.world, Was(Place("deleted"), (True,), Period(None, day(2)))) == set()
    assert met(diary.world, Was(Place("deleted"), (False,), Period(None, day(2)))) == {1}
    assert met(diary.world, Was(Place("deleted"), (True,))) == {1}
    assert met(diary.world, Changed(Place("deleted"), after=(False,))) == {1}
    assert met(diary.world, Changed(TYPE, ("typ_A",), ("typ_B",))) == {1}
    assert met(diary.world, Changed(Place("created_at"))) == set()


def test_all_that_is_asked_of_a_change_holds_of_one_commit(diary: Diary) -> None:
    diary.write(1, 1, **state("New"))
    diary.write(2, 1, "mem_1", **state("Used"))
    diary.write(3, 1, "mem_2", **state("Lost"))

    def changed(**asked: Any) -> bool:
        return met(diary.world, Changed(STATE, **asked)) == {1}

    assert changed(before=("New",), after=("Used",), by=("mem_1",))
    assert not changed(before=("New",), after=("Lost",))
    assert not changed(before=("New",), by=("mem_2",))
    assert changed(by=("mem_2",), period=Period(day(3), day(4)))
    assert not changed(by=("mem_1",), period=Period(day(3), None))
    assert not changed(before=(None,))
    assert not changed(by=())


def test_a_change_of_whatever_beside_a_condition_that_never_holds(diary: Diary) -> None:
    diary.write(1, 1, **state("New"))
    diary.write(2, 1, **state("Used"))
    never = Duplicate(Place("no.such"))

    query = AssetQuery(where=All((Changed(STATE, by=("mem_9",)), never)), sort=(Sort("name"),))

    diary.world.replica.catch_up()
    assert diary.world.replica.find_assets(query).items == ()


def test_amounts_were_of_their_currency(diary: Diary) -> None:
    diary.write(1, 1, fields={"item.price": {"minor": 100, "currency": "EUR"}})
    diary.write(2, 1, fields={"item.price": {"minor": 200, "currency": "EUR"}})

    price = Place("item.price")
    assert met(diary.world, Was(price, ({"minor": 100, "currency": "EUR"},))) == {1}
    assert met(diary.world, Was(price, ({"minor": 100, "currency": "USD"},))) == set()


@dataclass(frozen=True)
class Step:
    """What one commit makes of the state."""

    on: int
    values: tuple[str, ...]
    actor: str


values = st.sampled_from(["a", "b", "c"])
steps = st.builds(
    Step,
    st.integers(0, 6),
    st.lists(values, max_size=2, unique=True).map(tuple),
    st.sampled_from(sorted(ACTORS)),
)
stories = st.lists(
    st.lists(steps, min_size=1, max_size=6).map(lambda story: sorted(story, key=_on)), max_size=3
)
periods = st.builds(
    Period, st.none() | st.integers(0, 7).map(day), st.none() | st.integers(0, 7).map(day)
)
asked = st.lists(st.none() | values, min_size=1, max_size=2, unique=True).map(tuple)
questions = st.builds(
    Changed,
    st.just(STATE),
    st.none() | asked,
    st.none() | asked,
    st.none() | st.lists(st.sampled_from(sorted(ACTORS)), max_size=2, unique=True).map(tuple),
    periods,
)
slow = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _on(step: Step) -> int:
    return step.on


def told(directory: Path, stories: list[list[Step]]) -> World:
    """Return a world in which each asset went through its story, all in the order of the days."""
    diary = Diary(directory)
    numbered = chain.from_iterable(
        zip(repeat(n), story, strict=False) for n, story in enumerate(stories)
    )
    for number, step in sorted(numbered, key=lambda pair: pair[1].on):
        diary.write(step.on, number, step.actor, **state(*step.values))
    return diary.world


def cells(values: tuple[str, ...]) -> set[str | None]:
    return set(values) or {None}


def times(story: list[Step]) -> Iterator[tuple[set[str | None], datetime, datetime | None]]:
    """Yield what was there, from when, and until when."""
    for step, after in zip(story, [*story[1:], None], strict=True):
        yield cells(step.values), day(step.on), None if after is None else day(after.on)


def is_met(start: datetime, end: datetime | None, period: Period) -> bool:
    if period.start is not None and period.end is not None and period.start >= period.end:
        return False
    if period.end is not None and start >= period.end:
        return False
    return period.start is None or end is None or end > period.start or start >= period.start


@slow
@given(stories, asked, periods)
def test_the_past_is_as_the_states_tell(
    tmp_path_factory: pytest.TempPathFactory,
    stories: list[list[Step]],
    wanted: tuple[str | None, ...],
    period: Period,
) -> None:
    world = told(tmp_path_factory.mktemp("past"), stories)

    found = met(world, Was(STATE, wanted, period))

    assert found == {
        number
        for number, story in enumerate(stories)
        if any(there & set(wanted) and is_met(a, b, period) for there, a, b in runs(story))
    }


def runs(story: list[Step]) -> Iterator[tuple[set[str | None], datetime, datetime | None]]:
    """Yield each value with the whole time in which it was there without a break."""
    begun: dict[str | None, datetime] = {}
    for there, start, _ in times(story):
        for value in begun.keys() - there:
            yield {value}, begun.pop(value), start
        for value in there - begun.keys():
            begun[value] = start
    for value, start in begun.items():
        yield {value}, start, None


@slow
@given(stories, questions)
def test_changes_are_as_the_states_tell(
    tmp_path_factory: pytest.TempPathFactory, stories: list[list[Step]], question: Changed
) -> None:
    world = told(tmp_path_factory.mktemp("past"), stories)

    found = met(world, question)

    assert found == {
        number
        for number, story in enumerate(stories)
        if any(answers(old, new, question) for old, new in pairwise(story))
    }


def answers(old: Step, new: Step, question: Changed) -> bool:
    gone, came = cells(old.values) - cells(new.values), cells(new.values) - cells(old.values)
    period = question.period
    return bool(
        (gone or came)
        and (question.before is None or gone & set(question.before))
        and (question.after is None or came & set(question.after))
        and (question.by is None or new.actor in question.by)
        and (period.start is None or day(new.on) >= period.start)
        and (period.end is None or day(new.on) < period.end)
    )
